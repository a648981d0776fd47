import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";
import { pipeline, type Writable } from "node:stream";
import { constants, createGzip } from "node:zlib";
import type { PipelineMonitor } from "../status/monitor";
import type { PipelineStatus, StatusChange } from "../status/pipeline-status";

export type StatusFeed = Pick<PipelineMonitor, "status" | "samples" | "onStatus">;

/** A viewer that takes nothing for this many bytes is dropped; it comes back and gets everything. */
const MOST_WAITING_BYTES = 1024 * 1024;

export type StatusEvents = ReturnType<typeof statusEvents>;

export function statusEvents(feed: StatusFeed) {
  const listeners = new Set<Writable>();
  let latest: PipelineStatus | undefined;
  const unsubscribe = feed.onStatus((status, sample) => {
    const change = { ...(latest && changes(latest, status)), sample };
    latest = status;
    send(listeners, "change", change);
  });
  return {
    /** Answers a request with the event stream, compressed where the client can read that. */
    async add(
      request: IncomingMessage,
      response: ServerResponse,
      headers: OutgoingHttpHeaders,
    ): Promise<void> {
      // Changes are from one status to the next: everything first, and nothing between.
      const status = await feed.status();
      latest ??= status;
      const isZipped = /\bgzip\b/.test(request.headers["accept-encoding"] ?? "");
      response.writeHead(200, {
        ...headers,
        "content-type": "text/event-stream",
        ...(isZipped && { "content-encoding": "gzip" }),
      });
      const zip = isZipped ? createGzip({ flush: constants.Z_SYNC_FLUSH }) : undefined;
      // Ends the answer when the viewer is dropped, and the compression when the viewer goes.
      if (zip) pipeline(zip, response, () => undefined);
      const listener = zip ?? response;
      listener.write("retry: 1000\n\n");
      send([listener], "all", { status: latest, samples: feed.samples });
      listeners.add(listener);
      response.on("close", () => {
        listeners.delete(listener);
      });
    },
    close(): void {
      unsubscribe();
      for (const listener of listeners) listener.end();
      listeners.clear();
    },
  };
}

function send(listeners: Iterable<Writable>, event: string, content: unknown): void {
  const text = `event: ${event}\ndata: ${JSON.stringify(content)}\n\n`;
  for (const listener of listeners) {
    if (listener.writableLength > MOST_WAITING_BYTES) listener.destroy();
    else listener.write(text);
  }
}

/** What is different in a later status; of the domain only what came. */
export function changes(before: PipelineStatus, now: PipelineStatus): Omit<StatusChange, "sample"> {
  const { search, ...rest } = now;
  const stayed = search.up && before.search.up;
  const results = stayed ? different(before.search.value, search.value) : {};
  return {
    ...different(before, rest),
    ...(Object.keys(results).length > 0 && { results }),
    ...(!stayed && !isSame(before.search, search) && { search }),
  };
}

function different<T extends object>(before: T, now: Partial<T>): Partial<T> {
  const entries = Object.entries(now) as [keyof T, unknown][];
  return Object.fromEntries(
    entries.filter(([key, value]) => !isSame(before[key], value)),
  ) as Partial<T>;
}

function isSame(before: unknown, now: unknown): boolean {
  return before === now || JSON.stringify(before) === JSON.stringify(now);
}
