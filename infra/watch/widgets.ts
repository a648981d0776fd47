import type { Metric, Statistic } from "./metrics";

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

/** Widgets under a heading. */
export interface Section {
  readonly heading: string;
  readonly widgets: readonly Widget[];
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

/** A threshold drawn across a graph, usually that of an alarm. */
export interface Mark {
  readonly label: string;
  readonly value: number;
}

const columns = 24;
const widgetSize = { width: 8, height: 6 };
const headingHeight = 1;

/** A graph over time. */
export function graph(
  region: string,
  title: string,
  lines: readonly Line[],
  marks: readonly Mark[] = [],
  periodSeconds = 60,
): Widget {
  return {
    type: "metric",
    properties: {
      title,
      region,
      view: "timeSeries",
      stacked: false,
      period: periodSeconds,
      metrics: lines.flatMap((line, index) => rows(line, index)),
      ...(marks.length > 0 && { annotations: { horizontal: marks } }),
      yAxis: { left: { min: 0 }, right: { min: 0 } },
    },
  };
}

/** The present state of alarms. */
export function alarmStates(title: string, alarms: readonly string[]): Widget {
  return { type: "alarm", properties: { title, alarms } };
}

/** Lines of a log that a query of Logs Insights finds. */
export function logLines(region: string, title: string, logGroup: string, query: string): Widget {
  return {
    type: "log",
    properties: { title, region, view: "table", query: `SOURCE '${logGroup}' | ${query}` },
  };
}

/** Places the sections below each other, their widgets three to a row. */
export function layOut(sections: readonly Section[]): PlacedWidget[] {
  const placed: PlacedWidget[] = [];
  const perRow = columns / widgetSize.width;
  let y = 0;
  for (const { heading, widgets } of sections) {
    placed.push({
      type: "text",
      properties: { markdown: `## ${heading}`, background: "transparent" },
      x: 0,
      y,
      width: columns,
      height: headingHeight,
    });
    y += headingHeight;
    widgets.forEach((widget, index) => {
      placed.push({
        ...widget,
        ...widgetSize,
        x: (index % perRow) * widgetSize.width,
        y: y + Math.floor(index / perRow) * widgetSize.height,
      });
    });
    y += Math.ceil(widgets.length / perRow) * widgetSize.height;
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
