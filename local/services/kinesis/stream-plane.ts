import type { Kinesis } from "@aws-sdk/client-kinesis";
import type { DataPlane, DeclaredResource } from "../../provider/data-plane";
import { LiveStream, streamSettings } from "./live-stream";

/** Streams of a Kinesis API, as the program declares them. `client` starts the server if it does not run yet. */
export function streamPlane(client: () => Promise<Kinesis>): DataPlane {
  const settingsOf = ({ inputs }: DeclaredResource) => streamSettings(inputs);
  const streamOf = async ({ inputs }: DeclaredResource): Promise<LiveStream> =>
    new LiveStream(await client(), String(inputs["name"]));
  return {
    async create(resource) {
      const stream = await streamOf(resource);
      await stream.create(settingsOf(resource));
      await stream.change(settingsOf(resource));
      return {};
    },
    async update(resource, previous) {
      const stream = await streamOf(resource);
      await stream.change(settingsOf(resource), settingsOf(previous));
      return {};
    },
    read: async (resource) => ((await (await streamOf(resource)).exists()) ? {} : undefined),
    delete: async (resource) => (await streamOf(resource)).delete(),
  };
}
