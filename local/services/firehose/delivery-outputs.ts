import { randomUUID } from "node:crypto";
import { DateTime } from "luxon";
import { type DeliveryFormat, joined } from "./delivery-format";
import type { Ticket } from "./delivery-ledger";
import type { DeliverySettings, DeliveryTarget } from "./delivery-settings";

/** https://docs.aws.amazon.com/firehose/latest/dev/limits.html */
const MAX_PARTITIONS = 500;

interface BufferedRecord {
  readonly data: Uint8Array;
  readonly arrival: Date;
  readonly ticket: Ticket;
}

/** Records that go on together: into one object, or to the transform. */
export class DeliveryBuffer<Item extends Pick<BufferedRecord, "data">> {
  readonly items: Item[] = [];
  readonly #limits: Pick<DeliveryTarget, "bufferBytes" | "bufferMilliseconds">;
  #bytes = 0;
  #begun: number | undefined;

  constructor(limits: Pick<DeliveryTarget, "bufferBytes" | "bufferMilliseconds">) {
    this.#limits = limits;
  }

  add(item: Item, now: number): void {
    this.items.push(item);
    this.#bytes += item.data.byteLength;
    this.#begun ??= now;
  }

  isDue(now: number): boolean {
    if (this.#begun === undefined) return false;
    const { bufferBytes, bufferMilliseconds } = this.#limits;
    return this.#bytes >= bufferBytes || now - this.#begun >= bufferMilliseconds;
  }
}

interface Address {
  readonly kind: "events" | "source" | "errors";
  readonly partitionKeys?: Readonly<Record<string, string>>;
  readonly errorType?: string;
}

interface Output {
  readonly address: Address;
  readonly target: DeliveryTarget;
  readonly format: DeliveryFormat;
  readonly buffer: DeliveryBuffer<BufferedRecord>;
}

export interface OutputsOptions {
  readonly settings: DeliverySettings;
  readonly format: DeliveryFormat;
  readonly put: (bucket: string, key: string, content: Buffer) => Promise<void>;
  readonly now: () => number;
}

interface Failure {
  readonly errorType: string;
  readonly errorCode: string;
  readonly errorMessage: string;
  readonly attempts?: number;
  readonly lambdaArn?: string | undefined;
}

/** The objects that are being collected: of records as delivered, as they came, and of those that failed. */
export class DeliveryOutputs {
  readonly counts = { objects: 0, records: 0, failed: 0 };
  readonly #options: OutputsOptions;
  readonly #outputs = new Map<string, Output>();

  constructor(options: OutputsOptions) {
    this.#options = options;
  }

  get buffered(): number {
    return [...this.#outputs.values()]
      .filter(({ address }) => address.kind !== "source")
      .reduce((sum, { buffer }) => sum + buffer.items.length, 0);
  }

  /** Keeps a record as it came. @returns whether an object has become due. */
  keepSource(record: BufferedRecord): boolean {
    return this.#add({ kind: "source" }, record);
  }

  /** Puts a record into its object, or files it as failed. @returns whether an object has become due. */
  deliver(record: BufferedRecord, partitionKeys: Readonly<Record<string, string>>): boolean {
    const { partitioned, prefix, timeZone } = this.#options.settings;
    const address: Address = partitioned ? { kind: "events", partitionKeys } : { kind: "events" };
    // An open partition has proved its keys.
    if (!partitioned || this.#outputs.has(keyOf(address))) return this.#add(address, record);
    try {
      prefix.evaluate({ time: record.arrival, timeZone, partitionKeys });
    } catch (error) {
      return this.fail(record, {
        errorType: "metadata-extraction-failed",
        errorCode: "DynamicPartitioning.MetadataExtractionFailed",
        errorMessage: error instanceof Error ? error.message : String(error),
      });
    }
    const open = [...this.#outputs.values()].filter(({ address: { kind } }) => kind === "events");
    if (open.length < MAX_PARTITIONS) return this.#add(address, record);
    return this.fail(record, {
      errorType: "activePartitionExceeded",
      errorCode: "DynamicPartitioning.ActivePartitionsLimitExceeded",
      errorMessage: `${MAX_PARTITIONS} partitions are open`,
    });
  }

  /** Files a record as failed. @returns whether an object has become due. */
  fail(record: BufferedRecord, failure: Failure): boolean {
    const { errorType, errorCode, errorMessage, attempts = 1, lambdaArn } = failure;
    const document = {
      attemptsMade: attempts,
      arrivalTimestamp: record.arrival.getTime(),
      errorCode,
      errorMessage,
      attemptEndingTimestamp: this.#options.now(),
      rawData: Buffer.from(record.data).toString("base64"),
      ...(lambdaArn !== undefined && { lambdaArn }),
    };
    const data = Buffer.from(JSON.stringify(document));
    return this.#add({ kind: "errors", errorType }, { ...record, data });
  }

  async writeDue(): Promise<boolean> {
    const now = this.#options.now();
    const due = [...this.#outputs.values()].filter(({ buffer }) => buffer.isDue(now));
    for (const output of due) await this.#write(output);
    return due.length > 0;
  }

  async writeAll(): Promise<void> {
    // What cannot become part of an object begins another, which the map then holds after the others.
    for (const output of this.#outputs.values()) await this.#write(output);
  }

  async #write({ address, target, format, buffer: { items } }: Output): Promise<void> {
    const { content, rejected } = await format(items.map(({ data }) => data));
    const oldest = Math.min(...items.map(({ arrival }) => arrival.getTime()));
    if (content !== undefined) {
      await this.#options.put(target.bucket, this.#key(address, target, oldest), content);
    }
    this.#outputs.delete(keyOf(address));
    items.forEach((record, index) => {
      const errorMessage = rejected.get(index);
      if (errorMessage !== undefined) {
        this.fail(record, {
          errorType: "format-conversion-failed",
          errorCode: "DataFormatConversion.MalformedData",
          errorMessage,
        });
      }
      record.ticket.holders -= 1;
    });
    if (address.kind === "events") {
      this.counts.records += items.length - rejected.size;
      if (content !== undefined) this.counts.objects += 1;
    } else if (address.kind === "errors") {
      this.counts.failed += items.length;
    }
  }

  /** https://docs.aws.amazon.com/firehose/latest/dev/s3-object-name.html @param oldest arrival of its oldest record */
  #key(address: Address, { prefix, fileExtension }: DeliveryTarget, oldest: number): string {
    const { name, version, timeZone } = this.#options.settings;
    const { errorType, partitionKeys = {} } = address;
    const context = { time: new Date(oldest), timeZone, partitionKeys };
    const stamp = DateTime.fromMillis(oldest, { zone: timeZone }).toFormat("yyyy-MM-dd-HH-mm-ss");
    const folder =
      errorType === undefined ? prefix.evaluate(context) : prefix.evaluateError(errorType, context);
    return `${folder}${name}-${version}-${stamp}-${randomUUID()}${fileExtension}`;
  }

  #add(address: Address, record: BufferedRecord): boolean {
    const key = keyOf(address);
    const { now } = this.#options;
    const output = this.#outputs.get(key) ?? this.#output(address);
    this.#outputs.set(key, output);
    record.ticket.holders += 1;
    output.buffer.add(record, now());
    return output.buffer.isDue(now());
  }

  #output(address: Address): Output {
    const { settings, format } = this.#options;
    const { backup = settings } = settings;
    const target = {
      events: settings,
      source: backup,
      errors: { ...settings, fileExtension: "" },
    }[address.kind];
    const formats = {
      events: format,
      // Nothing is done to what came in: records follow one another as they are.
      source: joined("", backup.compression),
      errors: joined("\n", "UNCOMPRESSED"),
    };
    return { address, target, format: formats[address.kind], buffer: new DeliveryBuffer(target) };
  }
}

function keyOf(address: Address): string {
  return JSON.stringify(address);
}
