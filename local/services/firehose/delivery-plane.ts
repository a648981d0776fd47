import type { KinesisClient } from "@aws-sdk/client-kinesis";
import type { DeclaredResource, Outputs } from "../../provider/data-plane";
import { ShardReader } from "../kinesis/shard-reader";
import { workerPlane } from "../kinesis/worker-plane";
import type { FunctionPlane } from "../lambda/function-plane";
import type { catalogPlane } from "../storage/catalog-plane";
import type { ObjectStore } from "../storage/object-store";
import type { DeliveryEndpoint } from "./delivery-endpoint";
import { joined, parquet } from "./delivery-format";
import { deliverySettings } from "./delivery-settings";
import { deliveryTransform } from "./delivery-transform";
import { DeliveryWorker } from "./delivery-worker";

/**
 * Delivery streams of Firehose.
 * @param services.endpoint - takes what is put to streams without a source
 */
export function deliveryPlane({
  client,
  store,
  functions,
  catalog,
  endpoint,
  folder,
  region,
}: {
  readonly client: () => Promise<KinesisClient>;
  readonly store: ObjectStore;
  readonly functions: Pick<FunctionPlane, "invoke">;
  readonly catalog: Pick<ReturnType<typeof catalogPlane>, "columns">;
  readonly endpoint: DeliveryEndpoint;
  readonly folder: string;
  readonly region: string;
}) {
  const nameOf = ({ inputs }: DeclaredResource): string => String(inputs["name"]);
  const plane = workerPlane(folder, nameOf, async (resource, positions) => {
    const settings = deliverySettings(resource);
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
          invoke: (payload) => functions.invoke(transform.functionArn, payload),
        }),
      }),
      put: (bucket, key, content) => store.put(bucket, key, content),
      positions,
    });
  });
  return {
    ...plane,
    // Without its bucket it has nowhere to deliver to: it is gone with it.
    read: async (resource: DeclaredResource): Promise<Outputs | undefined> =>
      store.hasBucket(deliverySettings(resource).bucket) ? plane.read(resource) : undefined,
    async delete(resource: DeclaredResource): Promise<void> {
      await plane.delete(resource);
      endpoint.close(nameOf(resource));
    },
    /** Delivers everything that the streams hold, once nothing more is written to them. */
    async finish(): Promise<void> {
      const workers = [...plane.workers.values()];
      plane.workers.clear();
      await Promise.all(workers.map((worker) => worker.finish()));
    },
  };
}
