import { readFile, rm } from "node:fs/promises";
import path from "node:path";
import type { DeclaredResource, Outputs } from "../../provider/data-plane";
import { replace } from "../storage/object-store";
import type { Positions, StreamWorker } from "./stream-worker";

/**
 * Resources that each have a worker in this process, whose positions are in a file of their own.
 *
 * @param folder - of the positions
 * @param workerOf - undefined for a resource that is switched off
 */
export function workerPlane<Worker extends StreamWorker>(
  folder: string,
  idOf: (resource: DeclaredResource) => string,
  workerOf: (resource: DeclaredResource, positions: Positions) => Promise<Worker | undefined>,
) {
  const workers = new Map<string, Worker>();
  const fileOf = (id: string): string => path.join(folder, `${id}.json`);
  const stopOne = async (id: string): Promise<void> => {
    const worker = workers.get(id);
    workers.delete(id);
    await worker?.stop();
  };
  const create = async (resource: DeclaredResource): Promise<Outputs> => {
    const id = idOf(resource);
    await stopOne(id);
    const worker = await workerOf(resource, positionFile(fileOf(id)));
    if (worker === undefined) return {};
    await worker.resume();
    workers.set(id, worker);
    worker.start();
    return {};
  };
  return {
    workers,
    statuses: (): Worker["status"][] => [...workers.values()].map(({ status }) => status),
    create,
    read: async (resource: DeclaredResource): Promise<Outputs | undefined> =>
      workers.has(idOf(resource)) ? {} : create(resource),
    async delete(resource: DeclaredResource): Promise<void> {
      await stopOne(idOf(resource));
      await rm(fileOf(idOf(resource)), { force: true });
    },
    async stop(): Promise<void> {
      await Promise.all([...workers.keys()].map(stopOne));
    },
  };
}

/** Positions in a file, which is whole at any time. */
function positionFile(file: string): Positions {
  return {
    async load() {
      try {
        const positions = JSON.parse(await readFile(file, "utf8")) as Record<string, string>;
        return new Map(Object.entries(positions));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") return new Map();
        throw error;
      }
    },
    save: (positions) => replace(file, JSON.stringify(Object.fromEntries(positions))),
  };
}
