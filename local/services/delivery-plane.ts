import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import type { KinesisClient } from "@aws-sdk/client-kinesis";
import type { DataPlane, DeclaredResource } from "../provider/data-plane";
import { Declared } from "./declared";
import { deliverySettings } from "./delivery-settings";
import { type DeliveryStatus, DeliveryWorker, type Positions } from "./delivery-worker";
import type { ObjectStore } from "./object-store";
import { ShardReader } from "./shard-reader";

/** Firehose: one worker for each delivery stream that the program declares. */
export class DeliveryPlane implements DataPlane {
  readonly #client: () => Promise<KinesisClient>;
  readonly #store: ObjectStore;
  readonly #folder: string;
  readonly #workers = new Map<string, DeliveryWorker>();

  /** @param folder where the positions are kept. */
  constructor(client: () => Promise<KinesisClient>, store: ObjectStore, folder: string) {
    this.#client = client;
    this.#store = store;
    this.#folder = folder;
  }

  get statuses(): readonly DeliveryStatus[] {
    return [...this.#workers.values()].map((worker) => worker.status);
  }

  async create(resource: DeclaredResource): Promise<Readonly<Record<string, unknown>>> {
    const settings = deliverySettings(resource);
    const { bucket } = settings;
    if (!this.#store.hasBucket(bucket)) throw new Error(`Bucket ${bucket} does not exist`);
    const worker = new DeliveryWorker({
      settings,
      reader: new ShardReader(await this.#client(), settings.streamName),
      put: (key, content) => this.#store.put(bucket, key, content),
      positions: positionFile(this.#positionFile(settings.name)),
    });
    await worker.resume();
    this.#workers.set(settings.name, worker);
    worker.start();
    return {};
  }

  async update(resource: DeclaredResource): Promise<Readonly<Record<string, unknown>>> {
    await this.#stop(nameOf(resource));
    return this.create(resource);
  }

  async read(resource: DeclaredResource): Promise<Readonly<Record<string, unknown>> | undefined> {
    if (this.#workers.has(nameOf(resource))) return {};
    // Without its bucket it has nowhere to deliver to: it is gone with it.
    return this.#store.hasBucket(deliverySettings(resource).bucket)
      ? this.create(resource)
      : undefined;
  }

  async delete(resource: DeclaredResource): Promise<void> {
    const name = nameOf(resource);
    await this.#stop(name);
    await rm(this.#positionFile(name), { force: true });
  }

  /** Stops every worker; what is buffered is written. */
  async stop(): Promise<void> {
    await Promise.all([...this.#workers.keys()].map((name) => this.#stop(name)));
  }

  async #stop(name: string): Promise<void> {
    const worker = this.#workers.get(name);
    this.#workers.delete(name);
    await worker?.stop();
  }

  #positionFile(name: string): string {
    return path.join(this.#folder, `${name}.json`);
  }
}

function nameOf(resource: DeclaredResource): string {
  return Declared.inputsOf(resource).string("name");
}

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
