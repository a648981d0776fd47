import type { KinesisClient } from "@aws-sdk/client-kinesis";
import type { DeclaredResource, Outputs } from "../../provider/data-plane";
import { ShardReader } from "../kinesis/shard-reader";
import type { Positions } from "../kinesis/stream-worker";
import { WorkerPlane } from "../kinesis/worker-plane";
import type { FunctionPlane } from "../lambda/function-plane";
import type { catalogPlane } from "../storage/catalog-plane";
import type { ObjectStore } from "../storage/object-store";
import type { DeliveryEndpoint } from "./delivery-endpoint";
import { joined, parquet } from "./delivery-format";
import { deliverySettings } from "./delivery-settings";
import { deliveryTransform } from "./delivery-transform";
import { DeliveryWorker } from "./delivery-worker";

export interface DeliveryPlaneOptions {
  readonly client: () => Promise<KinesisClient>;
  readonly store: ObjectStore;
  readonly functions: Pick<FunctionPlane, "invoke">;
  readonly catalog: Pick<ReturnType<typeof catalogPlane>, "columns">;
  /** Takes what is put to streams without a source. */
  readonly endpoint: DeliveryEndpoint;
  readonly folder: string;
  readonly region: string;
}

export class DeliveryPlane extends WorkerPlane<DeliveryWorker> {
  readonly #options: DeliveryPlaneOptions;

  constructor(options: DeliveryPlaneOptions) {
    super(options.folder);
    this.#options = options;
  }

  protected override idOf({ inputs }: DeclaredResource): string {
    return String(inputs["name"]);
  }

  protected override async worker(
    resource: DeclaredResource,
    positions: Positions,
  ): Promise<DeliveryWorker> {
    const settings = deliverySettings(resource);
    const { client, store, functions, catalog, endpoint, region } = this.#options;
    for (const { bucket } of [settings, settings.backup ?? settings]) {
      if (!store.hasBucket(bucket)) throw new Error(`Bucket ${bucket} does not exist`);
    }
    const { table, transform, streamName } = settings;
    return new DeliveryWorker({
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
        transform: deliveryTransform({
          ...transform,
          deliveryStreamArn: settings.arn,
          region,
          invoke: (functionArn, payload) => functions.invoke(functionArn, payload),
        }),
      }),
      put: (bucket, key, content) => store.put(bucket, key, content),
      positions,
    });
  }

  override async read(resource: DeclaredResource): Promise<Outputs | undefined> {
    // Without its bucket it has nowhere to deliver to: it is gone with it.
    return this.#options.store.hasBucket(deliverySettings(resource).bucket)
      ? super.read(resource)
      : undefined;
  }

  override async delete(resource: DeclaredResource): Promise<void> {
    await super.delete(resource);
    this.#options.endpoint.close(this.idOf(resource));
  }

  /** Delivers everything that the streams hold, once nothing more is written to them. */
  async finish(): Promise<void> {
    const workers = [...this.workers.values()];
    this.workers.clear();
    await Promise.all(workers.map((worker) => worker.finish()));
  }
}
