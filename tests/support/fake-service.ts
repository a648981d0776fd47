import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** A status and a body of JSON. */
export type Answer = readonly [status: number, body: unknown];

/** An operation's input. */
export type Input = Readonly<Record<string, unknown>>;

/** A service of AWS that speaks its JSON protocol, for the test of a client. */
export abstract class FakeService {
  readonly #server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const operation = String(request.headers["x-amz-target"]).split(".")[1] ?? "";
      const input: unknown = JSON.parse(Buffer.concat(chunks).toString());
      const [status, body] = this.answer(operation, input as Input);
      response.writeHead(status, { "Content-Type": "application/x-amz-json-1.1" });
      response.end(JSON.stringify(body));
    });
  });

  protected abstract answer(operation: string, input: Input): Answer;

  /** @returns its URL */
  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

/** What a service answers that refuses a request. */
export function failure(type: string): Answer {
  return [400, { __type: type, message: `${type} of the test` }];
}
