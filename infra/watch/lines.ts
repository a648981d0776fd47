import { graph, type Widget } from "./widgets";
import {
  type Dimensions,
  metric,
  type MetricFamily,
  type MetricName,
  type Statistic,
} from "./metrics";

/** Makes the lines of one resource: metric, statistic, label. */
export function linesOf<Family extends MetricFamily>(
  family: Family,
  dimensions: Dimensions<Family, string>,
) {
  return (name: MetricName<Family>, statistic: Statistic, label: string, right = false) => ({
    metric: metric(family, name, dimensions),
    statistic,
    label,
    right,
  });
}

export function functionGraph(region: string, title: string, functionName: string): Widget {
  const line = linesOf("lambda", { FunctionName: functionName });
  return graph(region, title, [
    line("Invocations", "Sum", "invocations"),
    line("Errors", "Sum", "errors"),
    line("Throttles", "Sum", "throttled"),
    line("Duration", "p95", "duration, 95th percentile (ms)", true),
  ]);
}
