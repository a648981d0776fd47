import { useEffect, useState } from "preact/hooks";
import type { PipelineStatus, Sample, StatusChange } from "../../status/pipeline-status";
import { applied } from "./status-change";

/** What the page knows: the latest status, ten minutes of figures, and whether it still hears from the pipeline. */
export interface PipelineView {
  /** `lost` also when the server says nothing: it sends something each second. */
  readonly connection: "connecting" | "open" | "lost";
  readonly status?: PipelineStatus | undefined;
  readonly samples: readonly Sample[];
}

const RETRY_MILLISECONDS = 2000;
const SILENCE_MILLISECONDS = 3000;
/** Ten minutes. */
const SAMPLES = 600;

/** Listens to the server's events for as long as the page is open, and comes back after a loss. */
export function usePipeline(): PipelineView {
  const [view, setView] = useState<PipelineView>({ connection: "connecting", samples: [] });
  useEffect(() => {
    let source: EventSource;
    let retry: number | undefined;
    let silence: number | undefined;
    const lost = () => {
      setView((last) => ({ ...last, connection: "lost" }));
    };
    const heard = () => {
      window.clearTimeout(silence);
      silence = window.setTimeout(lost, SILENCE_MILLISECONDS);
    };
    const connect = () => {
      source = new EventSource("events");
      source.addEventListener("all", (event: MessageEvent<string>) => {
        const all = JSON.parse(event.data) as Omit<PipelineView, "connection">;
        heard();
        setView({ connection: "open", ...all });
      });
      source.addEventListener("change", (event: MessageEvent<string>) => {
        const { sample, ...change } = JSON.parse(event.data) as StatusChange;
        heard();
        setView((last) =>
          last.status === undefined
            ? last
            : {
                connection: "open",
                status: applied(last.status, change),
                samples: [...last.samples, sample].slice(-SAMPLES),
              },
        );
      });
      source.addEventListener("error", () => {
        lost();
        // The browser tries again on its own unless the answer was no event stream.
        if (source.readyState === EventSource.CLOSED) {
          retry = window.setTimeout(connect, RETRY_MILLISECONDS);
        }
      });
    };
    connect();
    return () => {
      window.clearTimeout(retry);
      window.clearTimeout(silence);
      source.close();
    };
  }, []);
  return view;
}
