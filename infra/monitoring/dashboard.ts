import type * as pulumi from "@pulumi/pulumi";
import { present } from "../core/present";
import { applicationSection } from "../flink/monitoring";
import { deliverySection, destinations } from "../delivery/monitoring";
import { domainSection } from "../search/monitoring";
import { functionSection } from "../function/monitoring";
import { queriesSection } from "../query/monitoring";
import { scalingSection } from "../scaling/monitoring";
import { ingestionSection } from "../ingestion/monitoring";
import { hostSection } from "../replay/monitoring";
import {
  alarmStates,
  figure,
  graph,
  layOut,
  type Line,
  linesOf,
  type Section,
  type Widget,
} from "../watch/widgets";
import { readerLag, type Statistic } from "../watch/metrics";
import { streamSection } from "../stream/monitoring";
import type { MonitoringArgs } from "./args";

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

/** The whole pipeline from top to bottom: what is wrong, then each part in the order of the data's way. */
export function dashboardBody(subjects: DashboardSubjects) {
  const { region, stream, host, application, results, domain, delivery, scaling } = subjects;
  const { alarmArns, queries, ingestion } = subjects;
  const row = (height: number, widgets: readonly Widget[]): Section => {
    return { widgets, size: { width: 24, height } };
  };
  return {
    start: "-PT3H",
    periodOverride: "inherit",
    widgets: layOut(
      present(
        row(3, alarmStates("In alarm, the newest first", alarmArns, "ALARM")),
        { widgets: figures(subjects), size: { width: 4, height: 4 } },
        row(7, [graph("Delay of each hop (s)", delays(subjects))]),
        subjects.canary && canaryRow(subjects.canary.streamName),
        host && hostSection(host, stream?.name),
        ingestion && ingestionSection(ingestion),
        stream && streamSection("Stream", stream),
        application && applicationSection(application),
        results && streamSection("Results stream", results),
        domain && domainSection(domain),
        delivery && deliverySection(delivery),
        queries && queriesSection(queries),
        subjects.function && functionSection(subjects.function),
        scaling && scalingSection(scaling),
        { ...row(8, alarmStates("All alarms", alarmArns)), heading: "Alarms", runbook: "alarms" },
      ),
      region,
      subjects.runbookUrl,
    ),
  };
}

/** How old results are, end to end, and how many records are in them. */
function canaryRow(Stream: string): Section {
  const line = linesOf("canary", { Stream });
  return {
    widgets: [
      graph("Age of the newest canary in the index (s)", [line("Age", "Maximum", "age")]),
      graph("Records of an hour that the job accounts for (%)", [
        line("Completeness", "Average", "completeness"),
      ]),
    ],
    size: { width: 12, height: 6 },
  };
}

/** What to look at first, of the parts that there are. Metric math names the metrics of a figure a, b, c, d. */
function figures(subjects: DashboardSubjects): Widget[] {
  const { stream, job, domain } = readers(subjects);
  const all: [title: string, unit: string, expression: string, Readings | undefined][] = [
    ["Records in", "a second", "a / 60", stream?.("Sum", "IncomingRecords")],
    ["Result age", "seconds", "a / 1000", job?.("Maximum", "millisBehindLatest")],
    [
      "Throttled",
      "a minute",
      "SUM([a, b])",
      stream?.("Sum", "WriteProvisionedThroughputExceeded", "ReadProvisionedThroughputExceeded"),
    ],
    [
      // No metric has it: the time since the duration of the last checkpoint changed, at most the dashboard's range.
      "Checkpoint age",
      "seconds",
      "EPOCH(a) - MAX(IF(DIFF(a) != 0, EPOCH(a), MIN(EPOCH(a))))",
      job?.("Maximum", "lastCheckpointDuration"),
    ],
    [
      // Four samples a minute of each counter, as in the application's section.
      "Dead letters",
      "since the job's start",
      "SUM([a, b, c, d]) / 4",
      job?.("Sum", "future", "late", "malformed", "rejected"),
    ],
    [
      "Free storage",
      "GiB of the fullest node",
      "a / 1024",
      domain?.("Minimum", "FreeStorageSpace"),
    ],
  ];
  return all.flatMap(([title, label, expression, metrics]) =>
    metrics ? [figure(title, { expression, label, metrics })] : [],
  );
}

/** Seconds that a record waits or travels between two parts; those of deliveries, which buffer, at the right. */
function delays(subjects: DashboardSubjects): Line[] {
  const { stream, job, domain } = readers(subjects);
  const behind = ({ name }: { readonly name: string }): Readings => {
    return { a: { metric: readerLag(name), statistic: "Maximum" } };
  };
  const hops = {
    "producer to stream": stream?.("Average", "PutRecords.Latency"),
    "stream to readers": subjects.stream && !job && behind(subjects.stream),
    "stream to job": job?.("Maximum", "millisBehindLatest"),
    "into the index": domain?.("Average", "IndexingLatency"),
    "results to readers": subjects.results && behind(subjects.results),
  };
  const deliveries = {
    "stream to archive": subjects.delivery,
    "results to archive": subjects.resultsDelivery,
    "stream to index of events": subjects.eventsDelivery,
    "function to its bucket": subjects.functionDelivery,
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

function readers({ stream, application, domain }: DashboardSubjects) {
  return {
    stream: stream && reader(linesOf("stream", { StreamName: stream.name })),
    job: application && reader(linesOf("application", { Application: application.name })),
    domain:
      domain && reader(linesOf("domain", { DomainName: domain.name, ClientId: domain.accountId })),
  };
}

function reader<Name>(line: (name: Name, statistic: Statistic, label: string) => Readings[string]) {
  return (statistic: Statistic, ...names: readonly Name[]): Readings =>
    Object.fromEntries(names.map((name, at) => ["abcd".charAt(at), line(name, statistic, "")]));
}
