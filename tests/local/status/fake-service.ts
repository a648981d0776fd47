import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** What a fake service was asked. */
export interface FakeRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: string;
}

export interface FakeService {
  readonly endpoint: string;
  readonly requests: readonly FakeRequest[];
  readonly close: () => Promise<void>;
}

/** An HTTP service on a free port of 127.0.0.1; what `answer` leaves undefined is answered with 404. */
export async function startFakeService(
  answer: (request: FakeRequest) => unknown,
): Promise<FakeService> {
  const requests: FakeRequest[] = [];
  const server = createServer((incoming, response) => {
    let body = "";
    incoming.setEncoding("utf8");
    incoming.on("data", (chunk: string) => {
      body += chunk;
    });
    incoming.on("end", () => {
      const url = new URL(incoming.url ?? "/", "http://fake");
      const method = incoming.method ?? "";
      const request = { method, path: url.pathname, query: url.searchParams, body };
      requests.push(request);
      const content = answer(request);
      response.writeHead(content === undefined ? 404 : 200, { "content-type": "application/json" });
      response.end(JSON.stringify(content ?? { error: "no such path" }));
    });
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    requests,
    close: () =>
      new Promise((done) => {
        server.close(() => {
          done();
        });
        server.closeAllConnections();
      }),
  };
}
