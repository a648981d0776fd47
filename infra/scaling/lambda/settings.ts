import type { Rules } from "./decisions";

/** Metrics that the function itself publishes: what is measured, and what was asked for. */
export const namespace = "StreamingPipeline/Scaling";

/** One thing that can be scaled. Its id is the last part of its URL. */
export interface ScalableSettings {
  readonly kind: "stream" | "application";
  /** Name of the stream or of the application. */
  readonly name: string;
  readonly rules: Rules;
}

/** A metric that tells how many milliseconds a reader is behind. */
export interface LagMetric {
  readonly namespace: string;
  readonly metricName: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** What the program tells the function; it travels as JSON in one environment variable. */
export interface ScalingSettings {
  /** By id. */
  readonly targets: Readonly<Record<string, ScalableSettings>>;
  readonly lagMetrics: readonly LagMetric[];
  /** Decides and tells, but changes nothing. */
  readonly dryRun: boolean;
}

/** Name of that variable. */
export const settingsVariable = "SCALING_SETTINGS";
