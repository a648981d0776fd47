import { rm } from "node:fs/promises";
import path from "node:path";
import type { KinesisClient } from "@aws-sdk/client-kinesis";
import type { DataPlane, DeclaredResource, Outputs } from "../../provider/data-plane";
import type { CatalogPlane } from "../storage/catalog-plane";
import { Declared } from "../declared";
import { joined, parquet } from "./delivery-format";
import { deliverySettings } from "./delivery-settings";
import { DeliveryTransform } from "./delivery-transform";
import type { DeliveryEndpoint } from "./delivery-endpoint";
import { type DeliveryStatus, DeliveryWorker } from "./delivery-worker";
import { positionFile } from "../kinesis/position-file";
import type { FunctionPlane } from "../lambda/function-plane";
import type { ObjectStore } from "../storage/object-store";
import { ShardReader } from "../kinesis/shard-reader";

export interface DeliveryPlaneOptions {
  readonly client: () => Promise<KinesisClient>;
  readonly store: ObjectStore;
  readonly functions: Pick<FunctionPlane, "invoke">;
  readonly catalog: Pick<CatalogPlane, "columns">;
  /** Takes what is put to streams without a source. */
  readonly endpoint: DeliveryEndpoint;
  readonly folder: string;
  readonly region: string;
}

export class DeliveryPlane implements DataPlane {
  readonly #options: DeliveryPlaneOptions;
  readonly #store: ObjectStore;
  readonly #workers = new Map<string, DeliveryWorker>();

  constructor(options: DeliveryPlaneOptions) {
    this.#options = options;
    this.#store = options.store;
  }

  get statuses(): readonly DeliveryStatus[] {
    return [...this.#workers.values()].map((worker) => worker.status);
  }

  async create(resource: DeclaredResource): Promise<Outputs> {
    const settings = deliverySettings(resource);
    const { client, functions, catalog, endpoint, region } = this.#options;
    for (const { bucket } of [settings, settings.backup ?? settings]) {
      if (!this.#store.hasBucket(bucket)) throw new Error(`Bucket ${bucket} does not exist`);
    }
    const { table, transform, streamName } = settings;
    const worker = new DeliveryWorker({
      settings,
      reader:
        streamName === undefined
          ? await endpoint.open(settings.name)
          : new ShardReader(await client(), streamName),
      // Columns and function are looked up when they are needed: after a restart they may come to life later.
      format: table
        ? parquet(() => catalog.columns(table.database, table.name))
        : joined(settings.delimiter, settings.compression),
      ...(transform && {
        transform: new DeliveryTransform({
          ...transform,
          deliveryStreamArn: settings.arn,
          region,
          invoke: (functionArn, payload) => functions.invoke(functionArn, payload),
        }),
      }),
      put: (bucket, key, content) => this.#store.put(bucket, key, content),
      positions: positionFile(this.#positionFile(settings.name)),
    });
    await worker.resume();
    this.#workers.set(settings.name, worker);
    worker.start();
    return {};
  }

  async update(resource: DeclaredResource): Promise<Outputs> {
    await this.#stop(nameOf(resource));
    return this.create(resource);
  }

  async read(resource: DeclaredResource): Promise<Outputs | undefined> {
    if (this.#workers.has(nameOf(resource))) return {};
    // Without its bucket it has nowhere to deliver to: it is gone with it.
    return this.#store.hasBucket(deliverySettings(resource).bucket)
      ? this.create(resource)
      : undefined;
  }

  async delete(resource: DeclaredResource): Promise<void> {
    const name = nameOf(resource);
    await this.#stop(name);
    this.#options.endpoint.close(name);
    await rm(this.#positionFile(name), { force: true });
  }

  /** Delivers everything that the streams hold, once nothing more is written to them. */
  async finish(): Promise<void> {
    const workers = [...this.#workers.values()];
    this.#workers.clear();
    await Promise.all(workers.map((worker) => worker.finish()));
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#workers.keys()].map((name) => this.#stop(name)));
  }

  async #stop(name: string): Promise<void> {
    const worker = this.#workers.get(name);
    this.#workers.delete(name);
    await worker?.stop();
  }

  #positionFile(name: string): string {
    return path.join(this.#options.folder, `${name}.json`);
  }
}

function nameOf(resource: DeclaredResource): string {
  return Declared.inputsOf(resource).string("name");
}
