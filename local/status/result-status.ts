import * as v from "valibot";

/** A date as OpenSearch takes it, in text or in milliseconds. */
const instant = v.pipe(
  v.union([v.string(), v.number()]),
  v.check((date) => Number.isFinite(new Date(date).getTime())),
  v.transform((date) => (typeof date === "string" ? date : new Date(date).toISOString())),
);

export interface TaxiResults {
  readonly demand: DemandStatus | null;
  readonly airports: readonly AirportStatus[];
  /** Where most trips to an airport in its newest window came from, by airport. */
  readonly origins: readonly OriginStatus[];
}

/** What the domain holds; of the workloads' results those of the one that runs. */
export interface SearchStatus extends Partial<TaxiResults> {
  readonly documents: Readonly<Record<string, number>>;
  /** Index operations since the domain started: a result that is overwritten counts each time. */
  readonly writes: number;
  /** Documents of the index dead-letters by reason. */
  readonly deadLetters: Readonly<Record<string, number>>;
  /** The dead letters with the highest sequence numbers, newest first. */
  readonly latestDeadLetters: readonly v.InferOutput<typeof deadLetter>[];
  readonly newest: {
    readonly start: string;
    /** Seconds from the start of a window to that of the next. */
    readonly stepSeconds: number;
  } | null;
  readonly symbols?: readonly SymbolStatus[];
  readonly indices?: readonly IndexStatus[];
}

export interface IndexStatus {
  readonly index: string;
  readonly documents: number;
  readonly newest: readonly { readonly id: string; readonly source: object }[];
}

/** A document that the domain refused has no place in the stream. */
export const deadLetter = v.object({
  reason: v.string(),
  detail: v.optional(v.string(), ""),
  shardId: v.optional(v.string()),
  sequenceNumber: v.optional(v.string()),
  eventTime: v.optional(instant),
});

export interface DemandStatus {
  /** The newest window that is complete or, before there is one, the newest window. */
  readonly window: WindowDemand;
  readonly zones: readonly { readonly zone: number; readonly trips: number }[];
  readonly peak: number;
}

export interface WindowDemand {
  readonly start: string;
  readonly end: string;
  readonly complete: boolean;
  /** The zones of the window, the one with most trips first. */
  readonly zones: readonly ZoneDemand[];
  readonly top: readonly {
    readonly zone: number;
    /** Trips in this window and those that started before it, oldest first. */
    readonly trend: readonly number[];
  }[];
}

export interface PastWindow extends WindowDemand {
  /** The geohash cells of the window, the one with most trips first. */
  readonly cells: readonly v.InferOutput<typeof cellDemand>[];
}

const areaDemand = { trips: v.number(), normal: v.number(), score: v.number() };

/** `normal` is the area's mean over earlier windows, `score` is (trips − normal) / sqrt(max(normal, 1)). */
export type AreaDemand = Pick<ZoneDemand, keyof typeof areaDemand>;

export const zoneDemand = {
  ...areaDemand,
  zone: v.number(),
  zoneName: v.string(),
  borough: v.string(),
};
type ZoneDemand = Omit<ZoneDocument, "windowStart" | "windowEnd" | "complete">;

const windowed = { windowStart: instant, windowEnd: instant, complete: v.boolean() };

export const zoneDocument = v.object({ ...zoneDemand, ...windowed });
type ZoneDocument = v.InferOutput<typeof zoneDocument>;

export const cellDemand = v.object({ ...areaDemand, cell: v.string() });

export const topAreasDocument = v.object({ areas: v.array(v.object({ area: v.string() })) });

/** All windows there are, oldest first: start in epoch seconds, and trips of all zones. */
export type WindowList = readonly (readonly [start: number, trips: number])[];

const durations = {
  airport: v.string(),
  trips: v.number(),
  averageSeconds: v.number(),
  p50Seconds: v.number(),
  p95Seconds: v.number(),
  ...windowed,
};
export const airportStatus = v.object(durations);
type AirportStatus = v.InferOutput<typeof airportStatus>;

export const originStatus = v.object({ ...durations, zone: v.number(), zoneName: v.string() });
export type OriginStatus = v.InferOutput<typeof originStatus>;

export interface SymbolStatus {
  readonly symbol: string;
  readonly windows: readonly v.InferOutput<typeof tradeWindow>[];
}

export const tradeWindow = v.object({
  windowStart: instant,
  trades: v.number(),
  volume: v.number(),
  vwap: v.number(),
  open: v.number(),
  close: v.number(),
  high: v.number(),
  low: v.number(),
  changePercent: v.number(),
  complete: v.boolean(),
});
