import { shardLimits } from "../../producer/kinesis/shard-budget";
import type { Steps } from "../../local/machine/steps";
import { percentile } from "./figures";
import type { Jars } from "./jars";
import type { BenchServices } from "./services";
import { BenchStream, SHARDS } from "./stream";
import { type Throughput, throughput } from "./throughput";
import { backlog, DAY_SECONDS, type SampleTrip } from "./trips";

/**
 * Backlogs, by how many trips of it a day of event time has, in copies of the sample. What the job has to write depends
 * on it: the windows of a sparse day are closed after a few trips each.
 */
const densities = {
  /** What the stream takes in a day at its limit: the job has fallen behind on a full stream. */
  stream: (sample: number) => Math.round((SHARDS * shardLimits.records * DAY_SECONDS) / sample),
  /** As dense as the file of which the 10,000 trips are a sample: some days of it are replayed at once. */
  file: () => 25,
} as const;

export type Density = keyof typeof densities;

export const densityNames = Object.keys(densities) as Density[];

/** Events a second of one job. */
export interface JobFigures {
  /** Median over the rounds, each over the whole backlog. */
  readonly eventsPerSecond: number;
  readonly rounds: readonly Throughput[];
}

/** The two jobs on one backlog. */
export interface Comparison {
  readonly density: Density;
  readonly tripsADay: number;
  /** Mean of the events' bytes. */
  readonly recordBytes: number;
  readonly readAndCount: JobFigures;
  readonly job: JobFigures;
  /** The job's rate to the other's: 1 would be as fast as reading alone. */
  readonly ratio: number;
}

export interface ComparisonOptions {
  readonly services: BenchServices;
  readonly jars: Jars;
  readonly sample: readonly SampleTrip[];
  readonly density: Density;
  readonly events: number;
  readonly rounds: number;
  readonly steps: Steps;
}

/** Lets both jobs read the same backlog, in turn, so that whatever else the machine does hits both alike. */
export async function compare(options: ComparisonOptions): Promise<Comparison> {
  const { services, jars, sample, density, events, rounds, steps } = options;
  const copiesADay = densities[density](sample.length);
  const stream = await BenchStream.create(services.kinesis, `backlog-${density}`);
  const bytes = await steps.run("fill", `Put ${events} events, density of the ${density}`, () =>
    stream.fill(backlog(sample, copiesADay, events)),
  );
  const reading: Throughput[] = [];
  const computing: Throughput[] = [];
  for (let round = 1; round <= rounds; round++) {
    for (const [name, jar, results] of [
      ["read and count", jars.readAndCount, reading],
      ["the job", jars.job, computing],
    ] as const) {
      await steps.run(name, `Round ${round} of ${rounds}: ${name}`, async (tell) => {
        const speed = await throughput(services, jar, stream.name, events, tell);
        tell(`${speed.whole} events/s, ${speed.secondHalf} in the second half`);
        results.push(speed);
      });
    }
  }
  await stream.delete();
  const [job, readAndCount] = [jobFigures(computing), jobFigures(reading)];
  return {
    density,
    tripsADay: sample.length * copiesADay,
    recordBytes: Math.round(bytes / events),
    readAndCount,
    job,
    ratio: Number((job.eventsPerSecond / readAndCount.eventsPerSecond).toFixed(3)),
  };
}

function jobFigures(rounds: readonly Throughput[]): JobFigures {
  const eventsPerSecond = percentile(
    rounds.map(({ whole }) => whole),
    0.5,
  );
  return { eventsPerSecond, rounds };
}
