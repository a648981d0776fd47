import { newEvents } from "../../../local/status/journal";
import type { JournalEntry, PipelineStatus, Sample } from "../../../local/status/pipeline-status";
import type { StatusFeed } from "../../../local/page-server/status-events";
import { judged } from "./fake-status";

export interface FakeFeed extends StatusFeed {
  /** Says nothing until it is called again. */
  freeze(frozen: boolean): void;
  stop(): void;
}

/** A feed that judges and sends whatever the status is, every few milliseconds, which count as a second. */
export function fakeFeed(current: () => PipelineStatus, milliseconds = 50): FakeFeed {
  const listeners = new Set<(status: PipelineStatus, sample: Sample) => void>();
  let seconds = 0;
  let frozen = false;
  let journal: readonly JournalEntry[] = [];
  let samples: readonly Sample[] = [];
  let before: PipelineStatus | undefined;
  const next = (): PipelineStatus => {
    const now = current();
    const at = new Date(Date.parse(now.at) + 1000 * seconds++).toISOString();
    const events = before === undefined ? [] : newEvents(before, { ...now, at }, () => now.at);
    journal = [...journal, ...events.map((event) => ({ at, ...event }))];
    const status = judged({ ...now, at, journal: [...now.journal, ...journal] });
    const { rates, lag } = status;
    const sample = {
      at: Date.parse(at) / 1000,
      put: rates.recordsPut,
      read: rates.recordsRead,
      written: rates.writes,
      waits: lag.waits,
    };
    samples = [...samples, sample];
    before = status;
    for (const listener of listeners) listener(status, sample);
    return status;
  };
  next();
  const timer = setInterval(() => {
    if (!frozen) next();
  }, milliseconds);
  return {
    status: () => Promise.resolve(before ?? next()),
    get samples() {
      return samples;
    },
    onStatus(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    freeze(wanted) {
      frozen = wanted;
    },
    stop() {
      clearInterval(timer);
    },
  };
}
