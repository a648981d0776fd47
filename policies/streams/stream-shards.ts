import { known } from "../engine/known";

/** A stream as a program declares it; the typed view promises the block, which may be missing. */
interface DeclaredStream {
  readonly shardCount?: number;
  readonly streamModeDetails?: { readonly streamMode?: string };
}

/** Whether a stream scales automatically. */
export function isOnDemand(stream: object): boolean {
  // Where a program leaves the block out the provider fills it in, after a preview.
  const details = known(() => (stream as DeclaredStream).streamModeDetails);
  return known(() => details?.streamMode) === "ON_DEMAND";
}

/** A stream without a shardCount has one shard at least; a policy of its own refuses it. */
export function shardsOf(stream: object): number {
  return (stream as DeclaredStream).shardCount ?? 1;
}
