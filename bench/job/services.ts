import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import path from "node:path";
import type { Kinesis } from "@aws-sdk/client-kinesis";
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
import { processes } from "../processes";

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

/** A Kinesis server without throttling and an OpenSearch node, and Flink for one job after the other. */
export class BenchServices {
  readonly folder: string;
  readonly kinesis: Kinesis;
  readonly search: string;
  readonly #kinesisEndpoint: string;
  readonly #folders: ServiceFolders;
  readonly #onProgress: Progress;
  #processes: ServiceProcess[] = [];
  #cluster: FlinkCluster | undefined;

  private constructor(
    folder: string,
    ports: { readonly kinesis: number; readonly search: number },
    onProgress: Progress,
  ) {
    this.folder = folder;
    this.#folders = new ServiceFolders(folder);
    this.#kinesisEndpoint = `http://127.0.0.1:${ports.kinesis}`;
    this.kinesis = kinesisClient(this.#kinesisEndpoint, REGION);
    this.search = `http://127.0.0.1:${ports.search}`;
    this.#onProgress = onProgress;
  }

  /** Starts both; `stop` removes their folder. */
  static async start(onProgress: Progress): Promise<BenchServices> {
    const local = path.join(projectFolder, ".local");
    mkdirSync(local, { recursive: true });
    const ports = await freePorts(["kinesis", "search", "transport"]);
    const services = new BenchServices(
      mkdtempSync(path.join(local, "bench-job-")),
      ports,
      onProgress,
    );
    for (const signal of STOPPING) process.once(signal, services.#leave);
    try {
      await services.#start(ports);
      return services;
    } catch (error) {
      await services.stop();
      throw error;
    }
  }

  async #start(ports: Record<"kinesis" | "search" | "transport", number>): Promise<void> {
    const common = {
      folders: this.#folders,
      onProgress: this.#onProgress,
      // Requests to it fail from then on, and the benchmark with them.
      onExit: (error: Error): void => {
        this.#onProgress(error.message);
      },
    };
    const search = {
      httpPort: ports.search,
      transportPort: ports.transport,
      sustained: true,
      ...common,
    };
    const account = { region: REGION, accountId: "000000000000", throttled: false };
    this.#processes.push(await startKinesisServer({ port: ports.kinesis, ...account, ...common }));
    this.#processes.push(await startSearchNode(search));
    for (const [name, template] of Object.entries(templates))
      await this.#ask("PUT", `/_index_template/${name}`, JSON.stringify(template));
  }

  /** Starts a job on a stream, with no documents and no state of earlier ones. */
  async run(jar: string, streamName: string) {
    for (const index of [...resultIndices.taxi, DEAD_LETTERS_INDEX]) {
      await this.#ask("DELETE", `/${index},${index}-*?ignore_unavailable=true`);
    }
    rmSync(this.#folders.state("flink"), { recursive: true, force: true });
    // What the job before has left to a slow disk must not hold up this one's documents.
    await runCommand("sync", []);
    const ports = await freePorts(["rest", "rpc", "blob"]);
    const settings = this.#settings(streamName);
    // A cluster of its own: what one job has compiled or left in memory must not help or harm the next.
    const cluster = new FlinkCluster({
      installation: await install("flinkRuntime", this.#onProgress),
      settings,
      jar,
      ports,
      folders: this.#folders,
      env: {
        AWS_REGION: REGION,
        ...kinesisEnvironment(this.#kinesisEndpoint),
        AWS_EC2_METADATA_DISABLED: "true",
        AWS_ENDPOINT_URL_OPENSEARCH: this.search,
      },
      onProgress: this.#onProgress,
      configuration: KPU,
      sustained: true,
      latestState: () => undefined,
      onFailure: (error) => {
        this.#onProgress(error.message);
      },
    });
    this.#cluster = cluster;
    await cluster.start();
    return {
      flink: `http://127.0.0.1:${ports.rest}`,
      stop: async (): Promise<void> => {
        await cluster.rest.cancelled(cluster.jobId);
        await cluster.stop();
      },
    };
  }

  /** Processor time that each service has used, by its name. */
  processorSeconds(): ReadonlyMap<string, number> {
    return new Map(
      processes(this.#folders).flatMap(({ name, processorSeconds }) =>
        name === undefined ? [] : [[name, processorSeconds]],
      ),
    );
  }

  async stop(): Promise<void> {
    for (const signal of STOPPING) process.off(signal, this.#leave);
    await this.#cluster?.stop();
    this.kinesis.destroy();
    for (const service of this.#processes) await service.stop();
    this.#processes = [];
    rmSync(this.folder, { recursive: true, force: true });
  }

  readonly #leave = (): void => {
    void this.stop().finally(() => process.exit(1));
  };

  #settings(streamName: string): FlinkSettings {
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
        group("search", { endpoint: this.search, region: REGION }),
      ],
      startApplication: true,
      snapshotsEnabled: false,
      restore: false,
      allowNonRestoredState: false,
    };
  }

  async #ask(method: string, where: string, body?: string): Promise<void> {
    const response = await fetch(this.search + where, {
      method,
      ...(body !== undefined && { body, headers: { "content-type": "application/json" } }),
    });
    if (!response.ok) {
      throw new Error(`OpenSearch answers ${method} ${where} with ${response.status}`);
    }
    await response.body?.cancel();
  }
}
