import type { LagMetric } from "../../watch/metrics";
import type { Rules } from "./decisions";
import type { SubnetSettings } from "./subnets";

/** One thing that can be scaled. Its id is the last part of its URL. */
export interface ScalableSettings {
  readonly kind: "stream" | "application";
  /** Name of the stream or of the application. */
  readonly name: string;
  readonly rules: Rules;
}

/** Settings of the function from the program; they travel as JSON in one environment variable. */
export interface ScalingSettings {
  readonly targets: Readonly<Record<string, ScalableSettings>>;
  readonly lagMetrics: readonly LagMetric[];
  readonly subnets?: SubnetSettings;
  /** Decides and reports, but changes nothing. */
  readonly dryRun: boolean;
}

export const settingsVariable = "SCALING_SETTINGS";
