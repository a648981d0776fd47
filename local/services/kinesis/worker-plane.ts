import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import type { DataPlane, DeclaredResource, Outputs } from "../../provider/data-plane";
import type { Positions, StreamWorker } from "./stream-worker";

/** Resources that each have a worker in this process, whose positions are in a file of their own. */
export abstract class WorkerPlane<Worker extends StreamWorker> implements DataPlane {
  protected readonly workers = new Map<string, Worker>();
  readonly #folder: string;

  /** @param folder - of the positions */
  constructor(folder: string) {
    this.#folder = folder;
  }

  get statuses(): readonly Worker["status"][] {
    return [...this.workers.values()].map(({ status }) => status);
  }

  protected abstract idOf(resource: DeclaredResource): string;

  /** @returns undefined for a resource that is switched off */
  protected abstract worker(
    resource: DeclaredResource,
    positions: Positions,
  ): Promise<Worker | undefined>;

  async create(resource: DeclaredResource): Promise<Outputs> {
    const id = this.idOf(resource);
    await this.#stop(id);
    const worker = await this.worker(resource, positionFile(this.#file(id)));
    if (worker === undefined) return {};
    await worker.resume();
    this.workers.set(id, worker);
    worker.start();
    return {};
  }

  async read(resource: DeclaredResource): Promise<Outputs | undefined> {
    return this.workers.has(this.idOf(resource)) ? {} : this.create(resource);
  }

  async delete(resource: DeclaredResource): Promise<void> {
    const id = this.idOf(resource);
    await this.#stop(id);
    await rm(this.#file(id), { force: true });
  }

  async stop(): Promise<void> {
    await Promise.all([...this.workers.keys()].map((id) => this.#stop(id)));
  }

  async #stop(id: string): Promise<void> {
    const worker = this.workers.get(id);
    this.workers.delete(id);
    await worker?.stop();
  }

  #file(id: string): string {
    return path.join(this.#folder, `${id}.json`);
  }
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
    async save(positions) {
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(`${file}.tmp`, JSON.stringify(Object.fromEntries(positions)));
      await rename(`${file}.tmp`, file);
    },
  };
}
