import type { OutgoingHttpHeaders, ServerResponse } from "node:http";

import type { PipelineStatus } from "./pipeline-status";

/** The status for everybody who listens: polled once for all, and only while there is somebody. */
export class StatusEvents {
  readonly #listeners = new Set<ServerResponse>();
  readonly #status: () => Promise<PipelineStatus>;
  readonly #milliseconds: number;
  #latest: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #polling = false;

  constructor(status: () => Promise<PipelineStatus>, milliseconds: number) {
    this.#status = status;
    this.#milliseconds = milliseconds;
  }

  /** Answers a request with the event stream, from the latest status on. */
  add(response: ServerResponse, headers: OutgoingHttpHeaders): void {
    response.writeHead(200, { ...headers, "content-type": "text/event-stream" });
    response.write("retry: 1000\n\n");
    if (this.#latest !== undefined) response.write(this.#latest);
    this.#listeners.add(response);
    response.on("close", () => {
      this.#listeners.delete(response);
    });
    if (!this.#polling) void this.#poll();
  }

  /** Ends every stream and stops polling. */
  close(): void {
    clearTimeout(this.#timer);
    for (const listener of this.#listeners) listener.end();
    this.#listeners.clear();
  }

  async #poll(): Promise<void> {
    this.#polling = true;
    const event = await this.#status().then(
      (status) => `event: status\ndata: ${JSON.stringify(status)}\n\n`,
      (error: unknown) => `event: problem\ndata: ${JSON.stringify({ message: String(error) })}\n\n`,
    );
    this.#latest = event;
    for (const listener of this.#listeners) listener.write(event);
    if (this.#listeners.size === 0) {
      this.#polling = false;
      this.#latest = undefined;
      return;
    }
    this.#timer = setTimeout(() => void this.#poll(), this.#milliseconds);
  }
}
