import path from "node:path";
import { Command, Option } from "commander";
import { ensureJob, pipelineJob } from "../local/machine/job-build";
import { shippedTrips } from "../local/run/options";
import { projectFolder } from "../local/machine/project";
import { Steps } from "../local/machine/steps";
import { wholeNumber } from "../cli/options";
import { silenceSdkNotice } from "../cli/command";
import { benchmark } from "./benchmark";
import { compare, type Comparison, type Density, densityNames, jars } from "./job/comparison";
import { type Latency, latency, MAX_PROBES } from "./job/latency";
import { CHECKPOINT_SECONDS, PARALLELISM, startServices } from "./job/services";
import { SHARDS } from "./job/stream";
import { sampleTrips } from "./job/trips";

silenceSdkNotice();

/** Of the rate at which the job reads a backlog. */
const SHARES = [25, 50, 75] as const;
/** Half of what the shards of the stream take. */
const HALF_STREAM = (SHARDS * 1000) / 2;

interface Options {
  readonly events: number;
  readonly rounds: number;
  readonly warmUp: number;
  readonly profile: number;
  readonly density: readonly Density[];
  readonly probes: number;
  readonly latency: boolean;
}

type Figures = Awaited<ReturnType<typeof measure>>;

export const jobBenchmark = benchmark(
  new Command("job")
    .description(
      "The Flink job: events per second compared to a job that only reads and counts, and the time from put to document.",
    )
    .option(
      "--events <n>",
      "events of the backlog that is read",
      wholeNumber(1, 100_000_000),
      20_000_000,
    )
    .option(
      "--warm-up <seconds>",
      "time that is not measured, while Java compiles",
      wholeNumber(0, 600),
      30,
    )
    .option(
      "--rounds <n>",
      "rounds, each of both jobs, whose median counts",
      wholeNumber(1, 100),
      3,
    )
    .option(
      "--profile <seconds>",
      "time in which Flink's profiler measures what takes the processors; it slows the jobs a little",
      wholeNumber(0, 600),
      0,
    )
    .addOption(
      new Option(
        "--density <names...>",
        "trips in a day of event time: as many as the stream takes, or as the trip file has",
      )
        .choices(densityNames)
        .default(densityNames),
    )
    .option("--probes <n>", "trips that are timed at each rate", wholeNumber(1, MAX_PROBES), 200)
    .option("--no-latency", "leave out the time from put to document"),
  measure,
  inWords,
);

async function measure(options: Options) {
  const { events, rounds, density, probes, latency: timed } = options;
  const [warmUpSeconds, profileSeconds] = [options.warmUp, options.profile];
  const steps = new Steps();
  await steps.run("build", "Build what is missing or changed", (tell) =>
    ensureJob(pipelineJob, tell),
  );
  const sample = await sampleTrips(path.join(projectFolder, shippedTrips));
  const services = await startServices(steps.progress);
  try {
    const jar = await jars(services.folder, steps.progress);
    const backlogs: Comparison[] = [];
    for (const name of density) {
      const backlog = { density: name, events, rounds, warmUpSeconds, profileSeconds };
      backlogs.push(await compare({ services, jars: jar, sample, ...backlog, steps }));
    }
    const rate = backlogs[0]?.job.eventsPerSecond ?? 0;
    const run = { services, sample, jar: jar.job, warmUpSeconds };
    const ofRate = (share: number) => ({
      eventsPerSecond: Math.round((rate * share) / 100),
      load: `${share} % of the job's rate`,
    });
    const half = { eventsPerSecond: HALF_STREAM, load: "50 % of what the stream takes" };
    if (timed) {
      // OpenSearch has not refreshed at every request before: of a first job the times are those of its compiler.
      await steps.run("warm-up", "Put events that are not timed", () =>
        latency({ ...run, ...ofRate(SHARES[0]), probes: 1 }),
      );
    }
    const latencies: Latency[] = [];
    for (const load of timed ? [half, ...SHARES.map(ofRate)] : []) {
      await steps.run("latency", `Put ${load.eventsPerSecond} events/s`, async (report) => {
        const found = await latency({ ...run, ...load, probes });
        report(latencyInWords(found));
        latencies.push(found);
      });
    }
    return {
      events,
      shards: SHARDS,
      parallelism: PARALLELISM,
      checkpointSeconds: CHECKPOINT_SECONDS,
      backlogs,
      latency: latencies,
    };
  } finally {
    await services.stop();
  }
}

function inWords(figures: Figures): readonly string[] {
  const { events, shards, parallelism, checkpointSeconds, backlogs } = figures;
  const speed = ({ eventsPerSecond, rounds }: Comparison["job"]): string =>
    `${eventsPerSecond} events/s (${rounds.map((round) => round.eventsPerSecond).join(", ")}; ` +
    `slowest ten seconds ${rounds.map((round) => round.slowestTenSeconds).join(", ")}; ` +
    `longest checkpoint ${rounds.map((round) => round.longestCheckpointMilliseconds).join(", ")} ms)`;
  const list = (values: Readonly<Record<string, number>> = {}, unit = ""): string =>
    Object.entries(values)
      .map(([name, value]) => `${name} ${value}${unit}`)
      .join(", ");
  const processors = ({ rounds }: Comparison["job"]) => list(rounds.at(-1)?.processorMicroseconds);
  return [
    `${events} events; ${shards} shards, parallelism ${parallelism}, a checkpoint every ${checkpointSeconds} s`,
    ...backlogs.flatMap(({ density, readAndCount, job, ...backlog }) => [
      `As dense as the ${density}: ${backlog.tripsADay} events of ${backlog.recordBytes} bytes in a day of event time`,
      `  reads and counts  ${speed(readAndCount)}`,
      `    µs an event     ${processors(readAndCount)}`,
      `  the job           ${speed(job)}`,
      `    µs an event     ${processors(job)}`,
      ...(job.rounds.at(-1)?.shares
        ? [`    task manager    ${list(job.rounds.at(-1)?.shares, " %")}`]
        : []),
      `  ratio             ${backlog.ratio}`,
      `  of what AWS gives ${backlog.ofShards}: ${backlog.shardsGivePerSecond} events/s from ${shards} shards`,
    ]),
    ...(figures.latency.length > 0 ? ["From put to readable document"] : []),
    ...figures.latency.map((one) => `  ${latencyInWords(one)}`),
  ];
}

function latencyInWords(figures: Latency): string {
  const { load, putPerSecond, newKey, busyKey, probes, unseen, unread } = figures;
  const times = ({ p50Milliseconds, p95Milliseconds, p99Milliseconds }: typeof newKey): string =>
    [p50Milliseconds, p95Milliseconds, p99Milliseconds]
      .map((time) => (time === null ? "not found in time" : `${time} ms`))
      .join(", ");
  return (
    `${load}: ${putPerSecond} events/s put; p50, p95 and p99 of new documents ` +
    `${times(newKey)}, of a busy one ${times(busyKey)}; of ${probes} probes ${unseen} not found; ` +
    `${unread} events unread in the end`
  );
}
