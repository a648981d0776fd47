import { quantities } from "../../capacity/load";
import { sizesFor } from "../../capacity/sizing";
import type { ConfigReader } from "../core/config-reader";
import type { Problems } from "../core/validate";

const { recordsPerSecond: rates, recordBytes: sizes, peak: peaks } = quantities;

/**
 * Sizes of stream and application for the throughput of a stack, by the same reckoning as `npm run capacity`.
 *
 * @returns what stands in place of the counts that are configured, by key; nothing without a throughput
 */
export function readThroughput(
  read: ConfigReader,
  problems: Problems,
): Readonly<Record<string, number>> {
  const recordsPerSecond = read.integer("throughputRecordsPerSecond", { min: 0, max: rates.max });
  const recordBytes = read.integer("throughputRecordBytes", sizes);
  const peak = read.integer("throughputPeak", peaks);
  // Not `=== 0`: what could not be read is NaN here and has its complaint already.
  if (!(recordsPerSecond > 0 && recordBytes > 0 && peak > 0)) return {};

  const { stream, application, pipelines } = sizesFor({ recordsPerSecond, recordBytes, peak });
  problems.require(
    pipelines === 1,
    `${read.name("throughputRecordsPerSecond")} ${recordsPerSecond} of ${recordBytes} bytes needs ${pipelines} pipelines: one stack cannot carry it. Give each of ${pipelines} stacks its share`,
  );
  const { shardCount, averageShardCount, maxShardCount: streamMaxShards } = stream;
  const { parallelism, parallelismPerKpu } = application;
  // Scaling needs some way to go, also where one is enough.
  const flinkMaxParallelism = Math.max(2 * parallelismPerKpu, parallelism);
  return {
    shardCount,
    streamMaxShards,
    streamMinShards: Math.min(averageShardCount, streamMaxShards - 1),
    flinkParallelism: parallelism,
    flinkParallelismPerKpu: parallelismPerKpu,
    flinkMinParallelism: parallelismPerKpu,
    flinkMaxParallelism,
  };
}
