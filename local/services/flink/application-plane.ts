import { existsSync, readdirSync, statSync } from "node:fs";
import { rm } from "node:fs/promises";
import path from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { DataPlane, DeclaredResource, Outputs } from "../../provider/data-plane";
import { FlinkCluster, type FlinkClusterOptions } from "./flink-cluster";
import { checkpointFolder, savepointFolder } from "./flink-configuration";
import type { JobSummary } from "./flink-rest";
import { type FlinkSettings, flinkSettings, type PropertyGroup } from "./flink-settings";
import { install } from "../../machine/installation";
import type { ObjectStore } from "../storage/object-store";

export type LocalProperties = Readonly<Record<string, Readonly<Record<string, string>>>>;

export interface ApplicationPlaneOptions extends Omit<
  FlinkClusterOptions,
  "installation" | "settings" | "jar" | "latestState"
> {
  readonly store: ObjectStore;
  /** Properties that are merged over the declared ones. */
  readonly localProperties?: LocalProperties;
  readonly dependencies: () => Promise<unknown>;
}

/** Flink's version of what Managed Service for Apache Flink runs: a cluster with one job, from the declared jar. */
export class ApplicationPlane implements DataPlane {
  readonly #options: ApplicationPlaneOptions;
  #cluster: FlinkCluster | undefined;
  #settings: FlinkSettings | undefined;
  /** The job is being ended: that a start of it fails meanwhile, after its job manager was lost, is no failure. */
  #isEnding = false;

  constructor(options: ApplicationPlaneOptions) {
    this.#options = options;
  }

  get pids(): readonly number[] {
    return this.#cluster?.pids ?? [];
  }

  async job(): Promise<JobSummary | undefined> {
    const jobs = await this.#cluster?.rest.jobs();
    return jobs?.find(({ id }) => id === this.#cluster?.jobId);
  }

  async create(resource: DeclaredResource): Promise<Outputs> {
    const settings = flinkSettings(resource);
    if (this.#settings !== undefined) {
      throw new Error(
        `This machine runs one Flink application, ${this.#settings.name}; ${settings.name} would be a second one.`,
      );
    }
    return this.#start(settings, undefined);
  }

  async update(resource: DeclaredResource, previous: DeclaredResource): Promise<Outputs> {
    const settings = flinkSettings(resource);
    if (isDeepStrictEqual(settings, flinkSettings(previous)) && this.#settings !== undefined) {
      return statusOf(settings);
    }
    this.#isEnding = true;
    const state = settings.restore ? await this.#snapshot(settings) : undefined;
    await this.stop();
    return this.#start(settings, state);
  }

  async read(resource: DeclaredResource): Promise<Outputs | undefined> {
    const settings = flinkSettings(resource);
    if (this.#settings?.name === settings.name) return statusOf(settings);
    const { bucket, key, version } = settings.code;
    try {
      this.#options.store.find(bucket, key, version);
    } catch {
      // Its code is gone: so is the application, until the program creates both again.
      return undefined;
    }
    return this.#start(settings, this.#latestState());
  }

  async delete(): Promise<void> {
    await this.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** Ends the job, which keeps its last checkpoint, and the cluster. */
  async stop(): Promise<void> {
    this.#isEnding = true;
    const cluster = this.#cluster;
    this.#cluster = undefined;
    this.#settings = undefined;
    if (cluster === undefined) return;
    // A cancelled job deregisters its consumer from the stream; one that cannot be does not matter.
    await cluster.rest.cancelled(cluster.jobId).catch(() => undefined);
    await cluster.stop();
  }

  get #folder(): string {
    return this.#options.folders.state("flink");
  }

  async #start(settings: FlinkSettings, restoreFrom: string | undefined): Promise<Outputs> {
    const { bucket, key, version } = settings.code;
    const jar = this.#options.store.find(bucket, key, version);
    this.#settings = settings;
    try {
      await this.#options.dependencies();
      // As on the service, an application that is not started has no processes.
      if (settings.startApplication) await this.#startCluster(settings, jar, restoreFrom);
      return statusOf(settings);
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  async #startCluster(
    settings: FlinkSettings,
    jar: string,
    restoreFrom: string | undefined,
  ): Promise<void> {
    const { localProperties = {}, onProgress } = this.#options;
    const propertyGroups = mergedGroups(settings.propertyGroups, localProperties);
    const cluster = new FlinkCluster({
      ...this.#options,
      installation: await install(settings.runtime, onProgress),
      settings: { ...settings, propertyGroups },
      jar,
      latestState: () => this.#latestState(),
      onFailure: (error) => {
        if (!this.#isEnding) this.#options.onFailure(error);
      },
    });
    this.#isEnding = false;
    // Known before it is up, so that a stop in between stops it as well.
    this.#cluster = cluster;
    await cluster.start(restoreFrom);
  }

  /** The state that an update begins with. A job that keeps failing gives no savepoint: its last checkpoint must do. */
  async #snapshot(settings: FlinkSettings): Promise<string | undefined> {
    if (!settings.snapshotsEnabled) return undefined;
    if (this.#cluster === undefined) return this.#latestState();
    try {
      return await this.#cluster.rest.stopWithSavepoint(this.#cluster.jobId);
    } catch {
      this.#options.onProgress("the job gives no savepoint; its last checkpoint is taken");
      return this.#latestState();
    }
  }

  /** The newest complete checkpoint or savepoint: its metadata is written last. */
  #latestState(): string | undefined {
    const candidates = [
      ...subfolders(checkpointFolder(this.#folder)).flatMap((job) => subfolders(job)),
      ...subfolders(savepointFolder(this.#folder)),
    ];
    return candidates
      .map((folder) => path.join(folder, "_metadata"))
      .filter((file) => existsSync(file))
      .map((file) => ({ folder: path.dirname(file), time: statSync(file).mtimeMs }))
      .sort((a, b) => b.time - a.time)[0]?.folder;
  }
}

function statusOf({ startApplication }: FlinkSettings): Outputs {
  return { status: startApplication ? "RUNNING" : "READY" };
}

function mergedGroups(declared: readonly PropertyGroup[], local: LocalProperties): PropertyGroup[] {
  const groups = new Map(declared.map((group) => [group.propertyGroupId, group.propertyMap]));
  for (const [id, properties] of Object.entries(local)) {
    groups.set(id, { ...groups.get(id), ...properties });
  }
  return [...groups].map(([propertyGroupId, propertyMap]) => ({ propertyGroupId, propertyMap }));
}

function subfolders(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => path.join(folder, entry.name));
}
