import type * as pulumi from "@pulumi/pulumi";
import type { WatchedScaling } from "./alarms";
import { capacityLine, functionGraph, linesOf } from "../watch/lines";
import { graph, type Section } from "../watch/widgets";

/** What was scaled, and whether the scaler works. */
export function scalingSection(region: string, scaling: pulumi.Unwrap<WatchedScaling>): Section {
  const api = linesOf("api", { ApiName: scaling.apiName, Stage: scaling.apiStageName });
  const titles = { stream: "Open shards", application: "Parallelism" };
  return {
    heading: "Scaling",
    widgets: [
      ...scaling.targets.map(({ kind, name, max }) =>
        graph(
          region,
          titles[kind],
          [capacityLine("Capacity", kind, name), capacityLine("RequestedCapacity", kind, name)],
          [{ label: "maximum", value: max }],
        ),
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
