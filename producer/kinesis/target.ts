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
    new Option("--stream <name>", "name of the stream, or its ARN").argParser(streamName),
    new Option(
      "--region <region>",
      "AWS region of the stream (default: that of the ARN, AWS_REGION, AWS_DEFAULT_REGION, or the profile's)",
    ).argParser(regionName),
    profileOption(),
  ];
}

export function targetFrom(
  values: TargetValues,
  env: NodeJS.ProcessEnv,
  problems: string[],
): StreamTarget {
  const { stream } = values;
  const [, own] = arnPattern.exec(stream ?? "") ?? [];
  const region = [values.region, own, env["AWS_REGION"], env["AWS_DEFAULT_REGION"]].find(Boolean);
  if (own !== undefined && region !== own) {
    problems.push(`--region must be ${own}, that of the ARN of --stream; got ${region}`);
  }
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
  const endpoint = [env["AWS_ENDPOINT_URL_KINESIS"], env["AWS_ENDPOINT_URL"]].find(Boolean);
  if (endpoint !== undefined && !(/^https?:/.test(endpoint) && URL.canParse(endpoint))) {
    problems.push(
      `AWS_ENDPOINT_URL_KINESIS or AWS_ENDPOINT_URL must be a URL such as http://127.0.0.1:4566; got ${endpoint}`,
    );
  }
  return { stream: stream ?? "", region: region ?? "", endpoint };
}

/** An ARN is how other accounts find a stream. */
const arnPattern = /^arn:aws[a-z-]*:kinesis:([a-z0-9-]+):\d{12}:stream\/[a-zA-Z0-9_.-]{1,128}$/;

/** How requests name a stream that is known by its name or its ARN. */
export function namedStream(stream: string): { StreamARN: string } | { StreamName: string } {
  return stream.startsWith("arn:") ? { StreamARN: stream } : { StreamName: stream };
}

function streamName(text: string): string {
  if (text.startsWith("arn:") && !arnPattern.test(text)) {
    throw new InvalidArgumentError(
      "It must be an ARN such as arn:aws:kinesis:us-east-1:123456789012:stream/trips.",
    );
  }
  return arnPattern.test(text) ? text : kinesisName(text);
}

/** Reads the name of a stream or of a consumer: https://docs.aws.amazon.com/kinesis/latest/APIReference/API_CreateStream.html */
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
