import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";

export interface Request {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What a fake service answers: a status, 200 unless it is said, headers if any, and a body. */
export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** An HTTP service in this process that keeps what it was asked; to be called in a `describe`. */
export function httpServer(answer: (request: Request) => Answer): {
  readonly requests: Request[];
  readonly address: () => string;
} {
  const requests: Request[] = [];
  let address = "";
  const server = createServer((message, response) => {
    const chunks: Buffer[] = [];
    message.on("data", (chunk: Buffer) => chunks.push(chunk));
    message.on("end", () => {
      const { method = "", url: path = "", headers } = message;
      const request = { method, path, headers, body: Buffer.concat(chunks).toString() };
      requests.push(request);
      const { status = 200, headers: answered = {}, body } = answer(request);
      response.writeHead(status, answered).end(JSON.stringify(body));
    });
  });
  before(async () => {
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(() => {
    requests.length = 0;
  });
  after(() => {
    server.close();
    server.closeAllConnections();
  });
  return { requests, address: () => address };
}
