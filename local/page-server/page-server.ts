import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";

import { carryOut } from "./page-actions";
import { buildPage, PAGE_DIST } from "./page-build";
import type { PipelineActions } from "./pipeline-actions";
import type { DemandHistory } from "../status/demand-history";
import { StatusEvents, type StatusFeed } from "./status-events";

export interface PageServerOptions {
  /** Port on 127.0.0.1; 0 takes a free one. */
  readonly port: number;
  readonly feed: StatusFeed;
  /** Where past windows are found. @default the page shows the newest window only */
  readonly history?: DemandHistory;
  /** What somebody who watches can do. @default nothing: the page only shows */
  readonly actions?: PipelineActions;
  /** Folder of a built page. @default the project's own page, built first when it is missing or older than its sources */
  readonly folder?: string;
}

export interface PageServer {
  readonly url: string;
  readonly close: () => Promise<void>;
}

const ZONES_FILE = join(__dirname, "../data/taxi-zones.geojson");

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".geojson": "application/geo+json",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".png": "image/png",
  ".svg": "image/svg+xml",
};

const HEADERS = {
  "content-security-policy":
    "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "cache-control": "no-cache",
};

/**
 * Serves the page and its data on 127.0.0.1: the zones, `/status.json`, `/samples.json`, `/events` (server-sent),
 * `/windows.json`, `/windows/<start in epoch seconds>.json` and `POST /actions/<name>`. @throws Error when the port is taken
 */
export async function startPageServer(options: PageServerOptions): Promise<PageServer> {
  if (options.folder === undefined) await buildPage();
  const folder = options.folder ?? PAGE_DIST;
  const { actions, feed, history } = options;
  const events = new StatusEvents(feed);
  const server = createServer((request, response) => {
    answer(request, response, { events, folder, feed, actions, history }).catch(
      (error: unknown) => {
        if (!response.headersSent) response.writeHead(500, HEADERS);
        response.end(`${String(error)}\n`);
      },
    );
  });
  await listen(server, options.port);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    close: async () => {
      events.close();
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

async function listen(server: Server, port: number): Promise<void> {
  try {
    await once(server.listen({ host: "127.0.0.1", port }), "listening");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason =
      code === "EADDRINUSE"
        ? `Port ${port} on 127.0.0.1 is taken; stop what listens there or choose another with --port`
        : `The page cannot be served on 127.0.0.1:${port}: ${message}`;
    throw new Error(reason, { cause: error });
  }
}

interface Served {
  readonly events: StatusEvents;
  readonly folder: string;
  readonly feed: StatusFeed;
  readonly actions: PipelineActions | undefined;
  readonly history: DemandHistory | undefined;
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { events, folder, feed, actions, history }: Served,
): Promise<void> {
  // A foreign name that resolves to this machine must not read the pipeline's figures (DNS rebinding).
  const host = request.headers.host?.replace(/:\d+$/, "");
  if (host !== "127.0.0.1" && host !== "localhost") {
    refuse(response, 403, "Unknown host");
    return;
  }
  const { pathname } = new URL(request.url ?? "/", "http://127.0.0.1");
  const [, action] = /^\/actions\/(\w+)$/.exec(pathname) ?? [];
  if (request.method === "POST" && action !== undefined && actions !== undefined) {
    const { status: code, content } = await carryOut(request, action, actions);
    sendJson(response, content, code);
    return;
  }
  if (request.method !== "GET" && request.method !== "HEAD") {
    refuse(response, 405, "Only GET is answered here");
    return;
  }
  const [, start] = /^\/windows\/(\d{1,12})\.json$/.exec(pathname) ?? [];
  if (start !== undefined && history !== undefined) {
    const window = await history.window(Number(start));
    if (window === undefined) refuse(response, 404, "Nothing is known of this window");
    else sendJson(response, window);
    return;
  }
  switch (pathname) {
    case "/events":
      return events.add(request, response, HEADERS);
    case "/status.json":
      sendJson(response, await feed.status());
      return;
    case "/samples.json":
      sendJson(response, feed.samples);
      return;
    case "/windows.json":
      sendJson(response, (await history?.windows()) ?? []);
      return;
    case "/zones.geojson":
      return sendFile(response, ZONES_FILE);
    default:
      // A parsed address holds no "..": what it names is inside the folder.
      return sendFile(response, join(folder, pathname === "/" ? "index.html" : pathname));
  }
}

function sendJson(response: ServerResponse, content: unknown, status = 200): void {
  response.writeHead(status, { ...HEADERS, "content-type": "application/json" });
  response.end(JSON.stringify(content));
}

async function sendFile(response: ServerResponse, file: string): Promise<void> {
  const type = CONTENT_TYPES[extname(file)];
  const content = type && (await readFile(file).catch(() => undefined));
  if (!content) {
    refuse(response, 404, "Not found");
    return;
  }
  response.writeHead(200, { ...HEADERS, "content-type": type });
  response.end(content);
}

function refuse(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { ...HEADERS, "content-type": "text/plain; charset=utf-8" });
  response.end(`${text}\n`);
}
