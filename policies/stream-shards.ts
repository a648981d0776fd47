import { Stream } from "@pulumi/aws/kinesis";
import type { PolicyResource } from "@pulumi/policy";

/** Whether a stream scales by itself. */
export function isOnDemand(stream: PolicyResource): boolean {
  return stream.asType(Stream)?.streamModeDetails?.streamMode === "ON_DEMAND";
}

/** A stream without a shardCount has one shard at least; a policy of its own refuses it. */
export function shardsOf(stream: PolicyResource): number {
  return Number(stream.props["shardCount"] ?? 1);
}
