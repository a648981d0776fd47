import type { PolicyResource } from "@pulumi/policy";
import { known } from "../engine/known";

interface ModeDetails {
  readonly streamMode?: string;
}

/** Whether a stream scales by itself. */
export function isOnDemand(stream: PolicyResource): boolean {
  // The typed view promises the block; where a program leaves it out the provider fills it in, after a preview.
  const details = known(() => stream.props["streamModeDetails"] as ModeDetails | undefined);
  return known(() => details?.streamMode) === "ON_DEMAND";
}

/** A stream without a shardCount has one shard at least; a policy of its own refuses it. */
export function shardsOf(stream: PolicyResource): number {
  return Number(stream.props["shardCount"] ?? 1);
}
