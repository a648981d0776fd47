import { rmSync } from "node:fs";
import { Command, Option } from "commander";
import { install } from "../local/machine/installation";
import { freePorts } from "../local/machine/ports";
import { ServiceFolders } from "../local/machine/service-folders";
import { Steps } from "../local/machine/steps";
import { kinesisClient, startKinesisServer } from "../local/services/kinesis/kinesis-server";
import { LiveStream } from "../local/services/kinesis/live-stream";
import { wholeNumber } from "../cli/options";
import { benchmark } from "./benchmark";
import { median, rounded } from "./figures";
import { benchFolder } from "./processes";
import {
  contend,
  type ContenderId,
  contenderIds,
  contenders,
  type Run,
} from "./producer/contenders";
import { openTls } from "./producer/tls";

const region = "us-east-1";

interface Options {
  readonly records: number;
  readonly bytes: number;
  readonly shards: number;
  readonly rounds: number;
  readonly contenders: readonly ContenderId[];
}

type Figures = Awaited<ReturnType<typeof measure>>;

export const producerBenchmark = benchmark(
  new Command("producer")
    .description("The producer: records per second compared to the KPL and the AWS SDKs.")
    .option("--records <n>", "records of a run", wholeNumber(1, 10_000_000), 1_000_000)
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

async function measure(options: Options) {
  const { records, bytes, shards, rounds } = options;
  const steps = new Steps();
  if (options.contenders.some((id) => contenders[id].language === "Java")) {
    await install("javaProducers", steps.progress);
  }
  const folder = benchFolder("producer");
  const { kinesis: port } = await freePorts(["kinesis"]);
  const runs = new Map<ContenderId, Run[]>(options.contenders.map((id) => [id, []]));
  const tls = await openTls(port, folder);
  const client = kinesisClient(`http://127.0.0.1:${port}`, region);
  // Without limits and a journal: those would be what is measured.
  const server = await startKinesisServer({
    port,
    region,
    accountId: "000000000000",
    folders: new ServiceFolders(folder),
    throttled: false,
    journal: false,
    onProgress: steps.progress,
    onExit: () => undefined,
  });
  try {
    for (let round = 1; round <= rounds; round += 1) {
      // In turn, so that whatever else the machine does hits all alike.
      for (const [id, ofContender] of runs) {
        const words = `Round ${round} of ${rounds}: ${contenders[id].name}`;
        await steps.run(id, words, async (tell) => {
          // A stream of its own for each run: an older one would leave less memory to the server.
          const stream = new LiveStream(client, "bench");
          await stream.create({ shards });
          const run = await contend(id, { records, bytes, ...tls, stream: "bench" }, folder);
          await stream.delete();
          tell(`${Math.round(run.put / run.seconds)} records/s, ${run.lost} lost`);
          ofContender.push(run);
        });
      }
    }
  } finally {
    client.destroy();
    await server.stop();
    tls.close();
    rmSync(folder, { recursive: true });
  }
  return { ...options, figures: compared(runs, bytes) };
}

/** Medians over the rounds, and ratios to the records per second of each contender. */
function compared(runs: ReadonlyMap<ContenderId, readonly Run[]>, bytes: number) {
  const rates = new Map(
    [...runs].map(([id, rounds]) => [id, median(rounds.map(({ put, seconds }) => put / seconds))]),
  );
  return [...runs].map(([id, rounds]) => {
    const rate = rates.get(id) ?? Number.NaN;
    return {
      id,
      recordsPerSecond: Math.round(rate),
      megabytesPerSecond: rounded((rate * bytes) / 1e6),
      cpuSeconds: rounded(median(rounds.map(({ cpuSeconds }) => cpuSeconds))),
      memoryMiB: median(rounds.map(({ memoryMiB }) => memoryMiB)),
      // Records of all rounds that the stream did not take.
      lost: rounds.reduce((sum, { lost }) => sum + lost, 0),
      ratios: Object.fromEntries([...rates].map(([other, its]) => [other, rounded(rate / its)])),
      rounds,
    };
  });
}

function inWords({ records, bytes, shards, rounds, figures }: Figures): readonly string[] {
  return [
    `${records} records of ${bytes} bytes into ${shards} shards over TLS, median of ${rounds} rounds`,
    ...figures.flatMap(({ id, ratios, ...each }) => {
      const others = Object.entries(ratios)
        .filter(([other]) => other !== id)
        .map(([other, ratio]) => `${contenders[other as ContenderId].name} ${ratio}`);
      return [
        `  ${contenders[id].name} (${contenders[id].explanation})`,
        `    ${each.recordsPerSecond} records/s, ${each.megabytesPerSecond} MB/s, ` +
          `${each.cpuSeconds} CPU s, ${each.memoryMiB} MiB, ${each.lost} lost`,
        `    ratio to ${others.join(", ") || "none"}`,
      ];
    }),
  ];
}
