import { KinesisClient } from "@aws-sdk/client-kinesis";
import { clientSettings, useProfile } from "../cli/aws";
import { exitCodes, exitWith, silenceSdkNotice } from "../cli/command";
import { FanOutReader } from "./tail/fan-out-reader";
import { explain } from "./kinesis/kinesis-advice";
import { PollingReader } from "./tail/polling-reader";
import { systemRuntime } from "./replay/runtime";
import type { StoredRecord } from "./tail/shard-reader";
import { tail } from "./tail/tail";
import {
  parseTailOptions,
  profileOf,
  withLocalStream,
  type TailOptions,
} from "./tail/tail-options";
import { tailOutput } from "./tail/tail-output";

const statusMs = 5000;
/** What the reader has to be allowed. */
const readPermissions =
  "kinesis:ListShards, kinesis:GetShardIterator and kinesis:GetRecords on the stream, with --fan-out " +
  "kinesis:DescribeStreamSummary, kinesis:RegisterStreamConsumer, kinesis:DescribeStreamConsumer, " +
  "kinesis:DeregisterStreamConsumer and kinesis:SubscribeToShard, and kms:Decrypt on its key";

async function run(options: TailOptions): Promise<number> {
  const { target, from, fanOut: consumer, key, limit } = options;
  const stop = new AbortController();
  const end = () => {
    stop.abort();
  };
  process.once("SIGINT", end).once("SIGTERM", end);
  process.stdout.on("error", end);
  const client = new KinesisClient({ region: target.region, ...clientSettings() });
  const output = tailOutput(process.stdout, process.stderr, options, stop.signal);
  const listener = {
    record: async (shardId: string, record: StoredRecord) => {
      if (key !== undefined && record.partitionKey !== key) return;
      const written = output.record(shardId, record);
      if (output.records >= limit) end();
      await written;
    },
    lag: output.lag,
  };
  const timer = setInterval(output.status, statusMs);
  let fanOut: FanOutReader | undefined;
  try {
    fanOut =
      consumer === undefined
        ? undefined
        : await FanOutReader.open(client, target.stream, consumer, systemRuntime, stop.signal);
    const reader = fanOut ?? new PollingReader(client, target.stream, systemRuntime);
    await tail(reader, from, listener, stop.signal, options);
    return exitCodes.done;
  } catch (error) {
    process.stderr.write(`${explain(error, target, readPermissions)}\n`);
    return output.records === 0 ? exitCodes.notStarted : exitCodes.failed;
  } finally {
    clearInterval(timer);
    output.status();
    await fanOut?.close();
    client.destroy();
  }
}

silenceSdkNotice();
void exitWith(async () => {
  const args = withLocalStream(process.argv.slice(2), process.env);
  await useProfile(profileOf(args));
  return run(parseTailOptions(args, process.env));
});
