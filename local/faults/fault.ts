import type { KinesisClient } from "@aws-sdk/client-kinesis";

import type { LocalCloud } from "../services/cloud";
import type { Tell } from "../machine/steps";

/** What a fault can reach while the input is being replayed. */
export interface FaultContext {
  readonly cloud: LocalCloud;
  readonly stream: { readonly client: KinesisClient; readonly name: string };
  readonly tell: Tell;
  readonly signal: AbortSignal;
  /** Resolves when this share of the records, 0 to 1, has been put. */
  readonly replayed: (share: number) => Promise<void>;
}

/** Something that goes wrong in a pipeline, and that must leave no trace in its results. */
export interface Fault {
  readonly name: string;
  readonly description: string;
  /** Configuration that the stack is deployed with for it, over that of its file. */
  readonly config?: Readonly<Record<string, string | number>>;
  /** How the producer replays for it: arguments beside the usual ones. */
  readonly replayArguments?: (outOfOrdernessSeconds: number) => readonly string[];
  /** Replays the input a second time beside the first. */
  readonly twice?: boolean;
  /** Lets it happen while the input is being replayed; resolves when it is over. */
  readonly inject?: (context: FaultContext) => Promise<void>;
}
