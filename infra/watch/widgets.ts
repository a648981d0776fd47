import { type Conditional, present } from "../core/present";
import {
  type Dimensions,
  type Metric,
  metric,
  type MetricFamily,
  type MetricName,
  type Statistic,
} from "./metrics";

/**
 * Widgets of a CloudWatch dashboard, as its body takes them:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
 */
export interface Widget {
  readonly type: "text" | "metric" | "alarm" | "log";
  readonly properties: Readonly<Record<string, unknown>>;
}

/** A widget with its place on a grid of 24 columns. */
export interface PlacedWidget extends Widget {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Widgets in rows, all of one size. */
export interface Section {
  /** @default none: the widgets continue below the section before */
  readonly heading?: string;
  /** Heading of docs/operations.md to read, as the anchor of its URL. @default no link */
  readonly runbook?: string;
  readonly widgets: readonly Conditional<Widget>[];
  /** Columns and rows of a widget. @default 8 by 6 */
  readonly size?: { readonly width: number; readonly height: number };
}

/** A line of a graph. */
export type Line =
  | {
      readonly metric: Metric<string>;
      readonly statistic: Statistic;
      readonly label: string;
      /** On the axis at the right. @default false */
      readonly right?: boolean;
    }
  | {
      /** Metric math over the metrics by id, which are not drawn themselves. */
      readonly expression: string;
      readonly label: string;
      readonly metrics: Readonly<
        Record<string, { readonly metric: Metric<string>; readonly statistic: Statistic }>
      >;
    };

export interface Mark {
  readonly label: string;
  readonly value: number;
}

const columns = 24;
const widgetSize = { width: 8, height: 6 };
const headingHeight = 1;

export function graph(
  title: string,
  lines: readonly Conditional<Line>[],
  marks: readonly Mark[] = [],
  periodSeconds = 60,
): Widget {
  return {
    type: "metric",
    properties: {
      title,
      view: "timeSeries",
      stacked: false,
      period: periodSeconds,
      metrics: present(...lines).flatMap(rows),
      ...(marks.length > 0 && { annotations: { horizontal: marks } }),
      yAxis: { left: { min: 0 }, right: { min: 0 } },
    },
  };
}

/** The latest value of one line as a figure. */
export function figure(title: string, line: Line): Widget {
  const { properties } = graph(title, [line]);
  return { type: "metric", properties: { ...properties, view: "singleValue", sparkline: true } };
}

/** Alarms that a widget can have. */
const alarmsPerWidget = 100;

/** The present state of alarms; with `only`, of those in that state, the latest change first. */
export function alarmStates(title: string, all: readonly string[], only?: "ALARM"): Widget[] {
  const filter = only && { states: [only], sortBy: "timestamp" };
  return Array.from({ length: Math.ceil(all.length / alarmsPerWidget) }, (_, index) => {
    const alarms = all.slice(index * alarmsPerWidget, (index + 1) * alarmsPerWidget);
    return { type: "alarm", properties: { title, alarms, ...filter } };
  });
}

/** Lines of a log that a query of Logs Insights finds. */
export function logLines(title: string, logGroup: string, query: string): Widget {
  return {
    type: "log",
    properties: { title, view: "table", query: `SOURCE '${logGroup}' | ${query}` },
  };
}

/** Places the sections, whose metrics are of a region, below each other; `runbookUrl` is where docs/operations.md can be read. */
export function layOut(sections: readonly Section[], region: string, runbookUrl?: string) {
  const placed: PlacedWidget[] = [];
  let y = 0;
  for (const { heading, runbook, size = widgetSize, ...section } of sections) {
    const widgets = present(...section.widgets);
    const perRow = columns / size.width;
    if (heading !== undefined) {
      const link = runbookUrl && runbook ? ` [Runbook](${runbookUrl}#${runbook})` : "";
      placed.push({
        type: "text",
        properties: { markdown: `## ${heading}${link}`, background: "transparent" },
        x: 0,
        y,
        width: columns,
        height: headingHeight,
      });
      y += headingHeight;
    }
    widgets.forEach((widget, index) => {
      const { type, properties } = widget;
      const isRegional = type === "metric" || type === "log";
      const { title } = properties;
      placed.push({
        type,
        properties: isRegional ? { title, region, ...properties } : properties,
        ...size,
        x: (index % perRow) * size.width,
        y: y + Math.floor(index / perRow) * size.height,
      });
    });
    y += Math.ceil(widgets.length / perRow) * size.height;
  }
  return placed;
}

/** A line as rows of `metrics`: the expression, and the hidden metrics that it is made of. */
function rows(line: Line, index: number): unknown[] {
  if (!("expression" in line)) {
    const { metric, statistic, label, right = false } = line;
    return [row(metric, { stat: statistic, label, ...(right && { yAxis: "right" }) })];
  }
  // An id is unique in its widget, so each line has its own.
  const ids = Object.keys(line.metrics);
  const own = (id: string): string => `${id}${index}`;
  const expression = line.expression.replace(/\b[a-z][A-Za-z0-9]*\b/g, (word) =>
    ids.includes(word) ? own(word) : word,
  );
  return [
    [{ expression, label: line.label, id: `line${index}` }],
    ...Object.entries(line.metrics).map(([id, { metric, statistic }]) =>
      row(metric, { id: own(id), stat: statistic, visible: false }),
    ),
  ];
}

function row({ namespace, name, dimensions }: Metric<string>, options: object): unknown[] {
  return [namespace, name, ...Object.entries(dimensions).flat(), options];
}

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

export function functionGraph(title: string, functionName: string): Widget {
  const line = linesOf("lambda", { FunctionName: functionName });
  return graph(title, [
    line("Invocations", "Sum", "invocations"),
    line("Errors", "Sum", "errors"),
    line("Throttles", "Sum", "throttled"),
    line("Duration", "p95", "duration, 95th percentile (ms)", true),
  ]);
}
