import { randomUUID } from "node:crypto";
import { DateTime } from "luxon";
import { type BufferedRecord, DeliveryBuffer } from "./delivery-buffer";
import type { DeliveryFormat, Encoded } from "./delivery-format";
import type { DeliverySettings, DeliveryTarget } from "./delivery-settings";

/** Which object records go into. */
export type OutputAddress =
  | { readonly kind: "events"; readonly partitionKeys?: Readonly<Record<string, string>> }
  | { readonly kind: "source" }
  | { readonly kind: "errors"; readonly errorType: string };

/** An object that is being collected. */
export class DeliveryOutput {
  readonly target: DeliveryTarget;
  readonly address: OutputAddress;
  readonly buffer: DeliveryBuffer<BufferedRecord>;
  readonly #settings: DeliverySettings;
  readonly #format: DeliveryFormat;

  constructor(
    settings: DeliverySettings,
    target: DeliveryTarget,
    address: OutputAddress,
    format: DeliveryFormat,
  ) {
    this.#settings = settings;
    this.target = target;
    this.address = address;
    this.#format = format;
    this.buffer = new DeliveryBuffer(target);
  }

  /** Records in it. */
  get size(): number {
    return this.buffer.items.length;
  }

  get isPartition(): boolean {
    return this.address.kind === "events" && this.address.partitionKeys !== undefined;
  }

  /** The object as it is to be written. */
  async object(): Promise<Encoded & { readonly key: string }> {
    const encoded = await this.#format(this.buffer.items.map(({ data }) => data));
    return { ...encoded, key: this.#key() };
  }

  /** https://docs.aws.amazon.com/firehose/latest/dev/s3-object-name.html */
  #key(): string {
    const { name, version, timeZone } = this.#settings;
    const { prefix, fileExtension } = this.target;
    // The object is named after the arrival of its oldest record.
    const oldest = this.buffer.items.reduce(
      (time, { arrival }) => Math.min(time, arrival.getTime()),
      Infinity,
    );
    const context = { time: new Date(oldest), timeZone };
    const stamp = DateTime.fromMillis(oldest, { zone: timeZone }).toFormat("yyyy-MM-dd-HH-mm-ss");
    const { address } = this;
    const folder =
      address.kind === "errors"
        ? prefix.evaluateError(address.errorType, context)
        : prefix.evaluate({
            ...context,
            ...(address.kind === "events" && { partitionKeys: address.partitionKeys ?? {} }),
          });
    return `${folder}${name}-${version}-${stamp}-${randomUUID()}${fileExtension}`;
  }
}
