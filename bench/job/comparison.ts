import { execFile } from "node:child_process";
import { copyFileSync, mkdirSync } from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { install, type Progress } from "../../local/machine/installation";
import { pipelineJob } from "../../local/machine/job-build";
import type { Steps } from "../../local/machine/steps";
import { jobStatus } from "../../local/status/job-status";
import { shardLimits } from "../../producer/kinesis/shard-budget";
import { javaTool } from "../processes";
import { lowestRate, measured, median, rate, rounded, type Sample } from "../figures";
import { profile } from "./profile";
import type { BenchServices } from "./services";
import { openStream, SHARDS } from "./stream";
import { backlog, DAY_SECONDS, type SampleTrip } from "./trips";

const run = promisify(execFile);
const SAMPLE_MILLISECONDS = 1000;
const PROGRESS_MILLISECONDS = 5_000;
/**
 * What all polling readers of a shard together get in a second:
 * https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html
 */
const SHARD_READ_BYTES = 2_000_000;
/** A reader that stands still for so long has failed. */
const PATIENCE_MILLISECONDS = 60_000;

/** Backlogs by copies of the sample per day of event time: a sparse day writes more windows per trip. */
const densities = {
  /** The stream's daily limit: the job has fallen behind on a full stream. */
  stream: (sample: number) => Math.round((SHARDS * shardLimits.records * DAY_SECONDS) / sample),
  /** As dense as the file of which the 10,000 trips are a sample: some days of it are replayed. */
  file: () => 25,
} as const;

export type Density = keyof typeof densities;

export const densityNames = Object.keys(densities) as Density[];

/** Copies the job's jar, which a build may replace, and makes of it one that only reads and counts. */
export async function jars(folder: string, onProgress: Progress) {
  const flink = await install("flinkRuntime", onProgress);
  const classes = path.join(folder, "classes");
  mkdirSync(classes, { recursive: true });
  const job = path.join(folder, "job.jar");
  const readAndCount = path.join(folder, "read-and-count.jar");
  copyFileSync(pipelineJob.code, job);
  copyFileSync(job, readAndCount);
  const classPath = [path.join(flink, "lib", "*"), job].join(path.delimiter);
  const source = path.join(__dirname, "ReadAndCount.java");
  await run(javaTool("javac"), ["--release", "11", "-cp", classPath, "-d", classes, source]);
  const update = ["--update", "--file", readAndCount, "--main-class", "ReadAndCount"];
  await run(javaTool("jar"), [...update, "-C", classes, "."]);
  return { job, readAndCount };
}

/** One job that has read the backlog, from the end of the warm-up. */
interface Reading {
  readonly eventsPerSecond: number;
  /** Lowest rate over ten seconds: checkpoints and the clearing of windows are in it. */
  readonly slowestTenSeconds: number;
  readonly longestCheckpointMilliseconds: number;
  /** Processor time of each process, in microseconds per event. */
  readonly processorMicroseconds: Readonly<Record<string, number>>;
  /** Percent of the task manager's processor time, during some seconds after the warm-up. */
  readonly shares: Readonly<Record<string, number>> | undefined;
}

/** The two jobs on one backlog. */
export type Comparison = Awaited<ReturnType<typeof compare>>;

interface ComparisonOptions {
  readonly services: BenchServices;
  readonly jars: Awaited<ReturnType<typeof jars>>;
  readonly sample: readonly SampleTrip[];
  readonly density: Density;
  readonly events: number;
  readonly rounds: number;
  readonly warmUpSeconds: number;
  /** Zero without a profile. */
  readonly profileSeconds: number;
  readonly steps: Steps;
}

/** Lets both jobs read the same backlog in turn, so that other load of the machine affects both. */
export async function compare(options: ComparisonOptions) {
  const { services, jars: jar, sample, density, events, rounds, steps } = options;
  const copiesADay = densities[density](sample.length);
  const stream = await openStream(services.kinesis, `backlog-${density}`);
  const bytes = await steps.run("fill", `Put ${events} events, density of the ${density}`, () =>
    stream.fill(backlog(sample, copiesADay, events)),
  );
  const readings = { readAndCount: [] as Reading[], job: [] as Reading[] };
  for (let round = 1; round <= rounds; round++) {
    for (const [id, name] of [
      ["readAndCount", "read and count"],
      ["job", "the job"],
    ] as const) {
      await steps.run(name, `Round ${round} of ${rounds}: ${name}`, async (tell) => {
        const running = await services.run(jar[id], stream.name);
        try {
          const reading = await readToTheEnd(services, running.flink, options, tell);
          tell(`${reading.eventsPerSecond} events/s, ${reading.slowestTenSeconds} in the slowest`);
          readings[id].push(reading);
        } finally {
          await running.stop();
        }
      });
    }
  }
  await stream.delete();
  const job = typical(readings.job);
  const readAndCount = typical(readings.readAndCount);
  const recordBytes = Math.round(bytes / events);
  const shardsGivePerSecond = Math.round((SHARDS * SHARD_READ_BYTES) / recordBytes);
  const share = (rate: number) => Number((job.eventsPerSecond / rate).toFixed(3));
  return {
    density,
    tripsADay: sample.length * copiesADay,
    recordBytes,
    readAndCount,
    job,
    // 1 would be as fast as reading alone.
    ratio: share(readAndCount.eventsPerSecond),
    // From 1 on the shards, not the job, decide how fast a backlog is read on AWS.
    shardsGivePerSecond,
    ofShards: share(shardsGivePerSecond),
  };
}

function typical(rounds: readonly Reading[]) {
  // The median counts.
  return { eventsPerSecond: median(rounds.map((round) => round.eventsPerSecond)), rounds };
}

/** Looks at Flink's numRecordsOut of the source until all records were read. */
async function readToTheEnd(
  services: BenchServices,
  flink: string,
  { events, warmUpSeconds, profileSeconds }: ComparisonOptions,
  onProgress: Progress,
): Promise<Reading> {
  const warmUp = warmUpSeconds * 1000;
  const samples: (Sample & { readonly processors: ReadonlyMap<string, number> })[] = [];
  let profiled: ReturnType<typeof profile> | undefined;
  let [count, longestCheckpoint] = [0, 0];
  let progressed = performance.now();
  let reportedAt = progressed;
  while (count < events) {
    const { recordsRead, restarts, checkpoints } = await jobStatus(flink);
    const milliseconds = performance.now();
    if (restarts > 0) throw new Error("The job failed and was started again: nothing is measured.");
    const read = recordsRead ?? 0;
    samples.push({ milliseconds, count: read, processors: services.processorSeconds() });
    longestCheckpoint = Math.max(longestCheckpoint, checkpoints.lastMilliseconds ?? 0);
    if (profileSeconds > 0 && measured(samples, events, warmUp).length > 0) {
      profiled ??= profile(flink, profileSeconds);
    }
    if (read > count) {
      count = read;
      progressed = milliseconds;
    } else if (milliseconds - progressed > PATIENCE_MILLISECONDS) {
      throw new Error(`The job has read ${count} of ${events} events and reads no more.`);
    }
    if (milliseconds - reportedAt > PROGRESS_MILLISECONDS) {
      reportedAt = milliseconds;
      onProgress(`${count} of ${events} events read`);
    }
    await delay(SAMPLE_MILLISECONDS);
  }
  const window = measured(samples, events, warmUp);
  const [first, last] = [window[0], window.at(-1)];
  const perEvent = ([name, seconds]: readonly [string, number]): [string, number] => {
    const used = seconds - (first?.processors.get(name) ?? 0);
    return [name, rounded((used * 1e6) / ((last?.count ?? 0) - (first?.count ?? 0)))];
  };
  return {
    eventsPerSecond: Math.round(rate(samples, events, warmUp)),
    slowestTenSeconds: Math.round(lowestRate(samples, events, warmUp, 10_000)),
    longestCheckpointMilliseconds: longestCheckpoint,
    processorMicroseconds: Object.fromEntries([...(last?.processors ?? [])].map(perEvent)),
    shares: await profiled,
  };
}
