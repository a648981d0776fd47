import type { OutgoingRecord } from "../events/record";

/** An open shard and the part of the hash space that it takes; both ends inclusive. */
export interface Shard {
  readonly id: string;
  readonly firstHash: bigint;
  readonly lastHash: bigint;
}

/** What became of one record of a request: the shard that took it, or why it was refused. */
export type PutResult =
  | { readonly shardId: string }
  | { readonly errorCode: string; readonly message?: string | undefined };

export interface Stream {
  /** @returns one result a record, in the order of the records; rejects when the request as a whole fails */
  putRecords(records: readonly OutgoingRecord[]): Promise<readonly PutResult[]>;
  openShards(): Promise<readonly Shard[]>;
}
