import type * as pulumi from "@pulumi/pulumi";

export type TargetKind = "stream" | "application";

/** Last parts of the URLs under which Application Auto Scaling reaches the targets. */
export const targetIds = {
  stream: "stream-shards",
  application: "application-parallelism",
} as const satisfies Record<TargetKind, string>;

/** `Target` of the metric of a network's subnets, whose `Name` is the id of the VPC. */
export const subnetsId = "subnets";

export interface ScaledTarget {
  readonly kind: TargetKind;
  readonly name: pulumi.Input<string>;
  readonly max: number;
}

/** Namespace of the metrics that the scaling function publishes: what is measured, and what was requested. */
export const scalingNamespace = "StreamingPipeline/Scaling";

/** A metric with the milliseconds by which a reader is behind. */
export interface LagMetric {
  readonly namespace: string;
  readonly metricName: string;
  readonly dimensions: Readonly<Record<string, string>>;
}
