import type { Form } from "../core/validate";

/** The service's name of a Flink version; which there are changes faster than this program: https://docs.aws.amazon.com/managed-flink/latest/java/release-version-list.html */
export const flinkRuntime: Form = {
  pattern: /^FLINK-[0-9]+_[0-9]+$/,
  description: "FLINK- and a version, such as FLINK-1_20",
};

/** Whether a runtime encrypts state with a customer managed key: https://docs.aws.amazon.com/managed-flink/latest/java/key-management-flink.html */
export function takesCustomerKey(runtime: string): boolean {
  const [major = 0, minor = 0] = (runtime.match(/[0-9]+/g) ?? []).map(Number);
  return major > 1 || minor >= 20;
}

/**
 * How far a job can be scaled that first started with a parallelism: its state is divided into so many key groups then,
 * and stays so for good.
 * https://nightlies.apache.org/flink/flink-docs-release-1.20/docs/dev/datastream/execution/parallel/#setting-the-maximum-parallelism
 */
export function maxParallelism(parallelism: number): number {
  return Math.max(128, 2 ** Math.ceil(Math.log2(parallelism + Math.floor(parallelism / 2))));
}

/** https://docs.aws.amazon.com/managed-flink/latest/apiv2/API_PropertyGroup.html */
export const flinkPropertyGroupName: Form = {
  pattern: /^[a-zA-Z0-9_.-]{1,50}$/,
  description: "1 to 50 letters, digits, dots, hyphens and underscores",
};

/** https://docs.aws.amazon.com/managed-flink/latest/apiv2/API_CreateApplicationSnapshot.html */
export const flinkSnapshotName: Form = {
  pattern: /^[a-zA-Z0-9_.-]{1,256}$/,
  description: "1 to 256 letters, digits, dots, hyphens and underscores",
};

/** https://docs.aws.amazon.com/managed-flink/latest/apiv2/API_MonitoringConfiguration.html */
export const flinkLogLevels = ["INFO", "WARN", "ERROR", "DEBUG"] as const;
export type FlinkLogLevel = (typeof flinkLogLevels)[number];

/** From the cheapest; PARALLELISM has a metric for each instance of each operator: https://docs.aws.amazon.com/managed-flink/latest/apiv2/API_MonitoringConfiguration.html */
export const flinkMetricsLevels = ["APPLICATION", "TASK", "OPERATOR", "PARALLELISM"] as const;
export type FlinkMetricsLevel = (typeof flinkMetricsLevels)[number];
