import { ApplicationAutoScalingClient } from "@aws-sdk/client-application-auto-scaling";
import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { KinesisClient } from "@aws-sdk/client-kinesis";
import { KinesisAnalyticsV2Client } from "@aws-sdk/client-kinesis-analytics-v2";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { subnetsId } from "../../watch/metrics";
import { registeredTargets, type RegisteredTarget } from "./registered-bounds";
import { type Scalable, ScalableApplication, ScalableStream } from "./scalable";
import { Scaler } from "./scaler";
import { ScalingMetrics } from "./scaling-metrics";
import { type ScalableSettings, type ScalingSettings, settingsVariable } from "./settings";
import { addressesUsed } from "./subnets";

/** A request as API Gateway hands it on: https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html */
export interface ApiRequest {
  readonly httpMethod: string;
  readonly pathParameters: Readonly<Record<string, string | undefined>> | null;
  readonly body: string | null;
}

/** What the schedule sends every minute. */
export interface MinuteRequest {
  /** URLs under which the targets are registered, by id. */
  readonly minute: Readonly<Record<string, string>>;
}

export interface ApiResponse {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The function behind the scaling API, which also publishes the capacities and enforces the registered bounds. */
export type Handler = (event: ApiRequest | MinuteRequest) => Promise<ApiResponse | undefined>;

/** Errors of a service that is asked too often; the caller has to come back later. */
const throttled = ["LimitExceededException", "ThrottlingException", "TooManyRequestsException"];

export function createHandler(
  scalers: ReadonlyMap<string, Scaler>,
  targets: (urls: readonly string[], now: Date) => Promise<ReadonlyMap<string, RegisteredTarget>>,
  clock: () => Date,
  publishSubnets: () => Promise<void> = () => Promise.resolve(),
): Handler {
  const everyMinute = async (urls: Readonly<Record<string, string>>): Promise<void> => {
    const now = clock();
    await Promise.all([...scalers.values()].map((scaler) => scaler.publish(now)));
    const registered = await targets(Object.values(urls), now);
    for (const [id, url] of Object.entries(urls)) {
      const { bounds, failedActivities = 0 } = registered.get(url) ?? {};
      await scalers.get(id)?.publishFailures(failedActivities);
      if (bounds !== undefined) await scalers.get(id)?.enforce(bounds, now);
    }
    // Last: without this measure everything else is done all the same.
    await publishSubnets();
  };
  const answer = async (event: ApiRequest): Promise<ApiResponse> => {
    const id = event.pathParameters?.["scalableTargetDimensionId"] ?? "";
    const scaler = scalers.get(id);
    if (scaler === undefined) {
      return error(404, `There is no scalable target dimension "${id}"`);
    }
    if (event.httpMethod === "GET") return respond(200, await scaler.describe(clock()));
    if (event.httpMethod !== "PATCH") return error(405, `${event.httpMethod} is not supported`);
    const wish = desiredCapacity(event.body);
    if (wish === undefined) {
      return error(400, 'The body must be JSON such as {"desiredCapacity": 4}, a number above 0');
    }
    return respond(200, await scaler.request(wish, clock()));
  };
  return async (event) => {
    if ("minute" in event) {
      await everyMinute(event.minute);
      return undefined;
    }
    try {
      return await answer(event);
    } catch (failure) {
      if (!(failure instanceof Error) || !throttled.includes(failure.name)) throw failure;
      return error(429, `${failure.name}: ${failure.message}`);
    }
  };
}

/** A scaler for each target; the clients find their endpoints and credentials in the environment. */
function createScalers(settings: ScalingSettings, metrics: ScalingMetrics): Map<string, Scaler> {
  const scalable = ({ kind, name }: ScalableSettings): Scalable =>
    kind === "stream"
      ? new ScalableStream(new KinesisClient({ requestHandler }), name)
      : new ScalableApplication(new KinesisAnalyticsV2Client({ requestHandler }), name);
  return new Map(
    Object.entries(settings.targets).map(([id, target]) => [
      id,
      new Scaler(id, target, scalable(target), metrics, settings.dryRun),
    ]),
  );
}

const requestHandler = new NodeHttpHandler({ connectionTimeout: 2_000, requestTimeout: 5_000 });

let started: Handler | undefined;

export const handler: Handler = async (event) => {
  if (started === undefined) {
    const client = new ApplicationAutoScalingClient({ requestHandler });
    const settings = readSettings();
    const { subnets, lagMetrics } = settings;
    const metrics = new ScalingMetrics(new CloudWatchClient({ requestHandler }), lagMetrics);
    started = createHandler(
      createScalers(settings, metrics),
      (urls, now) => registeredTargets(client, urls, now),
      () => new Date(),
      async () => {
        if (subnets === undefined) return;
        const AddressesUsed = await addressesUsed(subnets);
        await metrics.publish(subnetsId, subnets.vpcId, { AddressesUsed });
      },
    );
  }
  return await started(event);
};

function readSettings(): ScalingSettings {
  const text = process.env[settingsVariable];
  if (text === undefined)
    throw new Error(`The environment variable ${settingsVariable} is missing`);
  return JSON.parse(text) as ScalingSettings;
}

function desiredCapacity(body: string | null): number | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body ?? "");
  } catch {
    return undefined;
  }
  if (typeof parsed !== "object" || parsed === null || !("desiredCapacity" in parsed)) {
    return undefined;
  }
  const { desiredCapacity: wish } = parsed;
  return typeof wish === "number" && Number.isFinite(wish) && wish > 0 ? wish : undefined;
}

function respond(statusCode: number, body: unknown): ApiResponse {
  return {
    statusCode,
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  };
}

function error(statusCode: number, message: string): ApiResponse {
  return respond(statusCode, { message });
}
