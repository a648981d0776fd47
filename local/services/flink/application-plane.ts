import { existsSync, readdirSync, statSync } from "node:fs";
import { rm } from "node:fs/promises";
import path from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { DeclaredResource, Outputs } from "../../provider/data-plane";
import { FlinkCluster, type FlinkClusterOptions } from "./flink-cluster";
import { checkpointFolder, savepointFolder } from "./flink-configuration";
import type { JobSummary } from "./flink-rest";
import { type FlinkSettings, flinkSettings, type PropertyGroup } from "./flink-settings";
import { install } from "../../machine/installation";
import type { ObjectStore } from "../storage/object-store";

export type LocalProperties = Readonly<Record<string, Readonly<Record<string, string>>>>;

type ApplicationPlaneOptions = Omit<
  FlinkClusterOptions,
  "installation" | "settings" | "jar" | "latestState"
> & {
  readonly store: ObjectStore;
  /** Properties that are merged over the declared ones. */
  readonly localProperties: LocalProperties;
  readonly dependencies: () => Promise<unknown>;
};

/** Flink's version of what Managed Service for Apache Flink runs: a cluster with one job, from the declared jar. */
export function applicationPlane(options: ApplicationPlaneOptions) {
  const { store, localProperties, dependencies, onProgress, onFailure } = options;
  const folder = options.folders.state("flink");
  let cluster: FlinkCluster | undefined;
  let current: FlinkSettings | undefined;
  /** The job is being ended: that a start of it fails meanwhile, after its job manager was lost, is no failure. */
  let isEnding = false;

  /** Ends the job, which keeps its last checkpoint, and the cluster. */
  const stop = async (): Promise<void> => {
    isEnding = true;
    const ended = cluster;
    cluster = undefined;
    current = undefined;
    // A cancelled job deregisters its consumer from the stream; one that cannot be does not matter.
    await ended?.rest.cancelled(ended.jobId).catch(() => undefined);
    await ended?.stop();
  };

  const startCluster = async (settings: FlinkSettings, jar: string, restoreFrom?: string) => {
    const propertyGroups = mergedGroups(settings.propertyGroups, localProperties);
    // Known before it is up, so that a stop in between stops it as well.
    cluster = new FlinkCluster({
      ...options,
      installation: await install(settings.runtime, onProgress),
      settings: { ...settings, propertyGroups },
      jar,
      latestState: () => latestState(folder),
      onFailure: (error) => {
        if (!isEnding) onFailure(error);
      },
    });
    isEnding = false;
    await cluster.start(restoreFrom);
  };

  const start = async (settings: FlinkSettings, restoreFrom?: string): Promise<Outputs> => {
    const { bucket, key, version } = settings.code;
    const jar = store.find(bucket, key, version);
    current = settings;
    try {
      await dependencies();
      // As on the service, an application that is not started has no processes.
      if (settings.startApplication) await startCluster(settings, jar, restoreFrom);
      return statusOf(settings);
    } catch (error) {
      await stop();
      throw error;
    }
  };

  /** The state that an update begins with. A job that keeps failing gives no savepoint: its last checkpoint must do. */
  const snapshot = async ({ snapshotsEnabled }: FlinkSettings): Promise<string | undefined> => {
    if (!snapshotsEnabled) return undefined;
    if (cluster === undefined) return latestState(folder);
    try {
      return await cluster.rest.stopWithSavepoint(cluster.jobId);
    } catch {
      onProgress("the job gives no savepoint; its last checkpoint is taken");
      return latestState(folder);
    }
  };

  return {
    pids: (): readonly number[] => cluster?.pids ?? [],
    async job(): Promise<JobSummary | undefined> {
      const jobs = await cluster?.rest.jobs();
      return jobs?.find(({ id }) => id === cluster?.jobId);
    },

    async create(resource: DeclaredResource): Promise<Outputs> {
      const settings = flinkSettings(resource);
      if (current !== undefined) {
        throw new Error(
          `This machine runs one Flink application, ${current.name}; ${settings.name} would be a second one.`,
        );
      }
      return start(settings);
    },
    async update(resource: DeclaredResource, previous: DeclaredResource): Promise<Outputs> {
      const settings = flinkSettings(resource);
      if (isDeepStrictEqual(settings, flinkSettings(previous)) && current !== undefined) {
        return statusOf(settings);
      }
      isEnding = true;
      const state = settings.restore ? await snapshot(settings) : undefined;
      await stop();
      return start(settings, state);
    },

    async read(resource: DeclaredResource): Promise<Outputs | undefined> {
      const settings = flinkSettings(resource);
      if (current?.name === settings.name) return statusOf(settings);
      const { bucket, key, version } = settings.code;
      try {
        store.find(bucket, key, version);
      } catch {
        // Its code is gone: so is the application, until the program creates both again.
        return undefined;
      }
      return start(settings, latestState(folder));
    },
    async delete(): Promise<void> {
      await stop();
      await rm(folder, { recursive: true, force: true });
    },
    stop,
  };
}

/** The newest complete checkpoint or savepoint: its metadata is written last. */
function latestState(folder: string): string | undefined {
  return [
    ...subfolders(checkpointFolder(folder)).flatMap((job) => subfolders(job)),
    ...subfolders(savepointFolder(folder)),
  ]
    .map((state) => path.join(state, "_metadata"))
    .filter((file) => existsSync(file))
    .map((file) => ({ state: path.dirname(file), time: statSync(file).mtimeMs }))
    .sort((a, b) => b.time - a.time)[0]?.state;
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
