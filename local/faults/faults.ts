import { setTimeout as delay } from "node:timers/promises";
import type { Kinesis } from "@aws-sdk/client-kinesis";
import { commandOptions } from "../machine/command";
import { LiveStream } from "../services/kinesis/live-stream";
import type { LocalCloud } from "../services/cloud";
import type { Tell } from "../machine/steps";

/** What a fault can reach while the input is being replayed. */
export interface FaultContext {
  readonly cloud: LocalCloud;
  readonly stream: { readonly client: Kinesis; readonly name: string };
  readonly tell: Tell;
  readonly signal: AbortSignal;
  /** Resolves when this share of the records, 0 to 1, has been put. */
  readonly replayed: (share: number) => Promise<void>;
}

export interface Fault {
  readonly name: string;
  readonly description: string;
  /** Configuration that the stack is deployed with for it, over that of its file. */
  readonly config?: Readonly<Record<string, string | number>>;
  /** How the producer replays for it: arguments besides the usual ones. */
  readonly replayArguments?: (outOfOrdernessSeconds: number) => readonly string[];
  /** Replays the input a second time, concurrently. */
  readonly twice?: boolean;
  /** Lets it happen while the input is being replayed; resolves when it is over. */
  readonly inject?: (context: FaultContext) => Promise<void>;
}

const KILL_SHARE = 0.4;
const DOWN_SHARE = 0.3;
const DOWN_SECONDS = 30;
const SHARDS = 4;
/** Requests for records that go wrong, of those that are made while the fault lasts. */
const REQUESTS = 0.1;
const LASTS = { from: 0.1, to: 0.8 };

export const faults: readonly Fault[] = [
  {
    name: "task-manager-killed",
    description: "a task manager is killed; the job goes on from its last checkpoint",
    inject: (context) => kill(context, "task manager", ([, taskManager]) => taskManager),
  },
  {
    name: "job-manager-killed",
    description: "the job manager's JVM is killed; the job starts again from its last checkpoint",
    inject: (context) => kill(context, "job manager", ([jobManager]) => jobManager),
  },
  {
    name: "search-down",
    description: `OpenSearch is stopped for ${DOWN_SECONDS} seconds; what it missed is written afterwards`,
    async inject({ cloud, replayed, tell, signal }) {
      await replayed(DOWN_SHARE);
      await cloud.interruptSearch(async () => {
        tell(`Fault: stopped OpenSearch for ${DOWN_SECONDS} s`);
        await delay(DOWN_SECONDS * 1000, undefined, { signal });
      });
      tell("Fault: OpenSearch answers again");
    },
  },
  {
    name: "kinesis-throttled",
    description: `${REQUESTS * 100} % of the requests to put and get records are throttled`,
    inject: (context) => disturb(context, { throttled: REQUESTS }),
  },
  {
    // Requests fail, half of them after they were carried out, which the caller cannot know.
    name: "kinesis-errors",
    description: `${REQUESTS * 100} % of the requests to put and get records are answered with a server error`,
    inject: (context) => disturb(context, { failed: REQUESTS }),
  },
  {
    name: "reshard",
    description: `the stream goes from ${SHARDS} shards to ${SHARDS * 2} and back while it is in use`,
    config: { shardCount: SHARDS },
    async inject(context) {
      await context.replayed(0.2);
      await resize(context, SHARDS * 2);
      await context.replayed(0.6);
      await resize(context, SHARDS);
    },
  },
  {
    name: "duplicates",
    description: "every event is put twice, by two producers",
    twice: true,
  },
  {
    name: "out-of-order",
    description: "events are put out of order, by up to half of what the job tolerates",
    // The other half is for what the lanes of the producer do to the order.
    replayArguments: (seconds) => {
      const half = Math.floor(seconds / 2);
      return commandOptions({ shuffle: half, "max-disorder": half });
    },
  },
];

async function kill(
  { cloud, replayed, tell }: FaultContext,
  what: string,
  choose: (pids: readonly number[]) => number | undefined,
): Promise<void> {
  await replayed(KILL_SHARE);
  const pid = choose((await cloud.status()).pids.flink);
  if (pid === undefined) throw new Error(`There is no ${what} to kill: Flink does not run.`);
  process.kill(pid, "SIGKILL");
  tell(`Fault: killed the ${what}, process ${pid}`);
}

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
