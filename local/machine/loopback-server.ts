import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";

const LOOPBACK = "127.0.0.1";

export type LoopbackServer = Awaited<ReturnType<typeof serve>>;

/** Answers requests on 127.0.0.1. @param port - 0 takes a free one. @throws Error when the port is taken */
export async function serve(port: number, answer: RequestListener) {
  const server = createServer(answer);
  await once(server.listen(port, LOOPBACK), "listening");
  const address = server.address() as AddressInfo;
  return {
    url: `http://${LOOPBACK}:${address.port}/`,
    /** Ends open connections, too. */
    async close(): Promise<void> {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

/** Whether a request names this machine: a foreign name may resolve to it (DNS rebinding). */
export function isToThisMachine({ headers }: IncomingMessage): boolean {
  return [LOOPBACK, "localhost"].includes((headers.host ?? "").replace(/:\d+$/, ""));
}

/** Whether a request is by a program and not by a web page, which browsers mark. */
export function isByProgram(request: IncomingMessage): boolean {
  const { origin, "sec-fetch-site": site = "none" } = request.headers;
  return isToThisMachine(request) && origin === undefined && site === "none";
}
