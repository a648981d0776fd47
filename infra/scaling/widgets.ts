import type * as pulumi from "@pulumi/pulumi";
import type { WatchedScaling } from "./alarms";
import { targetIds } from "../watch/scaling-targets";
import { capacityLine, functionGraph, linesOf } from "../watch/lines";
import { graph, type Section } from "../watch/widgets";

/** What was scaled, and whether the scaler works. */
export function scalingSection(region: string, scaling: pulumi.Unwrap<WatchedScaling>): Section {
  const api = linesOf("api", { ApiName: scaling.apiName, Stage: scaling.apiStageName });
  const titles = { stream: "Open shards", application: "Parallelism" };
  return {
    heading: "Scaling",
    runbook: "reshard-and-scale",
    widgets: [
      ...scaling.targets.map(({ kind, name, max }) =>
        graph(
          region,
          titles[kind],
          [capacityLine("Capacity", kind, name), capacityLine("RequestedCapacity", kind, name)],
          [{ label: "maximum", value: max }],
        ),
      ),
      graph(
        region,
        "Changes left in 24 hours, and growth that was refused",
        scaling.targets.flatMap(({ kind, name }) => {
          const line = linesOf("scaling", { Target: targetIds[kind], Name: name });
          return [
            line("ChangesLeft", "Minimum", `${kind}: left`),
            line("RefusedScaleOut", "Maximum", `${kind}: refused`, true),
          ];
        }),
      ),
      functionGraph(region, "Function", scaling.functionName),
      graph(region, "API", [
        api("Count", "Sum", "requests"),
        api("4XXError", "Sum", "refused"),
        api("5XXError", "Sum", "failed"),
        api("Latency", "Average", "latency (ms)", true),
      ]),
    ],
  };
}
