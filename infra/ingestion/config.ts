import { shardLimits } from "../../capacity/limits";
import type { Workload } from "../contracts/workload";
import type { ConfigReader } from "../core/config-reader";
import { limits, webAclArn } from "../core/limits";
import { eventModel } from "./event-model";
import { ingestionAccess, type HttpIngestionArgs } from "./http-ingestion";
import { checkPartitionKey } from "./mapping";

/** HTTP ingestion of a stack. */
export type IngestionConfig = Pick<
  HttpIngestionArgs,
  "access" | "requestsPerDay" | "requestsPerSecond" | "webAclArn"
>;

/** Share of the records that the shards take; the rest is for other producers. */
const streamShare = 0.9;

/**
 * Reads the HTTP ingestion of a stack.
 * @param shards - of the stream, at most; undefined where AWS scales it
 * @returns undefined for a stack without one
 */
export function readIngestion(
  shards: number | undefined,
  read: ConfigReader,
): IngestionConfig | undefined {
  const access = read.oneOf("httpIngestion", ["None", ...ingestionAccess]);
  const { max } = limits.apiRequestsPerSecond;
  const rate = read.integer("httpIngestionRequestsPerSecond", { min: 0, max });
  const requestsPerDay = read.integer("httpIngestionRequestsPerDay", limits.apiRequestsPerDay);
  const acl = read.optionalForm("httpIngestionWebAclArn", webAclArn);
  if (access === "None") return undefined;

  const key = read.name("httpIngestionRequestsPerSecond");
  const capacity = shards === undefined ? undefined : shards * shardLimits.writeRecordsPerSecond;
  read.problems.require(
    rate !== 0 || capacity !== undefined,
    `${key} must not be 0 with ${read.name("streamMode")} ON_DEMAND, whose capacity is not known. Set it to the requests per second that the stream is to take`,
  );
  read.problems.require(
    capacity === undefined || !(rate > capacity),
    `${key} must be at most ${String(capacity)}, the records per second of ${String(shards)} shards; got ${rate}. Lower it, or add shards`,
  );
  const usual = Math.floor(streamShare * (capacity ?? 0));
  return {
    access,
    requestsPerSecond: rate === 0 ? Math.min(usual, max) : rate,
    requestsPerDay: access === "ApiKey" ? requestsPerDay : undefined,
    webAclArn: acl,
  };
}

/** What of the events of a workload the API cannot check or put. */
export function checkIngestion(
  { name, eventSchema, partitionKey }: Pick<Workload, "name" | "eventSchema" | "partitionKey">,
  read: ConfigReader,
): void {
  const { problems } = read;
  const place = `${read.name("httpIngestion")} needs other events of the workload ${name}: `;
  eventModel(eventSchema, (problem) => {
    problems.add(place + problem);
  });
  checkPartitionKey({ field: partitionKey }, eventSchema, problems, `${place}partitionKey`);
}
