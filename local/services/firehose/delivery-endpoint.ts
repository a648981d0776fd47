import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { json } from "node:stream/consumers";
import { isByProgram, type LoopbackServer, serve } from "../../machine/loopback-server";
import type { ShardRecord } from "../kinesis/shard-reader";

/** Records that are put to a delivery stream, in place of a shard's; what is not delivered is in memory alone. */
export class PutRecords {
  #waiting: ShardRecord[] = [];
  #count = 0;

  put(data: Uint8Array): void {
    this.#count += 1;
    const sequenceNumber = String(this.#count);
    const arrival = new Date();
    this.#waiting.push({ shardId: "put", sequenceNumber, partitionKey: "", arrival, data });
  }

  resume(): void {
    // What was put before was delivered when the process stopped.
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- in the form of a ShardReader
  async *newRecords(): AsyncGenerator<ShardRecord> {
    yield* this.#waiting.splice(0);
  }
}

interface PutRequest {
  readonly DeliveryStreamName?: string;
  readonly Record?: { readonly Data: string };
  readonly Records?: readonly { readonly Data: string }[];
}

/** Firehose's PutRecord and PutRecordBatch: https://docs.aws.amazon.com/firehose/latest/APIReference/API_PutRecordBatch.html */
export class DeliveryEndpoint {
  readonly #streams = new Map<string, PutRecords>();
  readonly #port: number;
  #server: Promise<LoopbackServer> | undefined;

  /** @param port - on 127.0.0.1. */
  constructor(port: number) {
    this.#port = port;
  }

  /** Takes records for a delivery stream from now on. */
  async open(name: string): Promise<PutRecords> {
    const records = this.#streams.get(name) ?? new PutRecords();
    this.#streams.set(name, records);
    this.#server ??= serve(this.#port, (request, response) => {
      this.#answer(request).then(
        ({ status, content }) => {
          response.writeHead(status, { "content-type": "application/x-amz-json-1.1" });
          response.end(JSON.stringify(content));
        },
        (error: unknown) => response.writeHead(500).end(String(error)),
      );
    });
    await this.#server;
    return records;
  }

  close(name: string): void {
    this.#streams.delete(name);
  }

  async stop(): Promise<void> {
    const server = await this.#server?.catch(() => undefined);
    this.#server = undefined;
    await server?.close();
  }

  async #answer(request: IncomingMessage): Promise<{ status: number; content: object }> {
    if (!isByProgram(request))
      return failure(403, "AccessDeniedException", "Web pages are refused");
    const [, operation = ""] = String(request.headers["x-amz-target"] ?? "").split(".");
    if (operation !== "PutRecord" && operation !== "PutRecordBatch") {
      return failure(400, "UnknownOperationException", `${operation} is not there locally`);
    }
    const { DeliveryStreamName = "", Record, Records = [] } = (await json(request)) as PutRequest;
    const stream = this.#streams.get(DeliveryStreamName);
    if (stream === undefined) {
      const message = `Delivery stream ${DeliveryStreamName} does not exist or reads a Kinesis stream`;
      return failure(400, "ResourceNotFoundException", message);
    }
    const answers = [...(Record ? [Record] : []), ...Records].map(({ Data }) => {
      stream.put(Buffer.from(Data, "base64"));
      return { RecordId: randomUUID() };
    });
    const content =
      operation === "PutRecord"
        ? { ...answers[0], Encrypted: true }
        : { FailedPutCount: 0, Encrypted: true, RequestResponses: answers };
    return { status: 200, content };
  }
}

function failure(status: number, __type: string, message: string) {
  return { status, content: { __type, message } };
}
