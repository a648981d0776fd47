import { randomUUID } from "node:crypto";
import type { KinesisStreamRecord } from "aws-lambda";
import type { ShardRecord } from "../kinesis/shard-reader";
import type { EventSourceSettings } from "./event-source-settings";
import { FunctionError } from "./function-process";

/** State of a tumbling window may have this much; the window ends early with more: https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-windows.html */
const MAX_STATE_BYTES = 1024 ** 2;

export interface BatchOptions {
  readonly settings: EventSourceSettings;
  /** Invokes the function: JSON text in, JSON text out. */
  readonly invoke: (payload: string) => Promise<string>;
  /** Keeps what was given up, as an object. */
  readonly keep: (key: string, document: object) => Promise<void>;
  /** Waits before the next attempt. */
  readonly pause: (attempts: number) => Promise<unknown>;
  readonly signal: AbortSignal;
  readonly now: () => number;
}

/** A tumbling window of a shard, by the time of arrival. */
export interface Window {
  readonly start: number;
  state: object;
}

/** Gives batches to a function as an event source mapping of a Kinesis stream does. */
export class EventBatches {
  readonly #options: BatchOptions;

  constructor(options: BatchOptions) {
    this.#options = options;
  }

  /**
   * Invokes the function until each record of a batch is processed or given up, in their order.
   * @param done - called with each of them
   */
  async process(
    records: readonly ShardRecord[],
    done: (records: readonly ShardRecord[], outcome: "processed" | "failed") => void,
    window?: Window,
  ): Promise<void> {
    const { settings, signal, now, pause } = this.#options;
    const { bisects, retries, maxAgeMilliseconds } = settings;
    const waiting = [{ records, attempts: 0 }];
    const giveUp = async (all: readonly ShardRecord[], condition: string, attempts: number) => {
      await this.#keep(all, condition, attempts, this.#event(all, window));
      done(all, "failed");
    };
    for (let next = waiting.pop(); next !== undefined && !signal.aborted; next = waiting.pop()) {
      const { attempts } = next;
      const oldest = now() - maxAgeMilliseconds;
      const isExpired = ({ arrival }: ShardRecord): boolean => arrival.getTime() < oldest;
      const expired = next.records.filter(isExpired);
      if (expired.length > 0) await giveUp(expired, "RecordAgeExceeded", attempts);
      const fresh = next.records.filter((record) => !isExpired(record));
      if (fresh.length === 0) continue;
      const processed = await this.#invoke(fresh, window);
      if (processed === undefined) {
        // The function was not reached, which counts as no attempt.
        await pause(attempts);
        waiting.push({ records: fresh, attempts });
        continue;
      }
      if (processed > 0) done(fresh.slice(0, processed), "processed");
      const rest = fresh.slice(processed);
      if (rest.length === 0) continue;
      if (bisects && processed > 0) {
        waiting.push({ records: rest, attempts });
      } else if (bisects && rest.length > 1) {
        const half = Math.ceil(rest.length / 2);
        waiting.push({ records: rest.slice(half), attempts });
        waiting.push({ records: rest.slice(0, half), attempts });
      } else if (attempts >= retries) {
        await giveUp(rest, "RetryAttemptsExhausted", attempts + 1);
      } else {
        await pause(attempts);
        waiting.push({ records: rest, attempts: attempts + 1 });
      }
    }
  }

  /** The last invocation of a window, which has its state. */
  async close(shardId: string, window: Window, isWindowTerminatedEarly = false): Promise<void> {
    const { settings, invoke, signal, pause } = this.#options;
    const final = { shardId, isFinalInvokeForWindow: true, isWindowTerminatedEarly };
    const event = { ...this.#event([], window), ...final };
    for (let attempts = 0; !signal.aborted; attempts += 1) {
      try {
        await invoke(JSON.stringify(event));
        return;
      } catch {
        if (attempts >= settings.retries) {
          await this.#keep([], "RetryAttemptsExhausted", attempts + 1, event);
          return;
        }
        await pause(attempts);
      }
    }
  }

  /** @returns number of records before the first that failed; undefined when the function was not reached */
  async #invoke(
    records: readonly ShardRecord[],
    window: Window | undefined,
  ): Promise<number | undefined> {
    const { settings, invoke } = this.#options;
    try {
      const payload = JSON.stringify(this.#event(records, window));
      const answer: unknown = JSON.parse(await invoke(payload));
      const { state, batchItemFailures } = (answer ?? {}) as {
        readonly state?: unknown;
        readonly batchItemFailures?: readonly { readonly itemIdentifier?: unknown }[] | null;
      };
      if (window !== undefined) {
        // Without a state the invocation has failed.
        if (typeof state !== "object" || state === null) return 0;
        window.state = state;
        if (Buffer.byteLength(JSON.stringify(state)) > MAX_STATE_BYTES) {
          await this.close(records[0]?.shardId ?? "", window, true);
          window.state = {};
        }
      }
      if (!settings.reportsFailures) return records.length;
      const failed = (batchItemFailures ?? []).map(({ itemIdentifier }) =>
        records.findIndex(({ sequenceNumber }) => sequenceNumber === itemIdentifier),
      );
      // An identifier that is not of the batch fails all of it.
      return Math.max(0, Math.min(records.length, ...failed));
    } catch (error) {
      return error instanceof FunctionError ? 0 : undefined;
    }
  }

  #event(records: readonly ShardRecord[], window: Window | undefined): object {
    const { streamArn, windowMilliseconds } = this.#options.settings;
    const [, , , region = "", account = ""] = streamArn.split(":");
    return {
      Records: records.map((record): KinesisStreamRecord => ({
        kinesis: {
          kinesisSchemaVersion: "1.0",
          partitionKey: record.partitionKey,
          sequenceNumber: record.sequenceNumber,
          data: Buffer.from(record.data).toString("base64"),
          approximateArrivalTimestamp: record.arrival.getTime() / 1000,
        },
        eventSource: "aws:kinesis",
        eventVersion: "1.0",
        eventID: `${record.shardId}:${record.sequenceNumber}`,
        eventName: "aws:kinesis:record",
        invokeIdentityArn: `arn:aws:iam::${account}:role/local`,
        awsRegion: region,
        eventSourceARN: streamArn,
      })),
      ...(window && {
        window: {
          start: new Date(window.start).toISOString(),
          end: new Date(window.start + windowMilliseconds).toISOString(),
        },
        state: window.state,
        ...(records[0] && { shardId: records[0].shardId }),
        eventSourceARN: streamArn,
        isFinalInvokeForWindow: false,
        isWindowTerminatedEarly: false,
      }),
    };
  }

  /** Keeps what is given up as a bucket gets it: https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html */
  #keep(
    records: readonly ShardRecord[],
    condition: string,
    approximateInvokeCount: number,
    event: object,
  ): Promise<void> {
    const { settings, keep, now } = this.#options;
    const [first, last] = [records[0], records.at(-1)];
    const time = new Date(now()).toISOString();
    const [day = "", clock = ""] = time.split("T");
    const name = `${day}T${clock.slice(0, 8).replaceAll(":", ".")}-${randomUUID()}`;
    const shardId = first?.shardId ?? (event as { readonly shardId?: string }).shardId ?? "";
    return keep(`aws/lambda/${settings.id}/${shardId}/${day.replaceAll("-", "/")}/${name}`, {
      requestContext: {
        requestId: randomUUID(),
        functionArn: settings.functionArn,
        condition,
        approximateInvokeCount,
      },
      responseContext: { statusCode: 200, executedVersion: "$LATEST", functionError: "Unhandled" },
      version: "1.0",
      timestamp: time,
      KinesisBatchInfo: {
        shardId,
        startSequenceNumber: first?.sequenceNumber,
        endSequenceNumber: last?.sequenceNumber,
        approximateArrivalOfFirstRecord: first?.arrival.toISOString(),
        approximateArrivalOfLastRecord: last?.arrival.toISOString(),
        batchSize: records.length,
        streamArn: settings.streamArn,
      },
      payload: JSON.stringify(event),
    });
  }
}
