import type * as pulumi from "@pulumi/pulumi";
import { addressesAlarmPercent, type WatchedScaling } from "./alarms";
import { subnetsId, targetIds } from "../watch/metrics";
import { functionGraph, graph, linesOf, type Section } from "../watch/widgets";

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
