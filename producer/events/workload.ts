import { createHash } from "node:crypto";
import { isoSeconds } from "./event-time";
import tradeSchema from "../schemas/trade.schema.json";
import tripSchema from "../schemas/trip.schema.json";

/** What is replayed. */
export type WorkloadName = "taxi" | "trades";

/** What a replay knows about the events of a workload. */
export interface Workload {
  /** The field that is the partition key unless another is wanted. */
  readonly partitionKey: string;
  /** Fields that every event has. */
  readonly requiredFields: readonly string[];
  /** The fields that hold instants. */
  readonly timeFields: readonly string[];
  /** An instant as the schema wants it. */
  readonly instant: (ms: number) => string;
}

export const workloads: Readonly<Record<WorkloadName, Workload>> = {
  taxi: {
    partitionKey: "pickupZone",
    requiredFields: tripSchema.required,
    timeFields: ["pickupTime", "dropoffTime"],
    instant: isoSeconds,
  },
  trades: {
    partitionKey: "symbol",
    requiredFields: tradeSchema.required,
    timeFields: ["time"],
    instant: (ms) => new Date(ms).toISOString(),
  },
};

/**
 * The same event at another time.
 *
 * @param pass - how often the replay has begun again; each pass has ids of its own
 */
export function movedEvent(
  data: Uint8Array,
  { timeFields, instant }: Workload,
  shiftMs: number,
  pass: number,
): Uint8Array {
  const event = JSON.parse(Buffer.from(data).toString()) as Record<string, unknown>;
  for (const field of timeFields) {
    event[field] = instant(Date.parse(String(event[field])) + shiftMs);
  }
  if (pass > 0) {
    const text = `${String(event["id"])} ${pass}`;
    event["id"] = createHash("sha256").update(text).digest("hex").slice(0, 32);
  }
  return Buffer.from(JSON.stringify(event));
}
