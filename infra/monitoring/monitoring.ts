import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { canaryAlarms } from "../canary/monitoring";
import { sha256 } from "../core/bundle";
import { componentInputs } from "../core/component";
import { policyDocument } from "../core/iam";
import { consoleUrl } from "../core/partition";
import { present } from "../core/present";
import { deliveryAlarms } from "../delivery/monitoring";
import { applicationAlarms } from "../flink/monitoring";
import { functionAlarms } from "../function/monitoring";
import { ingestionAlarms } from "../ingestion/monitoring";
import { hostAlarms } from "../replay/monitoring";
import { changeAlarms, scalingAlarms } from "../scaling/monitoring";
import { domainAlarms, indexSilenceAlarm } from "../search/monitoring";
import {
  defaultMaxLagSeconds,
  idleAlarm,
  readerLagAlarms,
  resultsSilenceAlarm,
  streamAlarms,
} from "../stream/monitoring";
import { type Alarm, canariesAlone, type Condition, metricAlarmArgs } from "../watch/alarm";
import { type MonitoringArgs, validate } from "./args";
import { dashboardBody } from "./dashboard";

export interface AlarmTopicArgs {
  /** E-mail addresses and https URLs; each has to confirm. @default none */
  readonly subscribers?: readonly string[];
  /** ARN of the KMS key that encrypts messages and whose policy lets CloudWatch use it. @default messages are not encrypted at rest */
  readonly kmsKeyArn?: pulumi.Input<string> | undefined;
}

/** An SNS topic to which only the alarms of this account write. */
export class AlarmTopic extends pulumi.ComponentResource {
  readonly arn: pulumi.Output<string>;

  constructor(name: string, args: AlarmTopicArgs, opts?: pulumi.ComponentResourceOptions) {
    super("streaming:infra:AlarmTopic", name, componentInputs(args, "subscribers"), opts);

    const { accountId } = aws.getCallerIdentityOutput({}, { parent: this });
    const topic = new aws.sns.Topic(
      name,
      args.kmsKeyArn === undefined ? {} : { kmsMasterKeyId: args.kmsKeyArn },
      { parent: this },
    );
    new aws.sns.TopicPolicy(
      name,
      {
        arn: topic.arn,
        policy: policyDocument([
          {
            Sid: "AlarmsOfThisAccount",
            Effect: "Allow",
            Principal: { Service: "cloudwatch.amazonaws.com" },
            Action: "sns:Publish",
            Resource: topic.arn,
            Condition: { StringEquals: { "aws:SourceAccount": accountId } },
          },
          {
            Sid: "TlsOnly",
            Effect: "Deny",
            Principal: "*",
            Action: "sns:Publish",
            Resource: topic.arn,
            Condition: { Bool: { "aws:SecureTransport": "false" } },
          },
        ]),
      },
      { parent: this },
    );
    for (const endpoint of args.subscribers ?? []) {
      new aws.sns.TopicSubscription(
        // By hash: the token in the URL of a chat would stand in URNs and plans.
        `${name}-${sha256(endpoint).slice(0, 8)}`,
        endpoint.startsWith("https:")
          ? { topic: topic.arn, protocol: "https", endpoint: pulumi.secret(endpoint) }
          : { topic: topic.arn, protocol: "email", endpoint },
        { parent: this },
      );
    }

    this.arn = topic.arn;
    this.registerOutputs({ arn: this.arn });
  }
}

export type { MonitoringArgs } from "./args";

/** Alarms that a deployment, a release of the job or a reshard sets off for a while. */
export const setOffByChanges: readonly string[] = [
  "application-checkpoints-failed",
  "application-checkpoints-slow",
  "application-down",
  "application-lag",
  "application-restarts",
  "application-silent",
  "domain-silent",
  "results-silent",
];

/** Seconds that a change may take to show in its metric, and that the job may take to catch up after it. */
const suppression = { waitPeriod: 240, extensionPeriod: 900 };

/**
 * Alarms and a dashboard for every part of a pipeline that is named, with a topic for pages and one for tickets.
 *
 * Alarms that planned changes set off notify by one composite alarm per topic, which is suppressed while the scaling
 * function sees a change. docs/operations.md has each alarm with the first thing to do.
 *
 * @example
 * new Monitoring("monitoring", {
 *   title: "trips-dev",
 *   subscribers: ["on-call@example.com"],
 *   stream: { name: events.name, retentionHours: 24 },
 * });
 */
export class Monitoring extends pulumi.ComponentResource {
  /** ARN of the topic of pages, for further subscriptions such as that of a chat. */
  readonly topicArn: pulumi.Output<string>;
  /** ARN of the topic of tickets. */
  readonly ticketTopicArn: pulumi.Output<string>;
  /** Opens the dashboard in the console. */
  readonly dashboardUrl: pulumi.Output<string>;

  /** @throws Error that lists every invalid argument. */
  constructor(name: string, args: MonitoringArgs, opts?: pulumi.ComponentResourceOptions) {
    super(
      "streaming:infra:Monitoring",
      name,
      componentInputs(args, "subscribers", "ticketSubscribers"),
      opts,
    );
    validate(name, args);

    const child = { parent: this };
    const { title, subscribers, ticketSubscribers, kmsKeyArn, ...subjects } = args;
    const { region } = aws.getRegionOutput({}, child);
    const topic = (purpose: string, to: readonly string[] = []): pulumi.Output<string> =>
      new AlarmTopic(`${name}-${purpose}`, { subscribers: to, kmsKeyArn }, child).arn;
    const topics = {
      critical: topic("page", subscribers),
      warning: topic("ticket", ticketSubscribers),
    };
    const history = topic("history");
    const runbook = `${args.runbookUrl ?? "docs/operations.md"}#alarms`;
    const metricAlarm = (alarm: Condition, to: pulumi.Input<string>): aws.cloudwatch.MetricAlarm =>
      new aws.cloudwatch.MetricAlarm(
        `${name}-${alarm.name}`,
        metricAlarmArgs(alarm, { alarm: [to], ok: [to] }),
        child,
      );

    const alarms = watched(args).map((alarm) => {
      const { severity = "warning", lately } = alarm;
      const isSummed = lately !== undefined || setOffByChanges.includes(alarm.name);
      const to = isSummed ? history : topics[severity];
      const described = {
        ...alarm,
        description: `${alarm.description} Severity: ${severity}. Runbook: ${runbook}`,
      };
      const windows = [
        described,
        ...(lately ? [{ ...described, ...lately, name: `${alarm.name}-lately` }] : []),
      ].map((one) => metricAlarm(one, to));
      return { severity, isSummed, windows };
    });
    const [changing] = changeAlarms(args.scaling).map((one) => metricAlarm(one, history));
    const composite = (
      suffix: string,
      description: string,
      summed: typeof alarms,
      to: pulumi.Input<string>,
      suppressor?: aws.cloudwatch.MetricAlarm,
    ): aws.cloudwatch.CompositeAlarm =>
      new aws.cloudwatch.CompositeAlarm(
        suffix === "" ? name : `${name}-${suffix}`,
        {
          alarmName: pulumi.interpolate`${title}-${suffix === "" ? "unhealthy" : suffix}`,
          alarmDescription: `${description} Runbook: ${runbook}`,
          alarmRule: pulumi
            .all(summed.map(({ windows }) => pulumi.all(windows.map((one) => one.name))))
            .apply((rules) => rules.map(allOf).join(" OR ")),
          alarmActions: [to],
          okActions: [to],
          ...(suppressor && { actionsSuppressor: { alarm: suppressor.name, ...suppression } }),
        },
        child,
      );
    const critical = alarms.filter(({ severity }) => severity === "critical");
    const sum = composite(
      "",
      "The pipeline is unhealthy: one of its critical alarms is on.",
      critical,
      history,
    );
    for (const [suffix, severity] of [
      ["page", "critical"],
      ["ticket", "warning"],
    ] as const) {
      const summed = alarms.filter((one) => one.isSummed && one.severity === severity);
      if (summed.length === 0) continue;
      const description = `An alarm is on that planned changes set off, and no change is under way. Its reason names the alarm. Severity: ${severity}.`;
      composite(suffix, description, summed, topics[severity], changing);
    }

    const dashboard = new aws.cloudwatch.Dashboard(
      name,
      {
        dashboardName: title,
        dashboardBody: pulumi
          .output({
            ...subjects,
            region,
            alarmArns: [sum.arn, ...alarms.flatMap(({ windows }) => windows.map(({ arn }) => arn))],
          })
          .apply((all) => JSON.stringify(dashboardBody(all))),
      },
      child,
    );

    this.topicArn = topics.critical;
    this.ticketTopicArn = topics.warning;
    this.dashboardUrl = consoleUrl(
      region,
      pulumi.interpolate`cloudwatch/home?region=${region}#dashboards/dashboard/${dashboard.dashboardName}`,
    );
    this.registerOutputs({
      topicArn: this.topicArn,
      ticketTopicArn: this.ticketTopicArn,
      dashboardUrl: this.dashboardUrl,
    });
  }
}

/** The rule of a composite alarm that all of the alarms breach. */
function allOf(names: readonly string[]): string {
  const rule = names.map((alarm) => `ALARM("${alarm}")`).join(" AND ");
  return names.length > 1 ? `(${rule})` : rule;
}

function watched(args: MonitoringArgs): Alarm[] {
  const { stream, application, delivery, domain, host, scaling } = args;
  const { results, resultsDelivery, eventsDelivery, functionDelivery, canary, ingestion } = args;
  const idle = canary && canariesAlone;
  return present(
    stream && [...streamAlarms(stream), idleAlarm(stream, idle?.incoming)],
    stream && !application && readerLagAlarms(stream),
    application && applicationAlarms({ ...application, source: stream }),
    delivery && deliveryAlarms({ sourceName: stream?.name, ...delivery }),
    domain && domainAlarms(domain),
    domain && stream && application && indexSilenceAlarm(domain, stream.name, idle),
    canary && canaryAlarms(canary, stream?.maxLagSeconds ?? defaultMaxLagSeconds),
    host && hostAlarms(host),
    ingestion && ingestionAlarms(ingestion),
    scaling && scalingAlarms(scaling),
    results && stream && application && resultsSilenceAlarm(stream.name, results.name, idle),
    results && of("results", [...streamAlarms(results), ...readerLagAlarms(results)]),
    resultsDelivery &&
      of("results", deliveryAlarms({ sourceName: results?.name, ...resultsDelivery })),
    eventsDelivery && of("events", deliveryAlarms({ sourceName: stream?.name, ...eventsDelivery })),
    args.function && functionAlarms(args.function),
    functionDelivery && of("function", deliveryAlarms(functionDelivery)),
  );
}

/** Alarms on a second resource of a kind, named by its content. */
function of(content: string, alarms: readonly Alarm[]): Alarm[] {
  return alarms.map((alarm) => ({
    ...alarm,
    name: `${content}-${alarm.name}`,
    description: `Of ${content}: ${alarm.description}`,
  }));
}
