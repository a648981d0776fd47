import { LiveStream } from "../services/kinesis/live-stream";
import type { Fault, FaultContext } from "./fault";

const SHARDS = 4;
/** Requests for records that go wrong, of those that are made while the fault lasts. */
const REQUESTS = 0.1;
/** Part of the replay in which they do. */
const LASTS = { from: 0.1, to: 0.8 };

/** Requests are refused as by shards that are over their limits. */
export const kinesisThrottled: Fault = {
  name: "kinesis-throttled",
  description: `${REQUESTS * 100} % of the requests to put and get records are throttled`,
  inject: (context) => disturb(context, { throttled: REQUESTS }),
};

/** Requests fail, half of them after they were carried out, which the caller cannot know. */
export const kinesisErrors: Fault = {
  name: "kinesis-errors",
  description: `${REQUESTS * 100} % of the requests to put and get records are answered with a server error`,
  inject: (context) => disturb(context, { failed: REQUESTS }),
};

/** The stream gets more shards and fewer again while it is written and read. */
export const reshard: Fault = {
  name: "reshard",
  description: `the stream goes from ${SHARDS} shards to ${SHARDS * 2} and back while it is in use`,
  config: { shardCount: SHARDS },
  async inject(context) {
    await context.replayed(0.2);
    await resize(context, SHARDS * 2);
    await context.replayed(0.6);
    await resize(context, SHARDS);
  },
};

async function disturb(
  { cloud, replayed, tell }: FaultContext,
  shares: Readonly<Record<string, number>>,
): Promise<void> {
  const change = async (wanted: object): Promise<void> => {
    const url = `${cloud.endpoints().kinesis}/faults`;
    const response = await fetch(url, { method: "PUT", body: JSON.stringify(wanted) });
    if (!response.ok)
      throw new Error(`The Kinesis server refused ${JSON.stringify(wanted)}: ${response.status}`);
  };
  await replayed(LASTS.from);
  await change(shares);
  tell(`Fault: the Kinesis server now disturbs requests, ${JSON.stringify(shares)}`);
  try {
    await replayed(LASTS.to);
  } finally {
    await change({});
  }
  tell("Fault: the Kinesis server answers every request again");
}

async function resize({ stream, tell }: FaultContext, shards: number): Promise<void> {
  await new LiveStream(stream.client, stream.name).resize(shards);
  tell(`Fault: the stream has ${shards} shards now`);
}
