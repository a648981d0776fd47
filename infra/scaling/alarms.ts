import type * as pulumi from "@pulumi/pulumi";
import { type Alarm, type Condition, type Reading, reading } from "../watch/alarm";
import {
  type MetricName,
  type ScaledTarget,
  type Statistic,
  subnetsId,
  targetIds,
} from "../watch/metrics";

export interface WatchedScaling {
  readonly functionName: pulumi.Input<string>;
  readonly apiName: pulumi.Input<string>;
  readonly apiStageName: string;
  /** What is scaled, and its largest capacity. */
  readonly targets: readonly ScaledTarget[];
  /** VPC whose subnets are measured. @default none */
  readonly vpcId?: pulumi.Input<string> | undefined;
}

/** Share of a subnet's addresses in use from which growth is in danger. */
export const addressesAlarmPercent = 80;

const units = { stream: "shards", application: "parallelism" } as const;

/** Does scaling work, and does it have room? */
export function scalingAlarms(scaling: WatchedScaling): Alarm[] {
  const api = { ApiName: scaling.apiName, Stage: scaling.apiStageName };
  const failing = (name: string, value: Reading, description: string): Alarm =>
    alarm(`scaling-${name}`, value, [">=", 1, 3], description);
  return [
    failing(
      "function-errors",
      reading("lambda", "Errors", { FunctionName: scaling.functionName }, "Sum"),
      "The scaling function has failed for a quarter of an hour: capacities are neither published nor changed. Look at its log.",
    ),
    failing(
      "api-errors",
      reading("api", "5XXError", api, "Sum"),
      "The scaling API has answered with errors for a quarter of an hour: nothing is scaled. Look at the logs of API and function.",
    ),
    failing(
      "api-refused",
      reading("api", "4XXError", api, "Sum"),
      "The scaling API has refused requests for a quarter of an hour: a caller without permission, or a throttled service. Its access log names the caller.",
    ),
    // Of all functions of the account; the default quota: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
    alarm(
      "function-concurrency",
      reading("functions", "ClaimedAccountConcurrency", {}, "Maximum"),
      [">=", 800, 3],
      "The Lambda functions of this account use 80 % of the default concurrency quota, 1,000, or more; beyond the quota they are throttled. Request a higher quota.",
    ),
    ...(scaling.vpcId === undefined
      ? []
      : [
          alarm(
            "network-addresses",
            reading(
              "scaling",
              "AddressesUsed",
              { Target: subnetsId, Name: scaling.vpcId },
              "Maximum",
            ),
            [">=", addressesAlarmPercent, 1],
            "A private subnet has 80 % or more of its addresses in use; without free ones neither functions nor the application grow, and the domain cannot be updated. Release network interfaces, or use larger subnets.",
          ),
        ]),
    ...scaling.targets.flatMap((target) => targetAlarms(target)),
  ];
}

function targetAlarms({ kind, name, max }: ScaledTarget): Alarm[] {
  const read = measured({ kind, name });
  const unit = units[kind];
  return [
    {
      ...alarm(
        `scaling-${kind}-silent`,
        read("Capacity", "Maximum"),
        ["<", 1, 3],
        `The scaling function has not published the ${unit} for a quarter of an hour: nothing is scaled. Look at its schedule and its log.`,
      ),
      missing: "breaching",
    },
    alarm(
      `scaling-${kind}-refused`,
      read("RefusedScaleOut", "Maximum"),
      [">=", 1, 1],
      `The ${unit} could not grow although the load requires it. The log of the scaling function has the reason: the changes of 24 hours are used, one shard is hot, or the service declined.`,
    ),
    alarm(
      `scaling-${kind}-failed`,
      read("FailedActivities", "Maximum"),
      [">=", 1, 3],
      `Scaling activities of the ${unit} have failed for a quarter of an hour. \`aws application-autoscaling describe-scaling-activities --service-namespace custom-resource\` has the reason.`,
    ),
    alarm(
      `scaling-${kind}-maximum`,
      read("Capacity", "Minimum"),
      [">=", max, 12],
      `The ${unit} have been at their maximum, ${max}, for an hour: raise the maximum, or find the source of the load.`,
    ),
    ...(kind === "stream"
      ? [
          alarm(
            "scaling-stream-changes",
            read("ChangesLeft", "Minimum"),
            ["<=", 2, 1],
            "At most 2 of the 10 shard changes in 24 hours are left. Raise the minimum of shards, so that fewer changes are needed.",
          ),
        ]
      : []),
  ];
}

/** An alarm, not for operators, that is on while a target changes its capacity, code or configuration. */
export function changeAlarms(scaling: WatchedScaling | undefined): Condition[] {
  if (scaling === undefined) return [];
  const readings = Object.fromEntries(
    scaling.targets.map((target) => [target.kind, measured(target)("Changing", "Maximum")]),
  );
  return [
    {
      name: "changing",
      description:
        "A deployment, a release or scaling changes stream or application: the alarms on it are suppressed.",
      value: {
        expression: `MAX([${Object.keys(readings)
          .map((id) => `FILL(${id}, 0)`)
          .join(", ")}])`,
        label: "1 while stream or application is changed",
        readings,
      },
      threshold: 1,
      periodSeconds: 60,
    },
  ];
}

function measured({ kind, name }: Pick<ScaledTarget, "kind" | "name">) {
  return (metric: MetricName<"scaling">, statistic: Statistic): Reading =>
    reading("scaling", metric, { Target: targetIds[kind], Name: name }, statistic);
}

function alarm(
  name: string,
  value: Reading,
  [comparison, threshold, periods]: readonly [">=" | "<=" | "<", number, number],
  description: string,
): Alarm {
  return { name, description, value, comparison, threshold, periods };
}
