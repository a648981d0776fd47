import path from "node:path";
import { Command } from "commander";
import { ensureJobJar } from "../local/job-jar";
import { shippedTrips } from "../local/options";
import { projectFolder } from "../local/services/project";
import { Steps } from "../local/steps";
import { wholeNumber } from "../local/whole-number";
import { benchmark } from "./benchmark";
import { percentile } from "./job/figures";
import { jars } from "./job/jars";
import { type Latency, latency, MAX_PROBES } from "./job/latency";
import { BenchServices, CHECKPOINT_SECONDS, PARALLELISM } from "./job/services";
import { BenchStream, SHARDS } from "./job/stream";
import { type Throughput, throughput } from "./job/throughput";
import { backlog, COPIES_A_DAY, sampleTrips } from "./job/trips";
import { type Machine, machineInWords, thisMachine } from "./machine";

// Which Node runs is the project's choice; the SDK's notice would stand in the middle of the steps.
process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] = "true";

/** Shares of the job's rate at which the latency is measured. */
const SHARES = [25, 50, 75];

interface Options {
  readonly events: number;
  readonly rounds: number;
  readonly probes: number;
  readonly latency: boolean;
}

/** Events a second of one job. */
interface JobFigures {
  /** Median over the rounds, each over the whole backlog. */
  readonly eventsPerSecond: number;
  readonly rounds: readonly Throughput[];
}

interface Figures {
  readonly machine: Machine;
  readonly events: number;
  readonly tripsADay: number;
  /** Mean of the events' bytes. */
  readonly recordBytes: number;
  readonly shards: number;
  readonly parallelism: number;
  readonly checkpointSeconds: number;
  readonly readAndCount: JobFigures;
  readonly job: JobFigures;
  /** The job's rate to the other's: 1 would be as fast as reading alone. */
  readonly ratio: number;
  readonly latency: readonly Latency[];
}

/** How fast the job is: events a second beside a job that only reads them, and the time from put to document. */
export const jobBenchmark = benchmark(
  new Command("job")
    .description(
      "The Flink job: events a second beside a job that only reads and counts, and the time from put to document.",
    )
    .option(
      "--events <n>",
      "events of the backlog that is read",
      wholeNumber(1, 100_000_000),
      1_000_000,
    )
    .option(
      "--rounds <n>",
      "rounds, each of both jobs, whose median counts",
      wholeNumber(1, 100),
      3,
    )
    .option("--probes <n>", "trips that are timed at each rate", wholeNumber(1, MAX_PROBES), 200)
    .option("--no-latency", "leave out the time from put to document"),
  measure,
  inWords,
);

async function measure({ events, rounds, probes, latency: timed }: Options): Promise<Figures> {
  const machine = thisMachine();
  const steps = new Steps();
  await steps.run("build", "Build what is missing or changed", (tell) => ensureJobJar(tell));
  const sample = await sampleTrips(path.join(projectFolder, shippedTrips));
  const services = await BenchServices.start(steps.progress);
  try {
    const jar = await jars(services.folder, steps.progress);
    const stream = await BenchStream.create(services.kinesis, "backlog");
    const bytes = await steps.run("fill", `Put ${events} events`, () =>
      stream.fill(backlog(sample, events)),
    );
    const reading: Throughput[] = [];
    const computing: Throughput[] = [];
    for (let round = 1; round <= rounds; round++) {
      // In turn, so that whatever else the machine does hits both alike.
      for (const [name, file, results] of [
        ["read and count", jar.readAndCount, reading],
        ["the job", jar.job, computing],
      ] as const) {
        await steps.run(name, `Round ${round} of ${rounds}: ${name}`, async (tell) => {
          const speed = await throughput(services, file, stream.name, events, tell);
          tell(`${speed.whole} events/s, ${speed.secondHalf} in the second half`);
          results.push(speed);
        });
      }
    }
    await stream.delete();
    const job = jobFigures(computing);
    const readAndCount = jobFigures(reading);
    const latencies: Latency[] = [];
    for (const sharePercent of timed ? SHARES : []) {
      const eventsPerSecond = Math.round((job.eventsPerSecond * sharePercent) / 100);
      await steps.run("latency", `Put ${eventsPerSecond} events/s`, async (tell) => {
        const figures = { sharePercent, eventsPerSecond, probes, jar: jar.job };
        const found = await latency({ services, sample, ...figures });
        tell(latencyInWords(found));
        latencies.push(found);
      });
    }
    return {
      ...{ machine, events },
      tripsADay: sample.length * COPIES_A_DAY,
      recordBytes: Math.round(bytes / events),
      ...{ shards: SHARDS, parallelism: PARALLELISM, checkpointSeconds: CHECKPOINT_SECONDS },
      ...{ readAndCount, job },
      ratio: Number((job.eventsPerSecond / readAndCount.eventsPerSecond).toFixed(3)),
      latency: latencies,
    };
  } finally {
    await services.stop();
  }
}

function jobFigures(rounds: readonly Throughput[]): JobFigures {
  const eventsPerSecond = percentile(
    rounds.map(({ whole }) => whole),
    0.5,
  );
  return { eventsPerSecond, rounds };
}

function inWords(figures: Figures): string {
  const { events, tripsADay, recordBytes, shards, parallelism, checkpointSeconds } = figures;
  const speed = ({ eventsPerSecond, rounds }: JobFigures): string =>
    `${eventsPerSecond} events/s (${rounds.map(({ whole }) => whole).join(", ")}; ` +
    `second halves ${rounds.map(({ secondHalf }) => secondHalf).join(", ")})`;
  const lines = [
    machineInWords(figures.machine),
    `${events} events of ${recordBytes} bytes, ${tripsADay} a day of event time; ${shards} shards, ` +
      `parallelism ${parallelism}, a checkpoint every ${checkpointSeconds} s`,
    `  reads and counts  ${speed(figures.readAndCount)}`,
    `  the job           ${speed(figures.job)}`,
    `  ratio             ${figures.ratio}`,
    ...(figures.latency.length > 0 ? ["From put to readable document"] : []),
    ...figures.latency.map((one) => `  ${latencyInWords(one)}`),
  ];
  return `${lines.join("\n")}\n`;
}

function latencyInWords(figures: Latency): string {
  const { sharePercent, putPerSecond, probes, unseen, unread } = figures;
  const { p50Milliseconds: p50, p95Milliseconds: p95, p99Milliseconds: p99 } = figures;
  const times = [p50, p95, p99].map((time) => (time === null ? "not found in time" : `${time} ms`));
  return (
    `${sharePercent} %: ${putPerSecond} events/s put, p50 ${times[0] ?? ""}, p95 ${times[1] ?? ""}, ` +
    `p99 ${times[2] ?? ""} of ${probes} probes, ${unseen} not found; ` +
    `${unread} events unread in the end`
  );
}
