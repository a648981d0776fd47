import { InvalidArgumentError, Option } from "commander";
import { profileOption } from "../../cli/aws";

export interface StreamTarget {
  readonly stream: string;
  readonly region: string;
  /** Where the environment overrides the endpoint of the region. */
  readonly endpoint: string | undefined;
}

export interface TargetValues {
  readonly stream?: string | undefined;
  readonly region?: string | undefined;
  readonly profile?: string | undefined;
}

export function targetOptions(): Option[] {
  return [
    new Option("--stream <name>", "name of the stream").argParser(kinesisName),
    new Option(
      "--region <region>",
      "AWS region of the stream (default: AWS_REGION, AWS_DEFAULT_REGION, or the profile's)",
    ).argParser(regionName),
    profileOption(),
  ];
}

/** @param problems - gets a line for what is missing */
export function targetFrom(
  values: TargetValues,
  env: NodeJS.ProcessEnv,
  problems: string[],
): StreamTarget {
  const { stream } = values;
  const region = [values.region, env["AWS_REGION"], env["AWS_DEFAULT_REGION"]].find(Boolean);
  if (stream === undefined) {
    problems.push("--stream is missing; name the stream");
  }
  if (region === undefined) {
    const profile = values.profile ?? env["AWS_PROFILE"] ?? "default";
    problems.push(
      "the region is not known; set --region, AWS_REGION or AWS_DEFAULT_REGION " +
        `(tried those and profile ${profile} of ~/.aws/config)`,
    );
  }
  const endpoint = env["AWS_ENDPOINT_URL_KINESIS"] ?? env["AWS_ENDPOINT_URL"];
  return { stream: stream ?? "", region: region ?? "", endpoint };
}

/** Reads the name of a stream: https://docs.aws.amazon.com/kinesis/latest/APIReference/API_CreateStream.html */
export function kinesisName(text: string): string {
  if (!/^[a-zA-Z0-9_.-]{1,128}$/.test(text)) {
    throw new InvalidArgumentError("It must be 1 to 128 letters, digits, _, . or -.");
  }
  return text;
}

function regionName(text: string): string {
  if (!/^[a-z]{2,}(-[a-z]+)+-\d+$/.test(text)) {
    throw new InvalidArgumentError("It must be a region such as us-east-1.");
  }
  return text;
}
