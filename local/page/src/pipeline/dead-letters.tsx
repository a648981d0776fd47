import { count } from "../../../status/figures";
import { known, type PipelineStatus } from "../../../status/pipeline-status";
import { AsOf } from "../as-of";
import { newYorkDay, newYorkTime } from "../format";

export function DeadLetters({ search }: Pick<PipelineStatus, "search">) {
  const found = known(search);
  const reasons = Object.entries(found?.deadLetters ?? {});
  const text =
    found === undefined
      ? "Not known yet"
      : reasons.length === 0
        ? "None: every record was counted"
        : reasons.map(([reason, n]) => `${count(n)} ${reason}`).join(", ");
  return (
    <section class="card" aria-labelledby="dead-letters-title">
      <h2 id="dead-letters-title">Dead letters</h2>
      <p class="note">{text}</p>
      <AsOf part={search} />
      <ol class="dead-letters" data-old={!search.up}>
        {found?.latestDeadLetters.map(
          ({ reason, detail, shardId, sequenceNumber, eventTime }, place) => (
            <li key={sequenceNumber ?? place}>
              <strong>{reason}</strong> {detail}
              <small>
                {[
                  ...(shardId === undefined ? [] : [shardId]),
                  ...(sequenceNumber === undefined ? [] : [`…${sequenceNumber.slice(-8)}`]),
                  ...(eventTime === undefined
                    ? []
                    : [newYorkDay(eventTime), newYorkTime(eventTime)]),
                ].join(", ")}
              </small>
            </li>
          ),
        )}
      </ol>
    </section>
  );
}
