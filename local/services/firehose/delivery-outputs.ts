import type { BufferedRecord } from "./delivery-buffer";
import { type DeliveryFormat, joined } from "./delivery-format";
import type { DeliveryLedger } from "./delivery-ledger";
import { DeliveryOutput, type OutputAddress } from "./delivery-output";
import type { DeliverySettings } from "./delivery-settings";

/** https://docs.aws.amazon.com/firehose/latest/dev/limits.html */
const MAX_PARTITIONS = 500;

export interface OutputsOptions {
  readonly settings: DeliverySettings;
  /** Makes the content of an object of delivered records. */
  readonly format: DeliveryFormat;
  /** Writes an object into a bucket. */
  readonly put: (bucket: string, key: string, content: Buffer) => Promise<void>;
  readonly ledger: DeliveryLedger;
  readonly now: () => number;
}

/** Why a record could not be delivered. */
export interface DeliveryFailure {
  readonly errorCode: string;
  readonly errorMessage: string;
  readonly attempts?: number;
  readonly lambdaArn?: string | undefined;
}

/** The objects that are being collected: of records as delivered, as they came, and of those that failed. */
export class DeliveryOutputs {
  readonly #options: OutputsOptions;
  readonly #outputs = new Map<string, DeliveryOutput>();
  #counts = { objects: 0, records: 0, failed: 0 };

  constructor(options: OutputsOptions) {
    this.#options = options;
  }

  get counts() {
    return this.#counts;
  }

  /** Records in objects to come. */
  get buffered(): number {
    return [...this.#outputs.values()]
      .filter(({ address }) => address.kind !== "source")
      .reduce((sum, { size }) => sum + size, 0);
  }

  /** Keeps a record as it came. @returns whether an object has become due. */
  keepSource(record: BufferedRecord): boolean {
    return this.#add({ kind: "source" }, record);
  }

  /** Puts a record into its object, or files it as failed. @returns whether an object has become due. */
  deliver(record: BufferedRecord, partitionKeys: Readonly<Record<string, string>>): boolean {
    if (!this.#options.settings.partitioned) return this.#add({ kind: "events" }, record);
    const address: OutputAddress = { kind: "events", partitionKeys };
    // An open partition has proved its keys.
    const failure = this.#outputs.has(keyOf(address))
      ? undefined
      : this.#partitionFailure(record, partitionKeys);
    return failure === undefined
      ? this.#add(address, record)
      : this.fail(record, failure.errorType, failure);
  }

  /** Files a record as failed. @returns whether an object has become due. */
  fail(
    record: BufferedRecord,
    errorType: string,
    { errorCode, errorMessage, attempts = 1, lambdaArn }: DeliveryFailure,
  ): boolean {
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

  /** Writes the objects that are full or old enough. @returns whether there were any. */
  async writeDue(): Promise<boolean> {
    const now = this.#options.now();
    return this.#write([...this.#outputs.values()].filter(({ buffer }) => buffer.isDue(now)));
  }

  async writeAll(): Promise<void> {
    // What cannot become part of an object begins another.
    while (await this.#write([...this.#outputs.values()]));
  }

  async #write(outputs: readonly DeliveryOutput[]): Promise<boolean> {
    for (const output of outputs) await this.#writeOne(output);
    return outputs.length > 0;
  }

  async #writeOne(output: DeliveryOutput): Promise<void> {
    const { ledger, put } = this.#options;
    const { kind } = output.address;
    const { key, content, rejected } = await output.object();
    if (content !== undefined) await put(output.target.bucket, key, content);
    this.#outputs.delete(keyOf(output.address));
    output.buffer.items.forEach((record, index) => {
      const errorMessage = rejected.get(index);
      if (errorMessage !== undefined) {
        const errorCode = "DataFormatConversion.MalformedData";
        this.fail(record, "format-conversion-failed", { errorCode, errorMessage });
      }
      ledger.release(record.ticket);
    });
    if (kind === "events") {
      this.#counts.records += output.size - rejected.size;
      if (content !== undefined) this.#counts.objects += 1;
    } else if (kind === "errors") {
      this.#counts.failed += output.size;
    }
  }

  #partitionFailure(
    { arrival }: BufferedRecord,
    partitionKeys: Readonly<Record<string, string>>,
  ): (DeliveryFailure & { readonly errorType: string }) | undefined {
    const { prefix, timeZone } = this.#options.settings;
    try {
      prefix.evaluate({ time: arrival, timeZone, partitionKeys });
    } catch (error) {
      return {
        errorType: "metadata-extraction-failed",
        errorCode: "DynamicPartitioning.MetadataExtractionFailed",
        errorMessage: error instanceof Error ? error.message : String(error),
      };
    }
    const open = [...this.#outputs.values()].filter(({ isPartition }) => isPartition).length;
    return open < MAX_PARTITIONS
      ? undefined
      : {
          errorType: "activePartitionExceeded",
          errorCode: "DynamicPartitioning.ActivePartitionsLimitExceeded",
          errorMessage: `${MAX_PARTITIONS} partitions are open`,
        };
  }

  #add(address: OutputAddress, record: BufferedRecord): boolean {
    const key = keyOf(address);
    const { ledger, now } = this.#options;
    const output = this.#outputs.get(key) ?? this.#output(address);
    this.#outputs.set(key, output);
    ledger.hold(record.ticket);
    output.buffer.add(record, now());
    return output.buffer.isDue(now());
  }

  #output(address: OutputAddress): DeliveryOutput {
    const { settings, format } = this.#options;
    switch (address.kind) {
      case "events":
        return new DeliveryOutput(settings, settings, address, format);
      case "source": {
        // Nothing is done to what came in: records follow one another as they are.
        const { backup = settings } = settings;
        return new DeliveryOutput(settings, backup, address, joined("", backup.compression));
      }
      case "errors": {
        const target = { ...settings, fileExtension: "" };
        return new DeliveryOutput(settings, target, address, joined("\n", "UNCOMPRESSED"));
      }
    }
  }
}

function keyOf(address: OutputAddress): string {
  return JSON.stringify(address);
}
