import path from "node:path";
import { Kinesis } from "@aws-sdk/client-kinesis";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { commandOptions } from "../../machine/command";
import { install, type Progress } from "../../machine/installation";
import { type ProcessError, type ServiceProcess, startProcess } from "../../machine/process";
import type { ServiceFolders } from "../../machine/service-folders";

/** Open shards that all streams together may have; AWS's default quota in most regions. */
const SHARD_LIMIT = 1000;

export interface KinesisServerOptions {
  readonly port: number;
  readonly region: string;
  readonly accountId: string;
  readonly folders: ServiceFolders;
  /** Whether a shard takes and gives no more than on AWS; a benchmark wants to know what the reader can do. @default true */
  readonly throttled?: boolean;
  /** Whether its streams survive a restart. @default true */
  readonly journal?: boolean;
  /** Newest records that all streams together keep. @default all of their retention, 0.4 KiB of memory each */
  readonly keepRecords?: number | undefined;
  readonly onProgress: Progress;
  readonly onExit: (exit: ProcessError) => void;
}

/** A Kinesis Data Streams API, with AWS's throttling by default, whose streams survive a restart. */
export async function startKinesisServer(options: KinesisServerOptions): Promise<ServiceProcess> {
  const { port, region, accountId, folders, onProgress, onExit } = options;
  const { throttled = true, journal = true, keepRecords } = options;
  const installation = await install("kinesisServer", onProgress);
  return startProcess({
    name: "Kinesis server",
    command: path.join(installation, "bin", "kinesis-server"),
    args: [
      ...commandOptions({ port, region, "account-id": accountId, "shard-limit": SHARD_LIMIT }),
      ...(throttled ? ["--enforce-limits"] : []),
      ...(journal ? ["--state-dir", folders.state("kinesis")] : []),
      ...(keepRecords === undefined ? [] : ["--keep-records", String(keepRecords)]),
    ],
    logFile: folders.log("kinesis"),
    pidFolder: folders.processes,
    ready: /listening on/,
    timeoutSeconds: 60,
    onExit,
  });
}

export function kinesisEnvironment(endpoint: string) {
  const { no_proxy, NO_PROXY } = process.env;
  return {
    AWS_ENDPOINT_URL_KINESIS: endpoint,
    // A proxy of the environment does not reach this machine.
    no_proxy: [no_proxy ?? NO_PROXY, "127.0.0.1", "localhost"].filter(Boolean).join(","),
    // The server takes any, and the SDK does not call without.
    AWS_ACCESS_KEY_ID: "local",
    AWS_SECRET_ACCESS_KEY: "local",
  };
}

/** A client of the server. Plain HTTP/1.1: the default handler would speak HTTP/2. */
export function kinesisClient(endpoint: string, region: string): Kinesis {
  return new Kinesis({
    endpoint,
    region,
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
    requestHandler: new NodeHttpHandler({ requestTimeout: 10_000 }),
  });
}
