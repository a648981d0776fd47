import { appendFile, mkdir } from "node:fs/promises";
import path from "node:path";
import type { KinesisClient } from "@aws-sdk/client-kinesis";
import { ShardReader } from "../kinesis/shard-reader";
import { workerPlane } from "../kinesis/worker-plane";
import type { ObjectStore } from "../storage/object-store";
import { EventSource } from "./event-source";
import { eventSourceSettings } from "./event-source-settings";
import { functionName, type FunctionPlane } from "./function-plane";

/** Event source mappings of Kinesis streams. A consumer with enhanced fan-out is read by polling here, too. */
export function eventSourcePlane({
  client,
  store,
  functions,
  folder,
  logFile,
}: {
  readonly client: () => Promise<KinesisClient>;
  readonly store: ObjectStore;
  readonly functions: Pick<FunctionPlane, "invoke">;
  readonly folder: string;
  readonly logFile: (name: string) => string;
}) {
  return workerPlane(
    path.join(folder, "event-sources"),
    ({ outputs }) => String(outputs["uuid"]),
    async (resource, positions) => {
      const settings = eventSourceSettings(resource);
      const { streamArn, functionArn, start, bucket } = settings;
      if (!settings.enabled) return undefined;
      const log = logFile(functionName(functionArn));
      return new EventSource({
        settings,
        reader: new ShardReader(await client(), streamArn.replace(/^.*:stream\//, ""), start),
        invoke: (payload) => functions.invoke(functionArn, payload),
        keep: async (key, document) => {
          const content = Buffer.from(JSON.stringify(document));
          const outcome =
            bucket === undefined
              ? "are lost: there is no destination for failures"
              : await store.put(bucket, key, content).then(
                  () => `are in bucket ${bucket}: ${key}`,
                  (error: unknown) => `are lost: ${String(error)}`,
                );
          await mkdir(path.dirname(log), { recursive: true });
          await appendFile(log, `Records that the function failed on ${outcome}\n`);
        },
        positions,
      });
    },
  );
}
