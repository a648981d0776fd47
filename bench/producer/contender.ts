import { Agent } from "node:https";
import {
  KinesisClient,
  PutRecordsCommand,
  type PutRecordsRequestEntry,
} from "@aws-sdk/client-kinesis";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { Delivery } from "../../producer/kinesis/delivery";
import { KinesisStream } from "../../producer/kinesis/kinesis";
import { type OutgoingRecord, outgoingRecord } from "../../producer/events/record";
import { replay } from "../../producer/replay/replay";
import { systemRuntime } from "../../producer/replay/runtime";
import { openShardMap } from "../../producer/kinesis/shard-map";
import type { Run } from "./contenders";

/** Records of a request, and requests that are under way at the same time, of the plain loop. */
const recordsPerRequest = 500;
const clients = 4;
/** Different partition keys; records of the same key have to stay in order. */
const keys = 10_000;
const region = "us-east-1";

async function contend(name: string, stream: string, count: number, bytes: number): Promise<Run> {
  const cpuBefore = process.cpuUsage();
  const begin = performance.now();
  const { put, lost } =
    name === "plain-loop"
      ? await plainLoop(stream, records(count, bytes))
      : await replayed(stream, count, bytes, name === "aggregated");
  const { user, system } = process.cpuUsage(cpuBefore);
  return {
    seconds: (performance.now() - begin) / 1000,
    cpuSeconds: (user + system) / 1e6,
    memoryMiB: Math.round(process.resourceUsage().maxRSS / 1024),
    put,
    lost,
  };
}

/** Made as they are sent, as those of a file are: so the memory is that of the contender. */
function* records(count: number, bytes: number): Generator<OutgoingRecord> {
  for (let position = 0; position < count; position += 1) {
    const data = Buffer.from(String(position).padEnd(bytes, "."));
    yield outgoingRecord(position, position, String((position * 7919) % keys), data);
  }
}

/** The producer without a schedule, and with limits that the server does not have. */
async function replayed(name: string, count: number, bytes: number, aggregate: boolean) {
  const stream = new KinesisStream(name, region);
  const shardMap = await openShardMap(stream, systemRuntime);
  const options = {
    shardLimits: { records: Infinity, bytes: Infinity },
    maxDisorderMs: Infinity,
    maxAttempts: 100,
    giveUpAfterMs: Infinity,
    aggregate,
  };
  const { progress, error } = await replay(
    { count, records: () => records(count, bytes) },
    (listener) => new Delivery(stream, shardMap, options, listener, systemRuntime),
    { from: 0, speedup: Infinity, maxRate: Infinity, rampMs: 0 },
    systemRuntime,
    new AbortController().signal,
    () => undefined,
  );
  stream.close();
  if (error !== undefined) {
    throw error as Error;
  }
  return { put: progress.recordsPut, lost: progress.recordsLost };
}

/** The AWS SDK alone: it keeps no order and sends nothing again. */
async function plainLoop(stream: string, made: Generator<OutgoingRecord>) {
  const client = new KinesisClient({
    region,
    requestHandler: new NodeHttpHandler({ httpsAgent: new Agent({ keepAlive: true }) }),
  });
  let put = 0;
  let lost = 0;
  const nextBatch = () => {
    const Records: PutRecordsRequestEntry[] = [];
    while (Records.length < recordsPerRequest) {
      const next = made.next();
      if (next.done === true) break;
      const { partitionKey, data } = next.value;
      Records.push({ PartitionKey: partitionKey, Data: data });
    }
    return Records;
  };
  const send = async () => {
    for (let Records = nextBatch(); Records.length > 0; Records = nextBatch()) {
      const answer = await client.send(new PutRecordsCommand({ StreamName: stream, Records }));
      lost += answer.FailedRecordCount ?? 0;
      put += Records.length - (answer.FailedRecordCount ?? 0);
    }
  };
  await Promise.all(Array.from({ length: clients }, send));
  client.destroy();
  return { put, lost };
}

const [name = "", stream = "", count = "", bytes = ""] = process.argv.slice(2);
contend(name, stream, Number(count), Number(bytes)).then(
  (run) => {
    process.stdout.write(`${JSON.stringify(run)}\n`);
  },
  (error: unknown) => {
    process.stderr.write(`${String(error)}\n`);
    process.exitCode = 1;
  },
);
