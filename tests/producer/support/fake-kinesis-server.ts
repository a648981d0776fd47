import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { StoredRecord } from "./fake-stream";
import { FakeStream } from "./fake-stream";

interface PutRecordsInput {
  readonly Records: readonly { readonly PartitionKey: string; readonly Data: string }[];
}

/** What the server answers instead of the truth: an error of the service, or any text. */
export type Fault =
  | { readonly status: number; readonly type: string; readonly message: string }
  | {
      readonly status: number;
      readonly body: string;
      /** Announces more than it sends, and leaves the connection open. */
      readonly isCut?: true;
    };

/** The part of the Kinesis API that a producer uses, over HTTP and in memory, with faults on demand. */
export class FakeKinesisServer {
  readonly stream: FakeStream<StoredRecord>;
  readonly #server: Server;
  readonly #name: string;
  /** Fault of the next requests of an operation, one each. */
  readonly faults: { operation: string; fault: Fault }[] = [];
  /** Refuses single records of a request. */
  refusal: (record: StoredRecord) => string | undefined = () => undefined;
  /** Called after the records of a request are written; its answer waits for the promise. */
  beforeAnswer: () => Promise<void> = () => Promise.resolve();
  status = "ACTIVE";
  created = 1_767_225_600.5;

  private constructor(name: string, shardCount: number) {
    this.#name = name;
    this.stream = new FakeStream(shardCount);
    this.#server = createServer((request, response) => {
      void this.#handle(request, response);
    });
  }

  static async start(name: string, shardCount: number): Promise<FakeKinesisServer> {
    const server = new FakeKinesisServer(name, shardCount);
    await new Promise<void>((resolve) => server.#server.listen(0, "127.0.0.1", resolve));
    return server;
  }

  get endpoint(): string {
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) {
      chunks.push(chunk as Buffer);
    }
    const input = JSON.parse(Buffer.concat(chunks).toString()) as { StreamName?: string };
    const operation = String(request.headers["x-amz-target"]).replace("Kinesis_20131202.", "");
    const index = this.faults.findIndex((planned) => planned.operation === operation);
    const [planned] = index < 0 ? [] : this.faults.splice(index, 1);
    if (planned !== undefined) {
      const { fault } = planned;
      if ("type" in fault) {
        answer(response, fault.status, { __type: fault.type, message: fault.message });
      } else if (fault.isCut) {
        response.writeHead(fault.status, { "content-length": fault.body.length + 100 });
        response.write(fault.body);
      } else {
        response.writeHead(fault.status, { "content-type": "text/html" }).end(fault.body);
      }
    } else if (input.StreamName !== undefined && input.StreamName !== this.#name) {
      const message = `Stream ${input.StreamName} under account 000000000000 not found.`;
      answer(response, 400, { __type: "ResourceNotFoundException", message });
    } else if (operation === "PutRecords") {
      const output = this.#putRecords(input as PutRecordsInput);
      await this.beforeAnswer();
      answer(response, 200, output);
    } else if (operation === "ListShards") {
      answer(response, 200, this.#listShards());
    } else {
      answer(response, 200, {
        StreamDescriptionSummary: {
          StreamName: this.#name,
          StreamARN: `arn:aws:kinesis:us-east-1:000000000000:stream/${this.#name}`,
          StreamCreationTimestamp: this.created,
          StreamStatus: this.status,
        },
      });
    }
  }

  #putRecords(input: PutRecordsInput): object {
    const results = this.stream.put(
      input.Records.map(({ PartitionKey, Data }) => ({
        partitionKey: PartitionKey,
        data: Buffer.from(Data, "base64"),
      })),
      this.refusal,
    );
    const records = results.map((result) =>
      "shardId" in result
        ? { ShardId: result.shardId, SequenceNumber: String(this.stream.records.length) }
        : { ErrorCode: result.errorCode, ErrorMessage: "refused by the test" },
    );
    return {
      FailedRecordCount: results.filter((result) => "errorCode" in result).length,
      Records: records,
    };
  }

  #listShards(): object {
    return {
      Shards: this.stream.shards.map(({ id, firstHash, lastHash, open }) => ({
        ShardId: id,
        HashKeyRange: { StartingHashKey: String(firstHash), EndingHashKey: String(lastHash) },
        SequenceNumberRange: {
          StartingSequenceNumber: "1",
          ...(open ? {} : { EndingSequenceNumber: "2" }),
        },
      })),
    };
  }
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/x-amz-json-1.1" });
  response.end(JSON.stringify(body));
}
