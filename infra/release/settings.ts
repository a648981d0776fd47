import type { LagMetric } from "../scaling/settings";

/** What has to hold before a release counts as healthy. */
export interface GateRules {
  /** Minutes for which the job is watched at least. */
  readonly watchMinutes: number;
  /** Minutes after which a job that is not yet healthy counts as sick. */
  readonly timeoutMinutes: number;
  /** Seconds that readers may be behind; further behind, they must be catching up. */
  readonly maxLagSeconds: number;
}

/** How long a release waits. */
export interface ReleaseRules extends GateRules {
  /** Minutes to wait for somebody else's change of the application before nothing is released. */
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

/**
 * The metric that tells how many milliseconds the job is behind: in a stream that it polls, or as the stream's consumer
 * with enhanced fan-out, which never asks for records.
 * https://docs.aws.amazon.com/streams/latest/dev/monitoring-with-cloudwatch.html
 */
export function readerLag<Name>(
  StreamName: Name,
  ConsumerName?: string,
): Omit<LagMetric, "dimensions"> & { readonly dimensions: Record<string, Name | string> } {
  const namespace = "AWS/Kinesis";
  return ConsumerName === undefined
    ? { namespace, metricName: "GetRecords.IteratorAgeMilliseconds", dimensions: { StreamName } }
    : {
        namespace,
        metricName: "SubscribeToShardEvent.MillisBehindLatest",
        dimensions: { StreamName, ConsumerName },
      };
}

/** What the program tells the function; it travels as JSON in one environment variable. */
export interface ReleaseSettings {
  /** Name of the application. */
  readonly application: string;
  /** Metrics that tell how far readers are behind. */
  readonly lagMetrics: readonly LagMetric[];
  readonly rules: ReleaseRules;
}

/** Name of that variable. */
export const settingsVariable = "RELEASE_SETTINGS";
