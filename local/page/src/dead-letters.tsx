import type { JSX } from "preact";

import type { Part } from "../../status/pipeline-status";
import type { SearchStatus } from "../../status/result-status";
import { count, newYorkDay, newYorkTime } from "./format";

/** Records that could not be counted: how many for each reason, and the latest. */
export function DeadLetters(props: {
  readonly search: Part<SearchStatus> | undefined;
}): JSX.Element {
  const search = props.search?.up === true ? props.search.value : undefined;
  const reasons = Object.entries(search?.deadLetters ?? {});
  return (
    <section class="card" aria-labelledby="dead-letters-title">
      <h2 id="dead-letters-title">Dead letters</h2>
      {reasons.length === 0 ? (
        <p class="note">None: every record was counted</p>
      ) : (
        <p class="note">{reasons.map(([reason, n]) => `${count(n)} ${reason}`).join(", ")}</p>
      )}
      <ol class="dead-letters">
        {search?.latestDeadLetters.map(({ reason, detail, shardId, sequenceNumber, eventTime }) => (
          <li key={`${shardId} ${sequenceNumber}`}>
            <strong>{reason}</strong> {detail}
            <small>
              {shardId}, …{sequenceNumber.slice(-8)}
              {eventTime !== undefined && `, ${newYorkDay(eventTime)}, ${newYorkTime(eventTime)}`}
            </small>
          </li>
        ))}
      </ol>
    </section>
  );
}
