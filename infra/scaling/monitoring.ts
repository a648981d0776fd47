import type * as pulumi from "@pulumi/pulumi";
import { present } from "../core/present";
import { type Alarm, alarm, type Condition, reading, readingsOf } from "../watch/alarm";
import { type ScaledTarget, subnetsId, targetIds } from "../watch/metrics";
import { functionGraph, graph, linesOf, type Section } from "../watch/widgets";

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
const addressesAlarmPercent = 80;

const units = { stream: "shards", application: "parallelism" } as const;

/** Does scaling work, and does it have room? */
export function scalingAlarms(scaling: WatchedScaling): Alarm[] {
  const { functionName, vpcId } = scaling;
  const api = { ApiName: scaling.apiName, Stage: scaling.apiStageName };
  const errors = reading("lambda", "Errors", { FunctionName: functionName }, "Sum");
  return present(
    alarm("scaling-function-errors", errors),
    alarm("scaling-api-errors", reading("api", "5XXError", api, "Sum")),
    alarm("scaling-api-refused", reading("api", "4XXError", api, "Sum")),
    // Of all functions of the account; the default quota: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
    alarm("function-concurrency", reading("functions", "ClaimedAccountConcurrency", {}, "Maximum")),
    vpcId !== undefined &&
      alarm(
        "network-addresses",
        reading("scaling", "AddressesUsed", { Target: subnetsId, Name: vpcId }, "Maximum"),
        { threshold: addressesAlarmPercent },
      ),
    scaling.targets.flatMap((target) => targetAlarms(target)),
  );
}

function targetAlarms({ kind, name, max }: ScaledTarget): Alarm[] {
  const read = measured({ kind, name });
  const texts = { kind, unit: units[kind] };
  return present(
    alarm("scaling-{kind}-silent", read("Capacity", "Maximum"), {}, texts),
    alarm("scaling-{kind}-refused", read("RefusedScaleOut", "Maximum"), {}, texts),
    alarm("scaling-{kind}-failed", read("FailedActivities", "Maximum"), {}, texts),
    alarm("scaling-{kind}-maximum", read("Capacity", "Minimum"), { threshold: max }, texts),
    kind === "stream" && alarm("scaling-stream-changes", read("ChangesLeft", "Minimum")),
  );
}

/** An alarm, not for operators, that is on while a target changes its capacity, code or configuration. */
export function changeAlarms(scaling: WatchedScaling | undefined): Condition[] {
  if (scaling === undefined) return [];
  const readings = Object.fromEntries(
    scaling.targets.map((target) => [target.kind, measured(target)("Changing", "Maximum")]),
  );
  const changing = Object.keys(readings).map((id) => `FILL(${id}, 0)`);
  return [
    alarm("changing", {
      expression: `MAX([${changing.join(", ")}])`,
      label: "1 while stream or application is changed",
      readings,
    }),
  ];
}

function measured({ kind, name }: Pick<ScaledTarget, "kind" | "name">) {
  return readingsOf("scaling", { Target: targetIds[kind], Name: name });
}

/** What was scaled, and whether the scaler works. */
export function scalingSection(scaling: pulumi.Unwrap<WatchedScaling>): Section {
  const api = linesOf("api", { ApiName: scaling.apiName, Stage: scaling.apiStageName });
  const lines = scaling.targets.map(({ kind, name, max }) => {
    return { kind, max, line: linesOf("scaling", { Target: targetIds[kind], Name: name }) };
  });
  const { vpcId } = scaling;
  const addresses =
    vpcId === undefined ? undefined : linesOf("scaling", { Target: subnetsId, Name: vpcId });
  const titles = { stream: "Open shards", application: "Parallelism" };
  return {
    heading: "Scaling",
    runbook: "reshard-and-scale",
    widgets: [
      lines.map(({ kind, max, line }) =>
        graph(
          titles[kind],
          [
            line("Capacity", "Maximum", "present"),
            line("RequestedCapacity", "Maximum", "asked for"),
          ],
          [{ label: "maximum", value: max }],
        ),
      ),
      graph(
        "Changes left in 24 hours, and growth that was refused",
        lines.flatMap(({ kind, line }) => [
          line("ChangesLeft", "Minimum", `${kind}: left`),
          line("RefusedScaleOut", "Maximum", `${kind}: refused`, true),
        ]),
      ),
      addresses &&
        graph(
          "Addresses in use in the fullest private subnet",
          [addresses("AddressesUsed", "Maximum", "percent")],
          [{ label: "alarm", value: addressesAlarmPercent }],
        ),
      functionGraph("Function", scaling.functionName),
      graph("API", [
        api("Count", "Sum", "requests"),
        api("4XXError", "Sum", "refused"),
        api("5XXError", "Sum", "failed"),
        api("Latency", "Average", "latency (ms)", true),
      ]),
    ],
  };
}
