import type * as pulumi from "@pulumi/pulumi";
import { applicationSection } from "../flink/widgets";
import { deliverySection } from "../delivery/widgets";
import { domainSection } from "../search/widgets";
import { scalingSection } from "../scaling/widgets";
import { hostSection } from "../replay/widgets";
import { destinations } from "../delivery/alarms";
import { linesOf } from "../watch/lines";
import {
  type Dimensions,
  jobLag,
  type Metric,
  metric,
  type MetricFamily,
  type MetricName,
  readerLag,
  type Statistic,
} from "../watch/metrics";
import { streamSection } from "../stream/widgets";
import type { MonitoringArgs } from "./args";
import {
  alarmStates,
  figure,
  graph,
  layOut,
  type Line,
  type PlacedWidget,
  type Widget,
} from "../watch/widgets";

/** What metric math is made of, by id. */
type Readings = Extract<Line, { expression: string }>["metrics"];

/** What a dashboard shows: the watched resources by their plain names. */
export type DashboardSubjects = pulumi.Unwrap<
  Omit<MonitoringArgs, "title" | "subscribers" | "kmsKeyArn">
> & {
  readonly region: string;
  /** ARNs of the alarms, the one that sums up first. */
  readonly alarmArns: readonly string[];
};

/** The body of a CloudWatch dashboard. */
export interface DashboardBody {
  readonly start: string;
  readonly periodOverride: "inherit";
  readonly widgets: readonly PlacedWidget[];
}

/** The whole pipeline from top to bottom: what is wrong, then each part in the order of the data's way. */
export function dashboardBody(subjects: DashboardSubjects): DashboardBody {
  const { region, stream, host, application, results, domain, delivery, scaling } = subjects;
  const { alarmArns } = subjects;
  return {
    start: "-PT3H",
    periodOverride: "inherit",
    widgets: layOut(
      [
        {
          widgets: [alarmStates("In alarm, the newest first", alarmArns, "ALARM")],
          size: { width: 24, height: 3 },
        },
        { widgets: figures(subjects), size: { width: 4, height: 4 } },
        {
          widgets: [graph(region, "Delay of each hop (s)", delays(subjects))],
          size: { width: 24, height: 7 },
        },
        ...(host ? [hostSection(region, host, stream?.name)] : []),
        ...(stream ? [streamSection(region, "Stream", stream, scaling?.targets)] : []),
        ...(application ? [applicationSection(region, application)] : []),
        ...(results ? [streamSection(region, "Results stream", results)] : []),
        ...(domain ? [domainSection(region, domain)] : []),
        ...(delivery ? [deliverySection(region, delivery)] : []),
        ...(scaling ? [scalingSection(region, scaling)] : []),
        {
          heading: "Alarms",
          runbook: "alarms",
          widgets: [alarmStates("All alarms", alarmArns)],
          size: { width: 24, height: 8 },
        },
      ],
      subjects.runbookUrl,
    ),
  };
}

/** What to look at first, of the parts that there are. Metric math names the metrics of a figure a, b, c, d. */
function figures({ region, stream, application, domain }: DashboardSubjects): Widget[] {
  const ofStream = stream && { StreamName: stream.name };
  const ofJob = application && { Application: application.name };
  const all: [title: string, unit: string, expression: string, Readings | undefined][] = [
    ["Records in", "a second", "a / 60", read("stream", ofStream, "Sum", "IncomingRecords")],
    [
      "Result age",
      "seconds",
      "a / 1000",
      read("application", ofJob, "Maximum", "millisBehindLatest"),
    ],
    ["Throttled", "a minute", "SUM([a, b])", read("stream", ofStream, "Sum", ...throttled)],
    [
      // No metric has it: the time since the duration of the last checkpoint changed, at most the dashboard's range.
      "Checkpoint age",
      "seconds",
      "EPOCH(a) - MAX(IF(DIFF(a) != 0, EPOCH(a), MIN(EPOCH(a))))",
      read("application", ofJob, "Maximum", "lastCheckpointDuration"),
    ],
    [
      // Four samples a minute of each counter, as in the application's section.
      "Dead letters",
      "since the job's start",
      "SUM([a, b, c, d]) / 4",
      read("application", ofJob, "Sum", "future", "late", "malformed", "rejected"),
    ],
    [
      "Free storage",
      "GiB of the fullest node",
      "a / 1024",
      read("domain", dimensionsOf(domain), "Minimum", "FreeStorageSpace"),
    ],
  ];
  return all.flatMap(([title, label, expression, metrics]) =>
    metrics ? [figure(region, title, { expression, label, metrics })] : [],
  );
}

const throttled = [
  "WriteProvisionedThroughputExceeded",
  "ReadProvisionedThroughputExceeded",
] as const;

/** Seconds that a record waits or travels between two parts; those of deliveries, which buffer, at the right. */
function delays(subjects: DashboardSubjects): Line[] {
  const { stream, application, domain, results } = subjects;
  const behind = (metric: Metric<string>): Readings => ({ a: { metric, statistic: "Maximum" } });
  const ofStream = stream && { StreamName: stream.name };
  const hops = {
    "producer to stream": read("stream", ofStream, "Average", "PutRecords.Latency"),
    "stream to readers": stream && !application && behind(readerLag(stream.name)),
    "stream to job": application && behind(jobLag(application.name)),
    "into the index": read("domain", dimensionsOf(domain), "Average", "IndexingLatency"),
    "results to readers": results && behind(readerLag(results.name)),
  };
  const deliveries = {
    "stream to archive": subjects.delivery,
    "results to archive": subjects.resultsDelivery,
    "stream to index of events": subjects.eventsDelivery,
  };
  return [
    ...Object.entries(hops).flatMap(([label, metrics]): Line[] =>
      metrics ? [{ expression: "a / 1000", label, metrics }] : [],
    ),
    ...Object.entries(deliveries).flatMap(([label, one]): Line[] => {
      if (one === undefined) return [];
      const line = linesOf("delivery", { DeliveryStreamName: one.name });
      return [line(destinations[one.destination ?? "S3"].freshness, "Maximum", label, true)];
    }),
  ];
}

/** Metrics of one resource, where there is such a resource. */
function read<Family extends MetricFamily>(
  family: Family,
  dimensions: Dimensions<Family, string> | undefined,
  statistic: Statistic,
  ...names: readonly MetricName<Family>[]
): Readings | undefined {
  if (dimensions === undefined) return undefined;
  const entries = names.map((name, at) => {
    return ["abcd".charAt(at), { metric: metric(family, name, dimensions), statistic }] as const;
  });
  return Object.fromEntries(entries);
}

function dimensionsOf(domain: DashboardSubjects["domain"]) {
  return domain && { DomainName: domain.name, ClientId: domain.accountId };
}
