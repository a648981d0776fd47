export interface SearchStatus {
  /** Documents by index. */
  readonly documents: Readonly<Record<string, number>>;
  /** Index operations since the domain started: a result that is overwritten counts each time. */
  readonly writes: number;
  /** Documents of the index dead-letters by reason. */
  readonly deadLetters: Readonly<Record<string, number>>;
  /** The dead letters with the highest sequence numbers, newest first. */
  readonly latestDeadLetters: readonly DeadLetter[];
  /** Results of the workload taxi; null before there are any. */
  readonly demand: DemandStatus | null;
  readonly airports: readonly AirportStatus[];
  /** Where most trips to an airport in its newest window came from, by airport. */
  readonly origins: readonly OriginStatus[];
  /** Results of the workload trades, by symbol. */
  readonly symbols: readonly SymbolStatus[];
}

export interface DeadLetter {
  readonly reason: string;
  readonly detail: string;
  readonly shardId: string;
  readonly sequenceNumber: string;
  readonly eventTime?: string;
}

export interface DemandStatus {
  /** The newest window that is complete or, before there is one, the newest window. */
  readonly window: WindowDemand;
  /** Every zone of which a trip was counted. */
  readonly zones: readonly ZoneTotal[];
  /** Most trips that one zone has had in one window. */
  readonly peak: number;
}

export interface WindowDemand {
  readonly start: string;
  readonly end: string;
  readonly complete: boolean;
  /** The zones of the window, the one with most trips first. */
  readonly zones: readonly ZoneDemand[];
  /** The job's own list of the zones with most trips; empty before it is written. */
  readonly top: readonly TopArea[];
}

/** A window as the slider shows it. */
export interface PastWindow extends WindowDemand {
  /** The geohash cells of the window, the one with most trips first. */
  readonly cells: readonly CellDemand[];
}

/** Trips, and how they compare with what is normal: the same area's mean over the windows before. */
export interface AreaDemand {
  readonly trips: number;
  readonly normal: number;
  /** (trips − normal) / sqrt(max(normal, 1)). */
  readonly score: number;
}

export interface ZoneDemand extends AreaDemand {
  readonly zone: number;
  readonly zoneName: string;
  readonly borough: string;
}

export interface CellDemand extends AreaDemand {
  readonly cell: string;
}

export interface TopArea {
  readonly rank: number;
  readonly zone: number;
  readonly name: string;
  readonly trips: number;
  /** Trips in this window and those that started before it, oldest first. */
  readonly trend: readonly number[];
}

/** All windows there are, oldest first: start in epoch seconds, and trips of all zones. */
export type WindowList = readonly (readonly [start: number, trips: number])[];

export interface ZoneTotal {
  readonly zone: number;
  /** Trips so far. */
  readonly trips: number;
  /** Trips a window on average, over all windows so far. */
  readonly tripsPerWindow: number;
}

interface DurationResult {
  readonly airport: string;
  readonly windowStart: string;
  readonly windowEnd: string;
  readonly trips: number;
  readonly averageSeconds: number;
  readonly p50Seconds: number;
  readonly p95Seconds: number;
  readonly complete: boolean;
}

export type AirportStatus = DurationResult;

export interface OriginStatus extends DurationResult {
  readonly zone: number;
  readonly zoneName: string;
}

export interface SymbolStatus {
  readonly symbol: string;
  /** Its newest windows, oldest first. */
  readonly windows: readonly TradeWindow[];
}

export interface TradeWindow {
  readonly windowStart: string;
  readonly trades: number;
  readonly volume: number;
  readonly vwap: number;
  readonly open: number;
  readonly close: number;
  readonly high: number;
  readonly low: number;
  readonly changePercent: number;
  readonly complete: boolean;
}
