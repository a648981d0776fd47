import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import {
  clusterConfiguration,
  type FlinkPorts,
  javaArguments,
  jobManagerArguments,
  taskManagerArguments,
} from "./flink-configuration";
import { FlinkRest } from "./flink-rest";
import { type FlinkSettings, propertiesFile, taskManagerCount } from "./flink-settings";
import type { Progress } from "../../machine/installation";
import { javaCommand } from "../../machine/preflight";
import { ProcessError, ServiceProcess } from "../../machine/process";
import type { ServiceFolders } from "../../machine/service-folders";

const JOB_MANAGER = "org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint";
const TASK_MANAGER = "org.apache.flink.runtime.taskexecutor.TaskManagerRunner";
const START_SECONDS = 120;
/** A cluster whose processes end more often than this in a minute is given up. */
const MAX_ENDS_A_MINUTE = 5;

export interface FlinkClusterOptions {
  /** Folder of the Flink that is installed. */
  readonly installation: string;
  readonly settings: FlinkSettings;
  readonly ports: FlinkPorts;
  readonly folders: ServiceFolders;
  /** Variables that lead the job's clients to the local services. */
  readonly env: Readonly<Record<string, string>>;
  readonly onProgress: Progress;
  /** The job manager ended and is being replaced: the job has to be started again when this cluster is ready. */
  readonly onJobManagerLost: () => Promise<void>;
  /** The processes do not stay up, or the job could not be started again. */
  readonly onFailure: (error: Error) => void;
}

/** Flink's job manager and task managers, each a process of its own, replaced when they end. */
export class FlinkCluster {
  readonly rest: FlinkRest;
  readonly #options: FlinkClusterOptions;
  readonly #ends: number[] = [];
  #jobManager: ServiceProcess | undefined;
  #taskManagers: ServiceProcess[] = [];
  readonly #stop = new AbortController();
  readonly #starting = new Set<Promise<ServiceProcess>>();
  #failure: Error | undefined;
  #started = false;

  constructor(options: FlinkClusterOptions) {
    this.#options = options;
    this.rest = new FlinkRest(`http://127.0.0.1:${options.ports.rest}`);
  }

  /** Starts the cluster and waits until every task manager has joined; to be called once. */
  async start(): Promise<void> {
    try {
      await this.#startAll();
      this.#started = true;
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** Pids of the processes that run, the job manager's first. */
  get pids(): readonly number[] {
    return this.#processes.map(({ pid }) => pid);
  }

  get #processes(): readonly ServiceProcess[] {
    return [...(this.#jobManager ? [this.#jobManager] : []), ...this.#taskManagers];
  }

  /** Ends every process, those that are being started included. */
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

  get #folder(): string {
    return this.#options.folders.state("flink");
  }

  async #startAll(): Promise<void> {
    const { settings, ports } = this.#options;
    const temporary = path.join(this.#folder, "tmp");
    rmSync(temporary, { recursive: true, force: true });
    mkdirSync(temporary, { recursive: true });
    mkdirSync(this.#configuration, { recursive: true });
    writeFileSync(
      path.join(this.#configuration, "config.yaml"),
      clusterConfiguration(settings, ports, {
        flink: this.#folder,
        buckets: this.#options.folders.state("s3"),
      }),
    );
    writeFileSync(this.#properties, propertiesFile(settings.propertyGroups));
    const count = taskManagerCount(settings);
    await Promise.all([
      this.#startJobManager(),
      ...Array.from({ length: count }, (_, index) => this.#startTaskManager(index + 1)),
    ]);
    await this.#joined(count * settings.parallelismPerKpu);
  }

  get #configuration(): string {
    return path.join(this.#folder, "conf");
  }

  get #properties(): string {
    return path.join(this.#folder, "application_properties.json");
  }

  async #startJobManager(): Promise<void> {
    const jobManager = await this.#startProcess("jobmanager", "Flink's job manager", JOB_MANAGER, {
      memory: jobManagerArguments(),
      ready: async () => (await this.rest.slots()) !== undefined,
      onExit: (exit) => void this.#replaceAll(exit),
    });
    this.#jobManager = jobManager;
  }

  async #startTaskManager(number: number): Promise<void> {
    const name = `Flink's task manager ${number}`;
    const taskManager = await this.#startProcess(`taskmanager-${number}`, name, TASK_MANAGER, {
      memory: taskManagerArguments(this.#options.settings.parallelismPerKpu),
      // What it writes depends on the declared log level; whether it has joined, the job manager knows.
      ready: () => Promise.resolve(true),
      onExit: (exit) => void this.#replaceTaskManager(number, exit),
    });
    this.#taskManagers.push(taskManager);
  }

  async #startProcess(
    id: string,
    name: string,
    mainClass: string,
    specifics: {
      readonly memory: readonly string[];
      readonly ready: RegExp | (() => Promise<boolean>);
      readonly onExit: (exit: ProcessError) => void;
    },
  ): Promise<ServiceProcess> {
    const { installation, settings, folders, env } = this.#options;
    const logFile = folders.log(`flink-${id}`);
    const starting = ServiceProcess.start({
      name,
      command: javaCommand(),
      args: [
        ...specifics.memory,
        ...javaArguments(installation, logFile, settings.logLevel),
        ...[mainClass, "--configDir", this.#configuration],
      ],
      env: { ...env, APPLICATION_PROPERTIES_FILE: this.#properties },
      logFile,
      pidFolder: folders.processes,
      ready: specifics.ready,
      timeoutSeconds: START_SECONDS,
      onExit: specifics.onExit,
      signal: this.#stop.signal,
    });
    this.#starting.add(starting);
    return starting.finally(() => this.#starting.delete(starting));
  }

  async #joined(slots: number): Promise<void> {
    const deadline = performance.now() + START_SECONDS * 1000;
    while ((await this.rest.slots()) !== slots) {
      this.#stop.signal.throwIfAborted();
      if (this.#failure) throw this.#failure;
      if (performance.now() > deadline) {
        throw new Error(
          `Flink's task managers have not joined after ${START_SECONDS} s; see the logs in ${path.dirname(this.#options.folders.log(""))}`,
        );
      }
      await delay(100);
    }
  }

  async #replaceTaskManager(number: number, exit: ProcessError): Promise<void> {
    this.#taskManagers = this.#taskManagers.filter(({ name }) => name !== exit.process);
    if (this.#stop.signal.aborted) return;
    await this.#replace(exit, () => this.#startTaskManager(number));
  }

  /** Without its job manager a task manager has nothing to do: all begin anew, and the job with them. */
  async #replaceAll(exit: ProcessError): Promise<void> {
    this.#jobManager = undefined;
    if (this.#stop.signal.aborted) return;
    await this.#replace(exit, async () => {
      const taskManagers = this.#taskManagers;
      this.#taskManagers = [];
      await Promise.all(taskManagers.map((taskManager) => taskManager.kill()));
      await this.#startAll();
      await this.#options.onJobManagerLost();
    });
  }

  async #replace(exit: ProcessError, start: () => Promise<void>): Promise<void> {
    const now = performance.now();
    this.#ends.push(now);
    if (this.#ends.filter((end) => now - end < 60_000).length > MAX_ENDS_A_MINUTE) {
      this.#fail(exit);
      return;
    }
    const how = exit.signal ?? `exit code ${exit.code ?? "unknown"}`;
    this.#options.onProgress(`${exit.process} ended (${how}); it is started again`);
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
