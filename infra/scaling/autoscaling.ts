import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type Condition, metricAlarmArgs } from "../watch/alarm";
import type { WatchedScaling } from "./monitoring";
import { defaultMaxLagSeconds } from "../stream/monitoring";
import { present } from "../core/present";
import { stageName } from "../core/rest-api";
import { jobLag, readerLag, type ScaledTarget, targetIds, type TargetKind } from "../watch/metrics";
import { scalingApi } from "./api";
import { type AutoscalingArgs, type Bounds, validate } from "./args";
import { cooldowns, scalingFunction, steps } from "./function";
import { applicationScalingAlarms, type ScalingAlarms, streamScalingAlarms } from "./load-alarms";

export type { AutoscalingArgs } from "./args";

/** What Application Auto Scaling calls every custom resource. */
const dimension = {
  serviceNamespace: "custom-resource",
  scalableDimension: "custom-resource:ResourceType:Property",
} as const;

/**
 * Scales a stream and a Flink application by their load, by the clock, or both:
 * alarm → Application Auto Scaling policy → API Gateway → function → UpdateShardCount or UpdateApplication.
 *
 * Alarms say that there is too much or too little, policies by how much, and the function whether it may be done now
 * (docs/scaling.md). The owner of stream and application must leave shard count and parallelism alone.
 *
 * @example
 * new Autoscaling("scaling", {
 *   stream: { name: events.name, arn: events.arn, min: 2, max: 16, byLoad: true },
 *   logRetentionDays: 30,
 * });
 */
export class Autoscaling extends pulumi.ComponentResource {
  readonly watched: WatchedScaling;

  readonly #name: string;
  readonly #api: ReturnType<typeof scalingApi>;
  readonly #targets: aws.appautoscaling.Target[] = [];
  readonly #urls: Record<string, pulumi.Output<string>> = {};

  /** @throws Error that lists every invalid argument. */
  constructor(name: string, args: AutoscalingArgs, opts?: pulumi.ComponentResourceOptions) {
    super("streaming:infra:Autoscaling", name, args, opts);
    validate(name, args);
    this.#name = name;

    const { stream, application, logRetentionDays, kmsKeyArn } = args;
    const { sourceStreamName, sourceApplicationName: reader = application?.name } = args;
    const lag = reader === undefined ? readerLag(sourceStreamName) : jobLag(reader);
    const maxLagMilliseconds = (args.maxLagSeconds ?? defaultMaxLagSeconds) * 1000;

    const {
      name: functionName,
      invokeArn,
      everyMinute,
    } = scalingFunction(
      `${name}-function`,
      { ...args, lagMetrics: [lag], maxLagMilliseconds },
      { parent: this },
    );
    const createLogRole = args.createApiGatewayLogRole ?? false;
    this.#api = scalingApi(
      `${name}-api`,
      { functionName, invokeArn, createLogRole, logRetentionDays, kmsKeyArn },
      { parent: this },
    );

    if (stream !== undefined) {
      this.#scale("stream", stream, 1, () =>
        streamScalingAlarms(stream.name, targetIds.stream, lag, maxLagMilliseconds),
      );
    }
    if (application !== undefined) {
      this.#scale("application", application, application.parallelismPerKpu, () =>
        applicationScalingAlarms(application.name, lag, maxLagMilliseconds),
      );
    }

    everyMinute(this.#urls);

    this.watched = {
      functionName,
      apiName: this.#api.apiName,
      apiStageName: stageName,
      vpcId: args.network && pulumi.output(args.network.vpcId),
      targets: present<ScaledTarget>(
        stream && { kind: "stream", name: stream.name, max: stream.max },
        application && { kind: "application", name: application.name, max: application.max },
      ),
    };
    this.registerOutputs({ functionName, apiName: this.#api.apiName });
  }

  #scale(kind: TargetKind, bounds: Bounds, magnitude: number, alarms: () => ScalingAlarms): void {
    const { schedules = [] } = bounds;
    const target = new aws.appautoscaling.Target(
      `${this.#name}-${kind}`,
      {
        ...dimension,
        resourceId: this.#api.urlOf(targetIds[kind]),
        minCapacity: bounds.min,
        maxCapacity: bounds.max,
      },
      {
        parent: this,
        // The target is read when it is registered, and the first of an account makes the service-linked role for all.
        dependsOn: [...this.#api.ready, ...this.#targets],
        // A deployment must not undo what a schedule has set.
        ignoreChanges: schedules.length > 0 ? ["minCapacity", "maxCapacity"] : [],
      },
    );
    this.#targets.push(target);
    const { resourceId } = target;
    this.#urls[targetIds[kind]] = resourceId;
    if (bounds.byLoad) {
      const { out, surge, in: back } = alarms();
      const growth = surge === undefined ? [out] : [out, surge];
      this.#step(`${kind}-out`, resourceId, growth, cooldowns[kind].out, magnitude, steps.out);
      this.#step(`${kind}-in`, resourceId, [back], cooldowns[kind].in, magnitude, steps.in);
    }
    for (const schedule of schedules) {
      new aws.appautoscaling.ScheduledAction(
        `${this.#name}-${kind}-${schedule.name}`,
        {
          ...dimension,
          resourceId,
          schedule: schedule.schedule,
          timezone: schedule.timezone ?? "UTC",
          scalableTargetAction: { minCapacity: schedule.min, maxCapacity: schedule.max },
        },
        { parent: this },
      );
    }
  }

  #step(
    suffix: string,
    resourceId: pulumi.Output<string>,
    alarms: readonly Condition[],
    cooldown: number,
    magnitude: number,
    percent: number,
  ): void {
    const policy = new aws.appautoscaling.Policy(
      `${this.#name}-${suffix}`,
      {
        ...dimension,
        resourceId,
        policyType: "StepScaling",
        stepScalingPolicyConfiguration: {
          adjustmentType: "PercentChangeInCapacity",
          cooldown,
          metricAggregationType: "Average",
          minAdjustmentMagnitude: magnitude,
          stepAdjustments: [
            percent > 0
              ? { metricIntervalLowerBound: "0", scalingAdjustment: percent }
              : { metricIntervalUpperBound: "0", scalingAdjustment: percent },
          ],
        },
      },
      { parent: this },
    );
    for (const alarm of alarms) {
      new aws.cloudwatch.MetricAlarm(
        `${this.#name}-${alarm.name}`,
        metricAlarmArgs(alarm, { alarm: [policy.arn] }),
        { parent: this },
      );
    }
  }
}
