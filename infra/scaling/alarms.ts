import type * as pulumi from "@pulumi/pulumi";
import { type Alarm, reading } from "../watch/alarm";
import { type ScaledTarget, targetIds } from "../watch/scaling-targets";

/** A scaler to be watched. */
export interface WatchedScaling {
  readonly functionName: pulumi.Input<string>;
  readonly apiName: pulumi.Input<string>;
  readonly apiStageName: string;
  /** What is scaled, and its largest capacity. */
  readonly targets: readonly ScaledTarget[];
}

const units = { stream: "shards", application: "parallelism" } as const;

/** Does scaling work, and has it room? */
export function scalingAlarms(scaling: WatchedScaling): Alarm[] {
  const failures = { comparison: ">=", threshold: 1, periodSeconds: 300, periods: 3 } as const;
  return [
    {
      name: "scaling-function-errors",
      description:
        "The scaling function has failed for a quarter of an hour: capacities are neither published nor changed. Its log tells why.",
      value: reading("lambda", "Errors", { FunctionName: scaling.functionName }, "Sum"),
      ...failures,
    },
    {
      name: "scaling-api-errors",
      description:
        "The scaling API has answered with errors for a quarter of an hour: nothing is scaled. The logs of API and function tell why.",
      value: reading(
        "api",
        "5XXError",
        { ApiName: scaling.apiName, Stage: scaling.apiStageName },
        "Sum",
      ),
      ...failures,
    },
    {
      name: "scaling-api-refused",
      description:
        "The scaling API has refused requests for a quarter of an hour: a caller without permission, or a service that is asked too often. Its access log names the caller.",
      value: reading(
        "api",
        "4XXError",
        { ApiName: scaling.apiName, Stage: scaling.apiStageName },
        "Sum",
      ),
      ...failures,
    },
    ...scaling.targets.map(({ kind, name }): Alarm => ({
      name: `scaling-${kind}-silent`,
      description: `The scaling function has not published the ${units[kind]} for a quarter of an hour: nothing is scaled. Look at its schedule and its log.`,
      value: reading("scaling", "Capacity", { Target: targetIds[kind], Name: name }, "Maximum"),
      comparison: "<",
      threshold: 1,
      periods: 3,
      missing: "breaching",
    })),
    ...scaling.targets.map(({ kind, name }): Alarm => ({
      name: `scaling-${kind}-refused`,
      description: `The ${units[kind]} could not grow although the load asks for it. The log of the scaling function gives the reason: the changes of 24 hours are used, one shard is hot, or the service declined.`,
      value: reading(
        "scaling",
        "RefusedScaleOut",
        { Target: targetIds[kind], Name: name },
        "Maximum",
      ),
      threshold: 1,
    })),
    ...scaling.targets.map(({ kind, name, max }): Alarm => ({
      name: `scaling-${kind}-maximum`,
      description: `The ${units[kind]} have been at their maximum, ${max}, for an hour: raise the maximum, or find out what makes so much load.`,
      value: reading("scaling", "Capacity", { Target: targetIds[kind], Name: name }, "Minimum"),
      threshold: max,
      periods: 12,
    })),
  ];
}
