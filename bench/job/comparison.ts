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
import { median, rate, type Sample } from "../figures";
import type { BenchServices } from "./services";
import { BenchStream, SHARDS } from "./stream";
import { backlog, DAY_SECONDS, type SampleTrip } from "./trips";

const run = promisify(execFile);
const SAMPLE_MILLISECONDS = 250;
const PROGRESS_MILLISECONDS = 5_000;
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
  await run(java("javac"), ["--release", "11", "-cp", classPath, "-d", classes, source]);
  const update = ["--update", "--file", readAndCount, "--main-class", "ReadAndCount"];
  await run(java("jar"), [...update, "-C", classes, "."]);
  return { job, readAndCount };
}

function java(tool: string): string {
  const home = process.env["JAVA_HOME"];
  return home === undefined ? tool : path.join(home, "bin", tool);
}

/** Events per second; Java has compiled what is used most by the second half of the backlog. */
interface Throughput {
  readonly whole: number;
  readonly secondHalf: number;
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
  readonly steps: Steps;
}

/** Lets both jobs read the same backlog in turn, so that other load of the machine affects both. */
export async function compare(options: ComparisonOptions) {
  const { services, jars: jar, sample, density, events, rounds, steps } = options;
  const copiesADay = densities[density](sample.length);
  const stream = await BenchStream.create(services.kinesis, `backlog-${density}`);
  const bytes = await steps.run("fill", `Put ${events} events, density of the ${density}`, () =>
    stream.fill(backlog(sample, copiesADay, events)),
  );
  const throughputs = { readAndCount: [] as Throughput[], job: [] as Throughput[] };
  for (let round = 1; round <= rounds; round++) {
    for (const [id, name] of [
      ["readAndCount", "read and count"],
      ["job", "the job"],
    ] as const) {
      await steps.run(name, `Round ${round} of ${rounds}: ${name}`, async (tell) => {
        const running = await services.run(jar[id], stream.name);
        try {
          const samples = await readToTheEnd(running.flink, events, tell);
          const whole = Math.round(rate(samples, events));
          const secondHalf = Math.round(rate(samples, events, 0.5));
          tell(`${whole} events/s, ${secondHalf} in the second half`);
          throughputs[id].push({ whole, secondHalf });
        } finally {
          await running.stop();
        }
      });
    }
  }
  await stream.delete();
  const [job, readAndCount] = [jobFigures(throughputs.job), jobFigures(throughputs.readAndCount)];
  return {
    density,
    tripsADay: sample.length * copiesADay,
    recordBytes: Math.round(bytes / events),
    readAndCount,
    job,
    // 1 would be as fast as reading alone.
    ratio: Number((job.eventsPerSecond / readAndCount.eventsPerSecond).toFixed(3)),
  };
}

function jobFigures(rounds: readonly Throughput[]) {
  // The median counts.
  return { eventsPerSecond: median(rounds.map(({ whole }) => whole)), rounds };
}

/** Values of Flink's numRecordsOut of the source until all records were read. */
async function readToTheEnd(
  flink: string,
  events: number,
  onProgress: Progress,
): Promise<readonly Sample[]> {
  const samples: Sample[] = [];
  let count = 0;
  let progressed = performance.now();
  let reportedAt = progressed;
  while (count < events) {
    const { recordsRead, restarts } = await jobStatus(flink);
    const milliseconds = performance.now();
    if (restarts > 0) throw new Error("The job failed and was started again: nothing is measured.");
    samples.push({ milliseconds, count: recordsRead ?? 0 });
    if ((recordsRead ?? 0) > count) {
      count = recordsRead ?? 0;
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
  return samples;
}
