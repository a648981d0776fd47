import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import type { KinesisClient } from "@aws-sdk/client-kinesis";
import {
  CreateStreamCommand,
  DeleteStreamCommand,
  waitUntilStreamExists,
  waitUntilStreamNotExists,
} from "@aws-sdk/client-kinesis";
import { Command, InvalidArgumentError } from "commander";
import { install } from "../local/services/installation";
import { kinesisClient } from "../local/services/kinesis-server";
import { freePorts } from "../local/services/ports";
import { ServiceProcess } from "../local/services/process";
import { projectFolder } from "../local/services/project";
import { Steps } from "../local/steps";
import { benchmark } from "./benchmark";
import { percentile } from "./job/figures";
import { type Machine, machineInWords, thisMachine } from "./machine";
import type { Run } from "./producer/contender";

const region = "us-east-1";
const waitSeconds = 60;
const contenders = ["ordered", "aggregated", "plain loop"] as const;
type Contender = (typeof contenders)[number];

const explanations: Readonly<Record<Contender, string>> = {
  ordered: "the producer: order of each key, every record accounted for",
  aggregated: "the same with --aggregate",
  "plain loop": "4 loops of the AWS SDK for JavaScript: no order, nothing sent again",
};

interface Options {
  readonly records: number;
  readonly bytes: number;
  readonly shards: number;
  readonly rounds: number;
}

/** Medians over the rounds. */
interface ContenderFigures {
  readonly recordsPerSecond: number;
  readonly megabytesPerSecond: number;
  readonly cpuSeconds: number;
  readonly memoryMiB: number;
  readonly rounds: readonly Run[];
}

interface Figures extends Options {
  readonly machine: Machine;
  readonly contenders: Readonly<Record<Contender, ContenderFigures>>;
  /** Records a second beside those of the plain loop. */
  readonly ratioOrdered: number;
  readonly ratioAggregated: number;
}

/** How fast the producer is beside the AWS SDK alone, on the same server and with the same records. */
export const producerBenchmark = benchmark(
  new Command("producer")
    .description("The producer: records a second beside a plain loop of the AWS SDK.")
    .option("--records <n>", "records of a run", upTo(10_000_000), 200_000)
    .option("--bytes <n>", "size of a record", upTo(1_000_000), 200)
    .option("--shards <n>", "shards of the stream", upTo(100), 4)
    .option("--rounds <n>", "rounds, each of all contenders, whose median counts", upTo(100), 3),
  measure,
  inWords,
);

async function measure(options: Options): Promise<Figures> {
  const machine = thisMachine();
  const steps = new Steps();
  const local = path.join(projectFolder, ".local");
  mkdirSync(local, { recursive: true });
  const folder = mkdtempSync(path.join(local, "bench-producer-"));
  const { kinesis: port } = await freePorts(["kinesis"]);
  const installation = await install("kinesisServer", steps.progress);
  const server = await ServiceProcess.start({
    name: "Kinesis server",
    command: path.join(installation, "bin", "kinesis-server"),
    // Its limits are those of AWS, and would be what is measured.
    args: ["--port", String(port), "--region", region],
    logFile: path.join(folder, "kinesis.log"),
    pidFolder: folder,
    ready: /listening on/,
    timeoutSeconds: waitSeconds,
    onExit: () => undefined,
  });
  const endpoint = `http://127.0.0.1:${port}`;
  const client = kinesisClient(endpoint, region);
  const runs: Record<Contender, Run[]> = { ordered: [], aggregated: [], "plain loop": [] };
  try {
    for (let round = 1; round <= options.rounds; round += 1) {
      // In turn, so that whatever else the machine does hits all alike.
      for (const contender of contenders) {
        const words = `Round ${round} of ${options.rounds}: ${contender}`;
        await steps.run(contender, words, async (tell) => {
          const run = await inStream(client, options.shards, (stream) =>
            contend(contender, stream, endpoint, options),
          );
          tell(`${Math.round(run.put / run.seconds)} records/s, ${run.lost} lost`);
          runs[contender].push(run);
        });
      }
    }
  } finally {
    client.destroy();
    await server.stop();
    rmSync(folder, { recursive: true });
  }
  const figures = {
    ordered: figuresOf(runs.ordered, options),
    aggregated: figuresOf(runs.aggregated, options),
    "plain loop": figuresOf(runs["plain loop"], options),
  };
  const ratio = (contender: Contender) =>
    Number(
      (figures[contender].recordsPerSecond / figures["plain loop"].recordsPerSecond).toFixed(3),
    );
  const { records, bytes, shards, rounds } = options;
  return {
    machine,
    ...{ records, bytes, shards, rounds },
    contenders: figures,
    ratioOrdered: ratio("ordered"),
    ratioAggregated: ratio("aggregated"),
  };
}

/** A stream of its own for each run: an older one would leave less memory to the server. */
async function inStream<T>(
  client: KinesisClient,
  shards: number,
  use: (stream: string) => Promise<T>,
): Promise<T> {
  const stream = { StreamName: "bench" };
  const waiting = { client, maxWaitTime: waitSeconds, minDelay: 1 };
  await client.send(new CreateStreamCommand({ ...stream, ShardCount: shards }));
  await waitUntilStreamExists(waiting, stream);
  const result = await use(stream.StreamName);
  await client.send(new DeleteStreamCommand(stream));
  await waitUntilStreamNotExists(waiting, stream);
  return result;
}

/** In a process of its own, so that its processor time and memory are nobody else's. */
async function contend(
  contender: Contender,
  stream: string,
  endpoint: string,
  { records, bytes }: Options,
): Promise<Run> {
  const script = path.join(__dirname, "producer", "contender.ts");
  const args = ["--import", "tsx", script, contender, stream, String(records), String(bytes)];
  const env = {
    ...process.env,
    AWS_ENDPOINT_URL_KINESIS: endpoint,
    AWS_ACCESS_KEY_ID: "local",
    AWS_SECRET_ACCESS_KEY: "local",
  };
  const { stdout } = await promisify(execFile)(process.execPath, args, { env });
  return JSON.parse(stdout) as Run;
}

function figuresOf(rounds: readonly Run[], { bytes }: Options): ContenderFigures {
  const median = (value: (run: Run) => number) => percentile(rounds.map(value), 0.5);
  const recordsPerSecond = Math.round(median(({ put, seconds }) => put / seconds));
  return {
    recordsPerSecond,
    megabytesPerSecond: Number(((recordsPerSecond * bytes) / 1e6).toFixed(2)),
    cpuSeconds: Number(median(({ cpuSeconds }) => cpuSeconds).toFixed(2)),
    memoryMiB: median(({ memoryMiB }) => memoryMiB),
    rounds,
  };
}

function inWords(figures: Figures): string {
  const { machine, records, bytes, shards, rounds } = figures;
  const lines = contenders.map((contender) => {
    const each = figures.contenders[contender];
    return (
      `  ${contender.padEnd(10)}  ${each.recordsPerSecond} records/s, ${each.megabytesPerSecond} MB/s, ` +
      `${each.cpuSeconds} CPU s, ${each.memoryMiB} MiB (${explanations[contender]})`
    );
  });
  return [
    machineInWords(machine),
    `${records} records of ${bytes} bytes into ${shards} shards, median of ${rounds} rounds`,
    ...lines,
    `  beside the plain loop: ordered ${figures.ratioOrdered}, aggregated ${figures.ratioAggregated}`,
    "",
  ].join("\n");
}

function upTo(max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < 1 || value > max) {
      throw new InvalidArgumentError(`It must be a whole number from 1 to ${max}.`);
    }
    return value;
  };
}
