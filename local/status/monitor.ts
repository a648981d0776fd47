import { setTimeout as delay } from "node:timers/promises";
import { type Parts, probes, type StatusSources } from "./collect-status";
import { newEvents } from "./journal";
import {
  known,
  type ActionsStatus,
  type JournalEntry,
  type Lag,
  type PipelineStatus,
  type Rates,
  type Sample,
  type ShardRate,
  type Waits,
} from "./pipeline-status";
import { stagesOf, verdictOf } from "./verdict";

const POLL_MILLISECONDS = 1000;
/** Part of a poll in which answers are awaited: a status comes each second, with or without all answers. */
const ANSWERS_MILLISECONDS = 800;
/** Ten minutes. */
const SAMPLES = 600;
const JOURNAL = 200;
/** Polls that a rate looks back on: ten seconds. */
const LOOK_BACK = 10;
/** Per second: https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html */
const SHARD_LIMIT = { records: 1000, bytes: 1024 * 1024 };

/** What an event may take from the stream into a window, and a window until its first result. */
const ON_THE_WAY_SECONDS = 5;

export interface MonitorOptions {
  readonly sources: () => StatusSources;
  /** What a viewer has set. @default nothing can be done */
  readonly actions?: () => ActionsStatus;
  /** Milliseconds since the epoch. @default the clock */
  readonly now?: () => number;
}

/** The one truth about the pipeline: asks its parts each second, and keeps ten minutes and what happened. */
export class PipelineMonitor {
  readonly #options: MonitorOptions;
  readonly #now: () => number;
  readonly #probes: ReturnType<typeof probes>;
  readonly #listeners = new Set<(status: PipelineStatus, sample: Sample) => void>();
  /** Every event up to `eventTime` had been put by `at`; both in milliseconds. */
  readonly #puts: { readonly at: number; readonly eventTime: number }[] = [];
  readonly #counters: ReturnType<typeof countersOf>[] = [];
  readonly #since = new Map<string, { readonly state: string; readonly at: string }>();
  #samples: readonly Sample[] = [];
  #journal: readonly JournalEntry[] = [];
  #status: PipelineStatus | undefined;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(options: MonitorOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#probes = probes(options.sources, this.#now);
  }

  get samples(): readonly Sample[] {
    return this.#samples;
  }

  status(): Promise<PipelineStatus> {
    return this.#status === undefined ? this.poll() : Promise.resolve(this.#status);
  }

  note(kind: JournalEntry["kind"], text: string): void {
    const entry = { at: new Date(this.#now()).toISOString(), kind, text };
    this.#journal = [...this.#journal, entry].slice(-JOURNAL);
  }

  /** @returns ends the subscription */
  onStatus(listener: (status: PipelineStatus, sample: Sample) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Polls until it is stopped. @param pollMilliseconds @default a second @returns stops it */
  run(pollMilliseconds = POLL_MILLISECONDS): () => void {
    const poll = async (): Promise<void> => {
      const begun = performance.now();
      await this.poll(ANSWERS_MILLISECONDS);
      if (this.#stopped) return;
      const rest = pollMilliseconds - (performance.now() - begun);
      this.#timer = setTimeout(() => void poll(), Math.max(0, rest));
    };
    void poll();
    return () => {
      this.#stopped = true;
      clearTimeout(this.#timer);
    };
  }

  /**
   * Asks every part. Never rejects: a part that does not answer is down in the status.
   * @param patience milliseconds after which missing answers are not awaited. @default none
   */
  async poll(patience?: number): Promise<PipelineStatus> {
    const answers = this.#probes.ask();
    const late = patience === undefined ? [] : [delay(patience, undefined, { ref: false })];
    await Promise.race([answers, ...late]);
    const [status, sample] = this.#compose();
    for (const listener of this.#listeners) listener(status, sample);
    return status;
  }

  #compose(): [PipelineStatus, Sample] {
    const at = this.#now();
    const before = this.#status;
    const { workload: source, policies, resources } = this.#options.sources();
    const { name, description, plugin } = source;
    const actions = this.#options.actions?.();
    const parts = this.#probes.parts();
    this.#remember(parts, at);
    const facts = {
      at: new Date(at).toISOString(),
      workload: { name, description, ...(plugin !== undefined && { plugin }) },
      ...parts,
      phase: phaseOf(parts),
      rates: this.#rates(parts),
      lag: this.#lag(parts, at),
      ...(actions && { actions }),
    };
    const context = {
      since: (part: keyof Parts) => this.#since.get(part)?.at ?? facts.at,
      earlier: (this.#samples.at(-LOOK_BACK / 2) ?? this.#samples[0])?.waits ?? null,
    };
    for (const { kind, text } of before ? newEvents(before, facts, context.since) : []) {
      this.note(kind, text);
    }
    // After the events, which tell how long the last state lasted.
    this.#noteStates(parts, facts.at);
    const sample: Sample = {
      at: at / 1000,
      put: facts.rates.recordsPut,
      read: facts.rates.recordsRead,
      written: facts.rates.writes,
      waits: facts.lag.waits,
    };
    this.#samples = [...this.#samples, sample].slice(-SAMPLES);
    const status: PipelineStatus = {
      ...facts,
      verdict: verdictOf(facts, context),
      stages: stagesOf(facts, context),
      journal: this.#journal,
      policies,
      resources,
    };
    this.#status = status;
    return [status, sample];
  }

  #remember(parts: Parts, at: number): void {
    const eventTime = known(parts.replay)?.progress.eventTime ?? null;
    if (eventTime !== null && Date.parse(eventTime) !== this.#puts.at(-1)?.eventTime) {
      this.#puts.push({ at, eventTime: Date.parse(eventTime) });
    }
    if (this.#puts.length > SAMPLES) this.#puts.shift();
    this.#counters.push(countersOf(parts, at));
    if (this.#counters.length > LOOK_BACK + 1) this.#counters.shift();
  }

  #noteStates({ replay, stream, job, search }: Parts, at: string): void {
    const states = {
      replay: String(replay.up),
      stream: String(stream.up),
      job: job.up ? job.value.state : "down",
      search: String(search.up),
    };
    for (const [part, state] of Object.entries(states)) {
      if (this.#since.get(part)?.state !== state) this.#since.set(part, { state, at });
    }
  }

  #rates({ replay }: Parts): Rates {
    const now = this.#counters.at(-1);
    const earlier = this.#counters[0];
    const seconds = now && earlier ? (now.at - earlier.at) / 1000 : 0;
    // A count that went down was reset by a restart.
    const rate = (to: number | null | undefined, from: number | null | undefined) =>
      typeof to !== "number" || typeof from !== "number" || seconds <= 0 || to < from
        ? null
        : (to - from) / seconds;
    const sameJob = now?.job === earlier?.job;
    const shards = [...(now?.taken ?? [])].flatMap(([id, taken]): [string, ShardRate][] => {
      const from = earlier?.taken.get(id);
      const [records, bytes] = [
        rate(taken?.records, from?.records),
        rate(taken?.bytes, from?.bytes),
      ];
      if (records === null || bytes === null) return [];
      const load = Math.max(records / SHARD_LIMIT.records, bytes / SHARD_LIMIT.bytes);
      return [[id, { records, bytes, load }]];
    });
    return {
      // The last progress line of a replay that is over or paused still has the earlier rate.
      recordsPut: !replay.up
        ? null
        : replay.value.finished || replay.value.paused
          ? 0
          : replay.value.progress.recordsPerSecond,
      recordsRead: sameJob ? rate(now?.read, earlier?.read) : null,
      writes: rate(now?.writes, earlier?.writes),
      throttled: rate(now?.throttled, earlier?.throttled),
      shards: Object.fromEntries(shards),
    };
  }

  #lag(parts: Parts, at: number): Lag {
    const { replay, stream, job } = parts;
    const progress = replay.up ? replay.value.progress : undefined;
    const eventTime = progress?.eventTime ?? null;
    const watermark = job.up ? job.value.watermark : null;
    const open = known(stream)?.shards.map(({ id }) => id);
    const behind = (job.up ? job.value.shards : [])
      // A shard that was closed by a reshard keeps its last figure.
      .filter(({ id }) => open?.includes(id) ?? true)
      .flatMap(({ millisBehindLatest }) => millisBehindLatest ?? []);
    const consumerSeconds = behind.length === 0 ? null : Math.max(...behind) / 1000;
    const resultSeconds = this.#resultSeconds(parts, at, consumerSeconds ?? 0);
    return {
      replaySeconds: progress?.replayLagSeconds ?? null,
      consumerSeconds,
      resultSeconds,
      waits: resultSeconds === null ? null : this.#waits(parts, at, resultSeconds, consumerSeconds),
      watermarkSeconds:
        watermark === null || eventTime === null
          ? null
          : (Date.parse(eventTime) - Date.parse(watermark)) / 1000,
    };
  }

  /**
   * The wall-clock age of the oldest event that is not in a visible result. Events are put in the order of their time: all
   * that were put after the newest result's window had passed are not visible yet. Those that a complete checkpoint covers
   * have left the job; without a result they are dead letters or duplicates.
   */
  #resultSeconds({ job, search }: Parts, at: number, behindSeconds: number): number | null {
    const status = known(search);
    if (status === undefined || this.#puts.length === 0) return null;
    const { newest } = status;
    const visible = newest === null ? 0 : Date.parse(newest.start) + 1000 * newest.stepSeconds;
    const checkpoint = job.up ? job.value.checkpoints : undefined;
    const covered = checkpoint?.lastAt
      ? Date.parse(checkpoint.lastAt) -
        (checkpoint.lastMilliseconds ?? 0) -
        1000 * (behindSeconds + ON_THE_WAY_SECONDS)
      : 0;
    const waiting = this.#puts.find((put) => put.eventTime >= visible && put.at > covered);
    return waiting === undefined ? 0 : (at - waiting.at) / 1000;
  }

  /** The oldest event is the one that has come furthest: first it waits at the sink, then in the stream. */
  #waits({ job, search }: Parts, at: number, seconds: number, behind: number | null): Waits {
    const down = search.up ? 0 : search.last ? (at - Date.parse(search.last.at)) / 1000 : Infinity;
    const atSink = Math.min(seconds, down);
    const isRunning = job.up && job.value.state === "RUNNING";
    const inStream = Math.min(seconds - atSink, isRunning ? (behind ?? 0) : seconds);
    return { stream: inStream, job: seconds - atSink - inStream, search: atSink };
  }
}

/** What only grows, of the parts that answer. */
function countersOf({ replay, stream, job, search }: Parts, at: number) {
  return {
    at,
    job: job.up ? job.value.id : null,
    read: job.up ? job.value.recordsRead : null,
    writes: search.up ? search.value.writes : null,
    throttled: replay.up ? replay.value.progress.throttled : null,
    taken: new Map((stream.up ? stream.value.shards : []).map(({ id, taken }) => [id, taken])),
  };
}

function phaseOf({ replay, search }: Parts): PipelineStatus["phase"] {
  const value = known(replay);
  if (value?.finished === true) return "finished";
  const documents = Object.values(known(search)?.documents ?? {});
  const put = value?.progress.recordsPut ?? 0;
  return put > 0 || documents.some((count) => count > 0) ? "live" : "waiting";
}
