import type { OutgoingRecord } from "../events/record";
import type { Shard } from "./shard-map";

/** What became of one record of a request: the shard that took it, or why it was refused. */
export type PutResult = { readonly shardId: string } | { readonly errorCode: string };

/** The stream that is written to. */
export interface Stream {
  /** @returns one result a record, in the order of the records; rejects when the request as a whole fails */
  putRecords(records: readonly OutgoingRecord[]): Promise<readonly PutResult[]>;
  openShards(): Promise<readonly Shard[]>;
}
