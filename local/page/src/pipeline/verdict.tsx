import { clock, duration } from "../../../status/figures";
import type { Verdict as Judged } from "../../../status/pipeline-status";
import type { PipelineView } from "../pipeline-events";

/** The worst state of the pipeline in a sentence, aloud for those who listen, and the delay of the results. */
export function Verdict({ connection, status }: Pick<PipelineView, "connection" | "status">) {
  const { level, title, detail } = judged(connection, status);
  const seconds = status?.lag.resultSeconds;
  return (
    <section class="card verdict" data-level={level} aria-label="State of the pipeline">
      <div>
        <p class="title" role="status" aria-live="polite">
          {title}
        </p>
        <p class="detail">{detail}</p>
      </div>
      <p class="delay">
        <strong>{duration(seconds)}</strong> <span>oldest event not yet visible</span>
      </p>
    </section>
  );
}

function judged(connection: PipelineView["connection"], status: PipelineView["status"]): Judged {
  if (connection === "lost") {
    const asOf = status === undefined ? "" : ` What is shown is of ${clock(status.at)}.`;
    const detail = `The pipeline has said nothing for 3 s or more; trying again.${asOf}`;
    return { level: "problem", title: "Disconnected", detail };
  }
  return status?.verdict ?? { level: "unknown", title: "Connecting to the pipeline", detail: "" };
}
