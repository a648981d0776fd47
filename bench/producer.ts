import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import path from "node:path";
import { Command, Option } from "commander";
import { install } from "../local/machine/installation";
import { freePorts } from "../local/machine/ports";
import { projectFolder } from "../local/machine/project";
import { Steps } from "../local/machine/steps";
import { wholeNumber } from "../cli/options";
import { benchmark } from "./benchmark";
import { percentile } from "./job/figures";
import { type Machine, machineInWords, thisMachine } from "./machine";
import {
  contend,
  type ContenderId,
  contenderIds,
  contenders,
  prepare,
  type Run,
} from "./producer/contenders";
import { inStream, withServer } from "./producer/server";
import { openTls } from "./producer/tls";

interface Options {
  readonly records: number;
  readonly bytes: number;
  readonly shards: number;
  readonly rounds: number;
  readonly contenders: readonly ContenderId[];
}

/** Medians over the rounds. */
interface ContenderFigures {
  readonly recordsPerSecond: number;
  readonly megabytesPerSecond: number;
  readonly cpuSeconds: number;
  readonly memoryMiB: number;
  /** Records of all rounds that the stream did not take. */
  readonly lost: number;
  /** Records a second beside those of each contender. */
  readonly beside: Partial<Record<ContenderId, number>>;
  readonly rounds: readonly Run[];
}

interface Figures extends Options {
  readonly machine: Machine;
  readonly figures: Partial<Record<ContenderId, ContenderFigures>>;
}

/** How fast the producer is beside AWS's own ways to send, on the same server and with the same records. */
export const producerBenchmark = benchmark(
  new Command("producer")
    .description("The producer: records a second beside the KPL and the AWS SDKs.")
    .option("--records <n>", "records of a run", wholeNumber(1, 10_000_000), 200_000)
    .option("--bytes <n>", "size of a record", wholeNumber(1, 1_000_000), 200)
    .option("--shards <n>", "shards of the stream", wholeNumber(1, 100), 4)
    .option(
      "--rounds <n>",
      "rounds, each of all contenders, whose median counts",
      wholeNumber(1, 100),
      3,
    )
    .addOption(
      new Option("--contenders <names...>", "which to measure")
        .choices(contenderIds)
        .default(contenderIds),
    ),
  measure,
  inWords,
);

async function measure(options: Options): Promise<Figures> {
  const machine = thisMachine();
  const steps = new Steps();
  const local = path.join(projectFolder, ".local");
  mkdirSync(local, { recursive: true });
  await prepare(options.contenders, steps.progress);
  const installation = await install("kinesisServer", steps.progress);
  const folder = mkdtempSync(path.join(local, "bench-producer-"));
  const { kinesis: port } = await freePorts(["kinesis"]);
  const runs = new Map<ContenderId, Run[]>(options.contenders.map((id) => [id, []]));
  const tls = await openTls(port, folder);
  try {
    const command = path.join(installation, "bin", "kinesis-server");
    await withServer(command, port, folder, async (client) => {
      for (let round = 1; round <= options.rounds; round += 1) {
        // In turn, so that whatever else the machine does hits all alike.
        for (const [id, ofContender] of runs) {
          const words = `Round ${round} of ${options.rounds}: ${contenders[id].name}`;
          await steps.run(id, words, async (tell) => {
            const run = await inStream(client, options.shards, (stream) =>
              contend(id, { ...options, ...tls, stream }, folder),
            );
            tell(`${Math.round(run.put / run.seconds)} records/s, ${run.lost} lost`);
            ofContender.push(run);
          });
        }
      }
    });
  } finally {
    tls.close();
    rmSync(folder, { recursive: true });
  }
  return { machine, ...options, figures: compared(runs, options.bytes) };
}

function compared(
  runs: ReadonlyMap<ContenderId, readonly Run[]>,
  bytes: number,
): Partial<Record<ContenderId, ContenderFigures>> {
  const rates = [...runs].map(([id, rounds]) => [id, rateOf(rounds)] as const);
  return Object.fromEntries(
    [...runs].map(([id, rounds]) => {
      const rate = rateOf(rounds);
      const beside = rates.map(([other, its]) => [other, Number((rate / its).toFixed(2))]);
      const figures = {
        recordsPerSecond: Math.round(rate),
        megabytesPerSecond: Number(((rate * bytes) / 1e6).toFixed(2)),
        cpuSeconds: Number(median(rounds.map(({ cpuSeconds }) => cpuSeconds)).toFixed(2)),
        memoryMiB: median(rounds.map(({ memoryMiB }) => memoryMiB)),
        lost: rounds.reduce((sum, { lost }) => sum + lost, 0),
        beside: Object.fromEntries(beside) as ContenderFigures["beside"],
        rounds,
      };
      return [id, figures];
    }),
  );
}

function rateOf(rounds: readonly Run[]): number {
  return median(rounds.map(({ put, seconds }) => put / seconds));
}

function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

function inWords({ machine, records, bytes, shards, rounds, figures }: Figures): string {
  const lines = contenderIds.flatMap((id) => {
    const each = figures[id];
    const { name, explanation } = contenders[id];
    return each === undefined
      ? []
      : [
          `  ${name} (${explanation})`,
          `    ${each.recordsPerSecond} records/s, ${each.megabytesPerSecond} MB/s, ` +
            `${each.cpuSeconds} CPU s, ${each.memoryMiB} MiB, ${each.lost} lost`,
          `    beside ${besideOthers(id, each)}`,
        ];
  });
  return [
    machineInWords(machine),
    `${records} records of ${bytes} bytes into ${shards} shards over TLS, median of ${rounds} rounds`,
    ...lines,
    "",
  ].join("\n");
}

function besideOthers(id: ContenderId, { beside }: ContenderFigures): string {
  const ratios = (Object.entries(beside) as [ContenderId, number][]).filter(
    ([other]) => other !== id,
  );
  return ratios.map(([other, ratio]) => `${contenders[other].name} ${ratio}`).join(", ") || "none";
}
