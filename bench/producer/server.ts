import path from "node:path";
import type { KinesisClient } from "@aws-sdk/client-kinesis";
import {
  CreateStreamCommand,
  DeleteStreamCommand,
  waitUntilStreamExists,
  waitUntilStreamNotExists,
} from "@aws-sdk/client-kinesis";
import { kinesisClient } from "../../local/services/kinesis/kinesis-server";
import { ServiceProcess } from "../../local/machine/process";

const region = "us-east-1";
const waitSeconds = 60;

/** Runs a Kinesis server without throttling as long as it is used. */
export async function withServer(
  command: string,
  port: number,
  folder: string,
  use: (client: KinesisClient) => Promise<void>,
): Promise<void> {
  const server = await ServiceProcess.start({
    name: "Kinesis server",
    command,
    // Without --enforce-limits: those of AWS would be what is measured.
    args: ["--port", String(port), "--region", region],
    logFile: path.join(folder, "kinesis.log"),
    pidFolder: folder,
    ready: /listening on/,
    timeoutSeconds: waitSeconds,
    onExit: () => undefined,
  });
  const client = kinesisClient(`http://127.0.0.1:${port}`, region);
  try {
    await use(client);
  } finally {
    client.destroy();
    await server.stop();
  }
}

/** A stream of its own for each run: an older one would leave less memory to the server. */
export async function inStream<T>(
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
