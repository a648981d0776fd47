import { rmSync } from "node:fs";
import path from "node:path";
import { jsonByName } from "../../infra/core/json-files";
import { FlinkCluster } from "../../local/services/flink/flink-cluster";
import type { FlinkConfiguration } from "../../local/services/flink/flink-configuration";
import type { FlinkSettings } from "../../local/services/flink/flink-settings";
import { runCommand } from "../../local/machine/command";
import { install, type Progress } from "../../local/machine/installation";
import {
  kinesisClient,
  kinesisEnvironment,
  startKinesisServer,
} from "../../local/services/kinesis/kinesis-server";
import { freePorts } from "../../local/machine/ports";
import type { ServiceProcess } from "../../local/machine/process";
import { projectFolder } from "../../local/machine/project";
import { startSearchNode } from "../../local/services/opensearch/search-node";
import { ServiceFolders } from "../../local/machine/service-folders";
import { DEAD_LETTERS_INDEX, resultIndices } from "../../local/verify/result-document";
import { benchFolder, processes } from "../processes";

const REGION = "us-east-1";
const STOPPING = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
const templates = jsonByName(
  ["common", "taxi"].map((name) => path.join(projectFolder, "workloads", name, "index-templates")),
);

/** Subtasks of each operator, all in one task manager. */
export const PARALLELISM = 2;
/** The program's default: a run of three minutes has three checkpoints. */
export const CHECKPOINT_SECONDS = 60;

/** Memory of RocksDB as a KPU has it: Flink's own share of 4 GB, and its own write buffers. */
const KPU: FlinkConfiguration = {
  "taskmanager.memory.managed.size": "1024m",
  "state.backend.rocksdb.writebuffer.size": "64mb",
  "rest.profiling.enabled": true,
};

export type BenchServices = Awaited<ReturnType<typeof startServices>>;

/**
 * Starts a Kinesis server without throttling and an OpenSearch node, and Flink for one job after the other. `stop`
 * removes their folder.
 */
export async function startServices(onProgress: Progress) {
  const folder = benchFolder("job");
  const folders = new ServiceFolders(folder);
  const ports = await freePorts(["kinesis", "search", "transport"]);
  const kinesisEndpoint = `http://127.0.0.1:${ports.kinesis}`;
  const search = `http://127.0.0.1:${ports.search}`;
  const kinesis = kinesisClient(kinesisEndpoint, REGION);
  const started: ServiceProcess[] = [];
  let cluster: FlinkCluster | undefined;
  const stop = async (): Promise<void> => {
    for (const signal of STOPPING) process.off(signal, leave);
    await cluster?.stop();
    kinesis.destroy();
    for (const service of started.splice(0)) await service.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  const leave = (): void => {
    void stop().finally(() => process.exit(1));
  };
  // Requests to it fail from then on, and the benchmark with them.
  const onFailure = (error: Error): void => {
    onProgress(error.message);
  };
  for (const signal of STOPPING) process.once(signal, leave);
  try {
    const common = { folders, onProgress, onExit: onFailure };
    const account = { region: REGION, accountId: "000000000000", throttled: false };
    started.push(await startKinesisServer({ port: ports.kinesis, ...account, ...common }));
    const node = { httpPort: ports.search, transportPort: ports.transport, sustained: true };
    started.push(await startSearchNode({ ...node, ...common }));
    for (const [name, template] of Object.entries(templates)) {
      await ask(search, "PUT", `/_index_template/${name}`, JSON.stringify(template));
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    folder,
    kinesis,
    search,
    stop,
    /** Processor time that each service has used, by its name. */
    processorSeconds(): ReadonlyMap<string, number> {
      return new Map(
        processes(folders).flatMap(({ name, processorSeconds }) =>
          name === undefined ? [] : [[name, processorSeconds]],
        ),
      );
    },
    /** Starts a job on a stream, with no documents and no state of earlier ones. */
    async run(jar: string, streamName: string) {
      for (const index of [...resultIndices.taxi, DEAD_LETTERS_INDEX]) {
        await ask(search, "DELETE", `/${index},${index}-*?ignore_unavailable=true`);
      }
      rmSync(folders.state("flink"), { recursive: true, force: true });
      // What the job before has left to a slow disk must not hold up this one's documents.
      await runCommand("sync", []);
      const flinkPorts = await freePorts(["rest", "rpc", "blob"]);
      // A cluster of its own: what one job has compiled or left in memory must not help or harm the next.
      const own = new FlinkCluster({
        installation: await install("flinkRuntime", onProgress),
        settings: flinkSettings(streamName, search),
        jar,
        ports: flinkPorts,
        folders,
        env: {
          AWS_REGION: REGION,
          ...kinesisEnvironment(kinesisEndpoint),
          AWS_EC2_METADATA_DISABLED: "true",
          AWS_ENDPOINT_URL_OPENSEARCH: search,
        },
        onProgress,
        configuration: KPU,
        sustained: true,
        latestState: () => undefined,
        onFailure,
      });
      cluster = own;
      await own.start();
      return {
        flink: `http://127.0.0.1:${flinkPorts.rest}`,
        stop: async (): Promise<void> => {
          await own.rest.cancelled(own.jobId);
          await own.stop();
        },
      };
    },
  };
}

function flinkSettings(streamName: string, search: string): FlinkSettings {
  const group = (propertyGroupId: string, propertyMap: Readonly<Record<string, string>>) => ({
    propertyGroupId,
    propertyMap,
  });
  return {
    name: "bench",
    runtime: "flinkRuntime",
    // The jar is handed over as a file.
    code: { bucket: "", key: "" },
    parallelism: PARALLELISM,
    parallelismPerKpu: PARALLELISM,
    checkpointing: {
      enabled: true,
      intervalMilliseconds: CHECKPOINT_SECONDS * 1000,
      minPauseMilliseconds: 1000,
    },
    logLevel: "WARN",
    // All else has the defaults of the job's contract.
    propertyGroups: [
      group("job", { workload: "taxi" }),
      group("source", { streamName, region: REGION }),
      group("search", { endpoint: search, region: REGION }),
    ],
    startApplication: true,
    snapshotsEnabled: false,
    restore: false,
    allowNonRestoredState: false,
  };
}

/** @param search endpoint of OpenSearch */
async function ask(search: string, method: string, where: string, body?: string): Promise<void> {
  const response = await fetch(search + where, {
    method,
    ...(body !== undefined && { body, headers: { "content-type": "application/json" } }),
  });
  if (!response.ok) {
    throw new Error(`OpenSearch answers ${method} ${where} with ${response.status}`);
  }
  await response.body?.cancel();
}
