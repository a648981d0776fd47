import { useEffect, useState } from "preact/hooks";

import type { PipelineStatus } from "../../status/pipeline-status";
import { extended, NO_HISTORY, type History } from "./history";

/** What the page knows: the latest status, what it saw before, and whether it still hears from the pipeline. */
export interface PipelineView {
  readonly connection: "connecting" | "open" | "lost";
  readonly status?: PipelineStatus;
  readonly history: History;
}

const RETRY_MILLISECONDS = 2000;

/** Listens to the server's events for as long as the page is open, and comes back after a loss. */
export function usePipeline(): PipelineView {
  const [view, setView] = useState<PipelineView>({ connection: "connecting", history: NO_HISTORY });
  useEffect(() => {
    let source: EventSource;
    let retry: number | undefined;
    const lost = () => {
      setView((last) => ({ ...last, connection: "lost" }));
    };
    const connect = () => {
      source = new EventSource("events");
      source.addEventListener("status", (event: MessageEvent<string>) => {
        const status = JSON.parse(event.data) as PipelineStatus;
        setView((last) => ({
          connection: "open",
          status,
          history: extended(last.history, status, last.status),
        }));
      });
      source.addEventListener("problem", lost);
      source.addEventListener("error", () => {
        lost();
        // The browser tries again by itself unless the answer was no event stream.
        if (source.readyState === EventSource.CLOSED) {
          retry = window.setTimeout(connect, RETRY_MILLISECONDS);
        }
      });
    };
    connect();
    return () => {
      window.clearTimeout(retry);
      source.close();
    };
  }, []);
  return view;
}
