import type { JSX } from "preact";

import type { Part, PipelineStatus } from "../../status/pipeline-status";
import type { PipelineView } from "./pipeline-events";

interface State {
  readonly name: "connecting" | "waiting" | "live" | "finished" | "disconnected";
  readonly text: string;
}

/** In one line, and aloud for those who listen: is what the page shows alive? */
export function ConnectionState(props: {
  readonly connection: PipelineView["connection"];
  readonly status: PipelineStatus | undefined;
}): JSX.Element {
  const { name, text } = stateOf(props.connection, props.status);
  return (
    <p class="state" data-state={name} role="status" aria-live="polite">
      <i aria-hidden="true" />
      {text}
    </p>
  );
}

function stateOf(
  connection: PipelineView["connection"],
  status: PipelineStatus | undefined,
): State {
  if (connection === "lost") {
    return {
      name: "disconnected",
      text: "Disconnected: the pipeline does not answer; trying again",
    };
  }
  if (status === undefined) return { name: "connecting", text: "Connecting to the pipeline" };
  switch (status.phase) {
    case "waiting":
      return { name: "waiting", text: `Waiting for data${waitingFor(status)}` };
    case "live":
      return { name: "live", text: "Live" };
    case "finished":
      return { name: "finished", text: "Finished: the replay has reached its end" };
  }
}

/** The first part on the way of a record that is not there yet. */
function waitingFor({ stream, search, job, replay }: PipelineStatus): string {
  const parts: [string, Part<unknown>][] = [
    ["the stream", stream],
    ["OpenSearch", search],
    ["the Flink job", job],
    ["the replay", replay],
  ];
  const missing = parts.find(([, part]) => !part.up);
  return missing === undefined ? "" : `: ${missing[0]} is not up yet`;
}
