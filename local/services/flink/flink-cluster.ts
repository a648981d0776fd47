import { randomBytes } from "node:crypto";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import {
  clusterConfiguration,
  type FlinkConfiguration,
  type FlinkPorts,
  javaArguments,
  jobManagerArguments,
  propertiesArgument,
  taskManagerArguments,
} from "./flink-configuration";
import { FlinkRest } from "./flink-rest";
import { type FlinkSettings, propertiesFile, taskManagerCount } from "./flink-settings";
import type { Progress } from "../../machine/installation";
import { javaCommand } from "../../machine/java";
import {
  type ProcessError,
  type ProcessOptions,
  type ServiceProcess,
  startProcess,
  until,
} from "../../machine/process";
import { restartLimit } from "../../machine/startable";
import type { ServiceFolders } from "../../machine/service-folders";

/** Runs the one jar that it is started with, and takes no other. */
const JOB_MANAGER = "streaming.local.ApplicationCluster";
const TASK_MANAGER = "org.apache.flink.runtime.taskexecutor.TaskManagerRunner";
const START_SECONDS = 120;
const RUNNING_SECONDS = 120;

export interface FlinkClusterOptions {
  readonly installation: string;
  readonly settings: FlinkSettings;
  readonly jar: string;
  readonly ports: FlinkPorts;
  readonly folders: ServiceFolders;
  readonly env: Readonly<Record<string, string>>;
  /** Flink's own keys, in place of what the local stack has. */
  readonly configuration?: FlinkConfiguration;
  /** Fast after a minute instead of soon: for many events a second, as in a benchmark. @default false */
  readonly sustained?: boolean;
  readonly onProgress: Progress;
  /** Where the job goes on after its job manager was lost: the folder of its newest state, if there is one. */
  readonly latestState: () => string | undefined;
  readonly onFailure: (error: Error) => void;
}

/** A job in application mode: Flink's job manager and task managers, each a process of its own, replaced when they end. */
export class FlinkCluster {
  readonly rest: FlinkRest;
  readonly #options: FlinkClusterOptions;
  readonly #mayRestart = restartLimit();
  #jobId = "";
  #jobManager: ServiceProcess | undefined;
  #taskManagers: ServiceProcess[] = [];
  readonly #stop = new AbortController();
  readonly #starting = new Set<Promise<ServiceProcess>>();
  readonly #folder: string;
  readonly #configuration: string;
  readonly #properties: string;
  #failure: Error | undefined;
  #started = false;

  constructor(options: FlinkClusterOptions) {
    this.#options = options;
    this.#folder = options.folders.state("flink");
    this.#configuration = path.join(this.#folder, "conf");
    this.#properties = path.join(this.#folder, "application_properties.json");
    this.rest = new FlinkRest(`http://127.0.0.1:${options.ports.rest}`);
  }

  /**
   * Starts the cluster and waits until the job runs; to be called once.
   * @param restoreFrom checkpoint or savepoint @throws Error with the job's own reason when it does not run
   */
  async start(restoreFrom?: string): Promise<void> {
    try {
      await this.#startAll(restoreFrom);
      this.#started = true;
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** The job that runs; another one after its job manager was lost. */
  get jobId(): string {
    return this.#jobId;
  }

  /** Pids of the processes that run, the job manager's first. */
  get pids(): readonly number[] {
    return this.#processes.map(({ pid }) => pid);
  }

  get #processes(): readonly ServiceProcess[] {
    return [...(this.#jobManager ? [this.#jobManager] : []), ...this.#taskManagers];
  }

  async stop(): Promise<void> {
    this.#stop.abort(new Error("Flink has been stopped"));
    const started = (await Promise.allSettled(this.#starting)).flatMap((result) =>
      result.status === "fulfilled" ? [result.value] : [],
    );
    // Nothing is lost: a job goes on from its last checkpoint, which is on disk.
    await Promise.all([...started, ...this.#processes].map((process) => process.kill()));
    this.#taskManagers = [];
    this.#jobManager = undefined;
  }

  async #startAll(restoreFrom: string | undefined): Promise<void> {
    const { settings, ports, onProgress } = this.#options;
    if (restoreFrom !== undefined) onProgress(`the job goes on from ${path.basename(restoreFrom)}`);
    this.#jobId = randomBytes(16).toString("hex");
    const temporary = path.join(this.#folder, "tmp");
    rmSync(temporary, { recursive: true, force: true });
    mkdirSync(temporary, { recursive: true });
    mkdirSync(this.#configuration, { recursive: true });
    const folders = { flink: this.#folder, buckets: this.#options.folders.state("s3") };
    const job = { id: this.#jobId, restoreFrom };
    const { configuration: others } = this.#options;
    const configuration = clusterConfiguration(settings, ports, folders, job, others);
    writeFileSync(path.join(this.#configuration, "config.yaml"), configuration);
    writeFileSync(this.#properties, propertiesFile(settings.propertyGroups));
    const count = taskManagerCount(settings);
    await Promise.all([
      this.#startJobManager(),
      ...Array.from({ length: count }, (_, index) => this.#startTaskManager(index + 1)),
    ]);
    await this.#joined(count * settings.parallelismPerKpu);
    await this.rest.running(this.#jobId, RUNNING_SECONDS);
  }

  async #startJobManager(): Promise<void> {
    this.#jobManager = await this.#startProcess("jobmanager", JOB_MANAGER, {
      name: "Flink's job manager",
      memory: jobManagerArguments(),
      arguments: [this.#options.jar],
      ready: async () => (await this.rest.slots()) !== undefined,
      onExit: (exit) => void this.#replaceAll(exit),
    });
  }

  async #startTaskManager(number: number): Promise<void> {
    const { settings, sustained } = this.#options;
    const taskManager = await this.#startProcess(`taskmanager-${number}`, TASK_MANAGER, {
      name: `Flink's task manager ${number}`,
      memory: taskManagerArguments(settings.parallelismPerKpu, sustained),
      arguments: [],
      // What it writes depends on the declared log level; whether it has joined, the job manager knows.
      ready: () => Promise.resolve(true),
      onExit: (exit) => void this.#replaceTaskManager(number, exit),
    });
    this.#taskManagers.push(taskManager);
  }

  async #startProcess(
    id: string,
    mainClass: string,
    {
      memory,
      arguments: others,
      ...specifics
    }: Pick<ProcessOptions, "name" | "ready" | "onExit"> & {
      readonly memory: readonly string[];
      /** After the folder of the configuration. */
      readonly arguments: readonly string[];
    },
  ): Promise<ServiceProcess> {
    const { installation, settings, folders, env } = this.#options;
    const logFile = folders.log(`flink-${id}`);
    const starting = startProcess({
      ...specifics,
      command: javaCommand(),
      args: [
        ...memory,
        propertiesArgument(this.#properties),
        ...javaArguments(installation, logFile, settings.logLevel),
        mainClass,
        "--configDir",
        this.#configuration,
        ...others,
      ],
      env,
      logFile,
      pidFolder: folders.processes,
      timeoutSeconds: START_SECONDS,
      signal: this.#stop.signal,
    });
    this.#starting.add(starting);
    return starting.finally(() => this.#starting.delete(starting));
  }

  async #joined(slots: number): Promise<void> {
    const isComplete = await until(async () => {
      this.#stop.signal.throwIfAborted();
      if (this.#failure) throw this.#failure;
      return (await this.rest.slots()) === slots;
    }, START_SECONDS);
    if (isComplete) return;
    const logs = path.dirname(this.#options.folders.log(""));
    throw new Error(
      `Flink's task managers have not joined after ${START_SECONDS} s; see the logs in ${logs}`,
    );
  }

  async #replaceTaskManager(number: number, exit: ProcessError): Promise<void> {
    this.#taskManagers = this.#taskManagers.filter(({ name }) => name !== exit.process);
    if (this.#stop.signal.aborted) return;
    await this.#replace(exit, () => this.#startTaskManager(number));
  }

  /** Without its job manager a task manager has nothing to do: all are started again, and the job with them. */
  async #replaceAll(exit: ProcessError): Promise<void> {
    this.#jobManager = undefined;
    if (this.#stop.signal.aborted) return;
    await this.#replace(exit, async () => {
      const taskManagers = this.#taskManagers;
      this.#taskManagers = [];
      await Promise.all(taskManagers.map((taskManager) => taskManager.kill()));
      await this.#startAll(this.#options.latestState());
    });
  }

  async #replace(exit: ProcessError, start: () => Promise<void>): Promise<void> {
    if (!this.#mayRestart()) {
      this.#fail(exit);
      return;
    }
    this.#options.onProgress(`${exit.process} ended (${exit.how}); it is started again`);
    try {
      await start();
    } catch (error) {
      if (!this.#stop.signal.aborted) this.#fail(error as Error);
    }
  }

  /** While the cluster is starting, the start itself fails with this. */
  #fail(error: Error): void {
    this.#failure = error;
    if (this.#started) this.#options.onFailure(error);
  }
}
