import type { LagMetric } from "../../watch/metrics";

/** What has to hold before a release counts as healthy. */
export interface GateRules {
  /** Minutes for which the job is watched at least. */
  readonly watchMinutes: number;
  /** Minutes, besides two checkpoint intervals, after which a job that is not yet healthy counts as sick. */
  readonly timeoutMinutes: number;
  /** Seconds that readers may be behind; further behind, they must be catching up. */
  readonly maxLagSeconds: number;
}

export interface ReleaseRules extends GateRules {
  /** Minutes to wait for another change of the application before the release is given up. */
  readonly busyMinutes: number;
  /** Minutes that an update, or the way back, may take; with a large state a snapshot takes its time. */
  readonly updateMinutes: number;
}

export const defaultRules: ReleaseRules = {
  watchMinutes: 5,
  timeoutMinutes: 20,
  maxLagSeconds: 60,
  busyMinutes: 20,
  updateMinutes: 45,
};

/** Settings of the function from the program; they travel as JSON in one environment variable. */
export interface ReleaseSettings {
  readonly application: string;
  /** Metrics that tell how far readers are behind. */
  readonly lagMetrics: readonly LagMetric[];
  readonly rules: ReleaseRules;
}

export const settingsVariable = "RELEASE_SETTINGS";
