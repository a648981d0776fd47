import { clock } from "../../../status/figures";
import type { JournalEntry } from "../../../status/pipeline-status";

const TOLD = 12;

export function Journal({ journal }: { readonly journal: readonly JournalEntry[] }) {
  const entries = events(journal).slice(-TOLD).reverse();
  return (
    <section class="card" aria-labelledby="journal-title">
      <h2 id="journal-title">What happened</h2>
      {entries.length === 0 && <p class="note">Nothing yet</p>}
      <ol class="journal" aria-live="polite">
        {entries.map(({ at, kind, text }) => (
          <li key={`${at} ${text}`} data-kind={kind}>
            <time dateTime={at}>{clock(at)}</time> <span>{text}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** The journal without checkpoints, which come all the time. */
export function events(journal: readonly JournalEntry[]): readonly JournalEntry[] {
  return journal.filter(({ kind }) => kind !== "checkpoint");
}
