import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { componentInputs } from "../core/component";
import { consoleUrl } from "../core/partition";
import { type Alarm, metricAlarmArgs } from "../watch/alarm";
import { applicationAlarms } from "../flink/alarms";
import { deliveryAlarms } from "../delivery/alarms";
import { domainAlarms, indexSilenceAlarm } from "../search/alarms";
import { hostAlarms } from "../replay/alarms";
import { scalingAlarms } from "../scaling/alarms";
import { idleAlarm, readerLagAlarms, streamAlarms } from "../stream/alarms";
import { dashboardBody } from "./dashboard";
import { type MonitoringArgs, validate } from "./args";
import { AlarmTopic } from "./topic";

export type { MonitoringArgs } from "./args";

/**
 * Alarms on every part of a pipeline that is named, one topic that they write to, an alarm that sums up the critical
 * ones, and a dashboard. What each alarm means is in docs/scaling.md and in the alarm's own description.
 *
 * @example
 * new Monitoring("monitoring", {
 *   title: "trips-dev",
 *   subscribers: ["on-call@example.com"],
 *   stream: { name: events.name, retentionHours: 24 },
 * });
 */
export class Monitoring extends pulumi.ComponentResource {
  /** ARN of the topic, for further subscriptions such as that of a chat. */
  readonly topicArn: pulumi.Output<string>;
  /** Opens the dashboard in the console. */
  readonly dashboardUrl: pulumi.Output<string>;

  /** @throws Error that lists every invalid argument. */
  constructor(name: string, args: MonitoringArgs, opts?: pulumi.ComponentResourceOptions) {
    super("streaming:infra:Monitoring", name, componentInputs(args, "subscribers"), opts);
    validate(name, args);

    const { title, subscribers = [], kmsKeyArn, ...subjects } = args;
    const { region } = aws.getRegionOutput({}, { parent: this });
    const topic = new AlarmTopic(`${name}-topic`, { subscribers, kmsKeyArn }, { parent: this });

    const alarms = watched(args).map((alarm) => ({
      ...alarm,
      resource: new aws.cloudwatch.MetricAlarm(
        `${name}-${alarm.name}`,
        metricAlarmArgs(alarm, { alarm: [topic.arn], ok: [topic.arn] }),
        { parent: this },
      ),
    }));
    const critical = alarms.filter(({ severity }) => severity === "critical");
    const sum = new aws.cloudwatch.CompositeAlarm(
      name,
      {
        alarmName: pulumi.interpolate`${title}-unhealthy`,
        alarmDescription: pulumi.interpolate`The pipeline ${title} is unhealthy: one of its critical alarms is on.`,
        alarmRule: pulumi
          .all(critical.map(({ resource }) => resource.name))
          .apply((names) => names.map((alarm) => `ALARM("${alarm}")`).join(" OR ")),
        alarmActions: [topic.arn],
        okActions: [topic.arn],
      },
      { parent: this },
    );

    const dashboard = new aws.cloudwatch.Dashboard(
      name,
      {
        dashboardName: title,
        dashboardBody: pulumi
          .output({
            ...subjects,
            region,
            alarmArns: [sum.arn, ...alarms.map(({ resource }) => resource.arn)],
          })
          .apply((all) => JSON.stringify(dashboardBody(all))),
      },
      { parent: this },
    );

    this.topicArn = topic.arn;
    this.dashboardUrl = consoleUrl(
      region,
      pulumi.interpolate`cloudwatch/home?region=${region}#dashboards/dashboard/${dashboard.dashboardName}`,
    );
    this.registerOutputs({ topicArn: this.topicArn, dashboardUrl: this.dashboardUrl });
  }
}

/** The alarms of whatever there is. */
function watched(args: MonitoringArgs): Alarm[] {
  const { stream, application, delivery, domain, host, scaling } = args;
  const { results, resultsDelivery, eventsDelivery } = args;
  return [
    ...(stream ? [...streamAlarms(stream), idleAlarm(stream)] : []),
    ...(stream && !application ? readerLagAlarms(stream) : []),
    ...(application ? applicationAlarms({ ...application, source: stream }) : []),
    ...(delivery ? deliveryAlarms({ sourceName: stream?.name, ...delivery }) : []),
    ...(domain ? domainAlarms(domain) : []),
    ...(domain && stream && application ? [indexSilenceAlarm(domain, stream.name)] : []),
    ...(host ? hostAlarms(host) : []),
    ...(scaling ? scalingAlarms(scaling) : []),
    ...(results ? of("results", [...streamAlarms(results), ...readerLagAlarms(results)]) : []),
    ...(resultsDelivery
      ? of("results", deliveryAlarms({ sourceName: results?.name, ...resultsDelivery }))
      : []),
    ...(eventsDelivery
      ? of("events", deliveryAlarms({ sourceName: stream?.name, ...eventsDelivery }))
      : []),
  ];
}

/** Alarms on a second resource of a kind, which say what it holds. */
function of(content: string, alarms: readonly Alarm[]): Alarm[] {
  return alarms.map((alarm) => ({
    ...alarm,
    name: `${content}-${alarm.name}`,
    description: `Of ${content}: ${alarm.description}`,
  }));
}
