import { Stream } from "@pulumi/aws/kinesis";
import type { PolicyResource } from "@pulumi/policy";
import { known } from "./known";

/** Whether a stream scales by itself. */
export function isOnDemand(stream: PolicyResource): boolean {
  // Where a program leaves it out the provider fills it in, after a preview.
  return known(() => stream.asType(Stream)?.streamModeDetails.streamMode) === "ON_DEMAND";
}

/** A stream without a shardCount has one shard at least; a policy of its own refuses it. */
export function shardsOf(stream: PolicyResource): number {
  return Number(stream.props["shardCount"] ?? 1);
}
