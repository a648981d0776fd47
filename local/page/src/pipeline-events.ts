import { useEffect, useState } from "preact/hooks";

import type { PipelineStatus } from "../../status/pipeline-status";

/** What the page knows: the latest status, and whether it still hears from the pipeline. */
export interface PipelineView {
  readonly connection: "connecting" | "open" | "lost";
  readonly status?: PipelineStatus;
}

const RETRY_MILLISECONDS = 2000;

/** Listens to the server's events for as long as the page is open, and comes back after a loss. */
export function usePipeline(): PipelineView {
  const [view, setView] = useState<PipelineView>({ connection: "connecting" });
  useEffect(() => {
    let source: EventSource;
    let retry: number | undefined;
    const lost = () => {
      setView((last) => ({ ...last, connection: "lost" }));
    };
    const connect = () => {
      source = new EventSource("events");
      source.addEventListener("status", (event: MessageEvent<string>) => {
        setView({ connection: "open", status: JSON.parse(event.data) as PipelineStatus });
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
