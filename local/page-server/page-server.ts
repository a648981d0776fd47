import { readFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { extname, join } from "node:path";
import { isToThisMachine, type LoopbackServer, serve } from "../machine/loopback-server";
import { portProblem } from "../machine/ports";
import { carryOut, type PipelineActions } from "./page-actions";
import { buildPage, PAGE_DIST } from "./page-build";
import type { DemandHistory } from "../status/demand-history";
import { statusEvents, type StatusEvents, type StatusFeed } from "./status-events";

export interface PageServerOptions {
  /** Port on 127.0.0.1; 0 takes a free one. */
  readonly port: number;
  readonly feed: StatusFeed;
  readonly history?: DemandHistory;
  readonly actions?: PipelineActions;
  /** Whether the page is served besides its data and actions. @default true */
  readonly page?: boolean;
  /** Folder of a built page. @default the project's own page, built first when it is missing or older than its sources */
  readonly folder?: string;
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
export async function startPageServer(options: PageServerOptions): Promise<LoopbackServer> {
  if (options.page !== false && options.folder === undefined) await buildPage();
  const events = statusEvents(options.feed);
  const server = await serve(options.port, (request, response) => {
    answer(request, response, options, events).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(500, HEADERS);
      response.end(`${String(error)}\n`);
    });
  }).catch(async (error: unknown) => {
    const problem = await portProblem(options.port, "the page", "--port");
    throw new Error(problem ?? String(error), { cause: error });
  });
  return {
    url: server.url,
    close() {
      events.close();
      return server.close();
    },
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { page = true, folder = PAGE_DIST, feed, actions, history }: PageServerOptions,
  events: StatusEvents,
): Promise<unknown> {
  const send = (status: number, type: string, content: string | Buffer) =>
    response.writeHead(status, { ...HEADERS, "content-type": type }).end(content);
  const sendJson = (content: unknown, status = 200) =>
    send(status, "application/json", JSON.stringify(content));
  const refuse = (status: number, text: string) =>
    send(status, "text/plain; charset=utf-8", `${text}\n`);
  const sendFile = async (file: string) => {
    const type = CONTENT_TYPES[extname(file)];
    const content = type && (await readFile(file).catch(() => undefined));
    return content ? send(200, type, content) : refuse(404, "Not found");
  };

  if (!isToThisMachine(request)) return refuse(403, "Unknown host");
  const { pathname } = new URL(request.url ?? "/", "http://127.0.0.1");
  const [, action] = /^\/actions\/(\w+)$/.exec(pathname) ?? [];
  if (request.method === "POST" && action !== undefined && actions !== undefined) {
    const { status, content } = await carryOut(request, action, actions);
    return sendJson(content, status);
  }
  if (request.method !== "GET" && request.method !== "HEAD") {
    return refuse(405, "Only GET is answered here");
  }
  const [, start] = /^\/windows\/(\d{1,12})\.json$/.exec(pathname) ?? [];
  if (start !== undefined && history !== undefined) {
    const window = await history.window(Number(start));
    return window ? sendJson(window) : refuse(404, "Nothing is known of this window");
  }
  switch (pathname) {
    case "/events":
      return events.add(request, response, HEADERS);
    case "/status.json":
      return sendJson(await feed.status());
    case "/samples.json":
      return sendJson(feed.samples);
    case "/windows.json":
      return sendJson((await history?.windows()) ?? []);
    case "/zones.geojson":
      return sendFile(ZONES_FILE);
    default:
      if (!page) return refuse(404, "The pipeline runs without its page");
      // A parsed address holds no "..": what it names is inside the folder.
      return sendFile(join(folder, pathname === "/" ? "index.html" : pathname));
  }
}
