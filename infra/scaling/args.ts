import type * as pulumi from "@pulumi/pulumi";
import type { OperatedApplication } from "../flink/permissions";
import { limits, logRetentionDays } from "../core/limits";
import { type Form, Problems, type Range } from "../core/validate";

/** Bounds that change by the clock. */
export interface Schedule {
  /** Lower-case letters, digits and hyphens; part of the resource's name. */
  readonly name: string;
  /** When the bounds change, such as cron(0 6 ? * MON-FRI *): https://docs.aws.amazon.com/autoscaling/application/userguide/scheduled-scaling-using-cron-expressions.html */
  readonly schedule: string;
  /** Time zone of the schedule, an IANA name. @default UTC */
  readonly timezone?: string | undefined;
  /** Smallest capacity from then on, inside the bounds of the target. */
  readonly min: number;
  /** Largest capacity from then on, inside the bounds of the target. */
  readonly max: number;
}

/** How far a capacity may go, and what moves it. */
export interface Bounds {
  readonly min: number;
  readonly max: number;
  /** Alarms on the load change the capacity. */
  readonly byLoad: boolean;
  /** Changes of the bounds by the clock. @default none */
  readonly schedules?: readonly Schedule[];
}

export interface AutoscalingArgs {
  /** A provisioned stream whose shards are scaled, 1 to 10,000. @default none */
  readonly stream?:
    | (Bounds & { readonly name: pulumi.Input<string>; readonly arn: pulumi.Input<string> })
    | undefined;
  /** A Flink application whose parallelism is scaled, 1 to 256 in multiples of `parallelismPerKpu`, without the service's own scaling. @default none */
  readonly application?:
    | (Bounds &
        OperatedApplication & {
          readonly name: pulumi.Input<string>;
          readonly parallelismPerKpu: number;
        })
    | undefined;
  /** Name of the stream whose readers must keep up before anything shrinks. */
  readonly sourceStreamName: pulumi.Input<string>;
  /** Name of the Flink application whose lag counts. @default the scaled application; without one, the slowest reader that polls */
  readonly sourceApplicationName?: pulumi.Input<string> | undefined;
  /** Network whose addresses the function measures, as growth takes them. @default not measured */
  readonly network?:
    | {
        readonly vpcId: pulumi.Input<string>;
        readonly subnetIds: pulumi.Input<pulumi.Input<string>[]>;
      }
    | undefined;
  /** Seconds that readers may be behind while capacity shrinks, 1 to 86,400; more counts as full load. @default 60 */
  readonly maxLagSeconds?: number;
  /** Decides and logs, but changes nothing. @default false */
  readonly dryRun?: boolean;
  /** Makes the role with which API Gateway writes logs in this account and region; there is one. @default false */
  readonly createApiGatewayLogRole?: boolean;
  /** Days for which logs are kept, one of those CloudWatch Logs offers. */
  readonly logRetentionDays: number;
  /** ARN of the KMS key that encrypts logs and settings. @default the services' own keys */
  readonly kmsKeyArn?: pulumi.Input<string> | undefined;
}

/** A time or times at which Application Auto Scaling acts. */
export const scheduleExpression: Form = {
  pattern:
    /^(cron\(\S+( \S+){5}\)|rate\([1-9][0-9]* (minute|hour|day)s?\)|at\(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\))$/,
  description:
    "cron(minutes hours day month weekday year), rate(2 hours) or at(2026-01-31T06:00:00)",
};

const scheduleName: Form = {
  pattern: /^[a-z][a-z0-9-]{0,39}$/,
  description: "1 to 40 lower-case letters, digits and hyphens, beginning with a letter",
};

/** Seconds that readers may be behind. */
export const lagSeconds: Range = { min: 1, max: 86_400 };

/** What the parts of the bounds are called where they come from. */
export interface BoundNames {
  readonly min: string;
  readonly max: string;
  readonly schedules: string;
}

/** Reports bounds, each in range, that contradict each other or are not multiples of `granularity`. */
export function checkBounds(
  names: BoundNames,
  { min, max, schedules = [] }: Omit<Bounds, "byLoad">,
  granularity: number,
  problems: Problems,
): void {
  // What could not be read has its complaint already.
  if (Number.isNaN(min + max)) return;
  for (const [name, value] of [
    [names.min, min],
    [names.max, max],
  ] as const) {
    problems.require(
      !(value % granularity > 0),
      `${name} must be a multiple of the parallelism per KPU, ${granularity}; got ${value}`,
    );
  }
  problems.require(
    min < max,
    `${names.min} must be less than ${names.max}, ${max}, or there is nothing to scale; got ${min}`,
  );
  const unique = new Set(schedules.map(({ name }) => name));
  problems.require(
    unique.size === schedules.length,
    `${names.schedules} must have names that differ from each other; got ${schedules.map(({ name }) => name).join(", ")}`,
  );
  for (const schedule of schedules) {
    const path = `${names.schedules} ${schedule.name}`;
    problems.matches(`${path}: name`, schedule.name, scheduleName);
    problems.matches(`${path}: schedule`, schedule.schedule, scheduleExpression);
    problems.integer(`${path}: min`, schedule.min, { min, max });
    problems.integer(`${path}: max`, schedule.max, { min: Math.max(min, schedule.min), max });
    problems.require(
      schedule.timezone === undefined || isTimeZone(schedule.timezone),
      `${path}: timezone must be an IANA time zone, such as America/New_York; got "${String(schedule.timezone)}"`,
    );
  }
}

/** @throws Error that lists every invalid argument. */
export function validate(name: string, args: AutoscalingArgs): void {
  const problems = new Problems();
  const { stream, application } = args;
  problems.require(
    stream !== undefined || application !== undefined,
    "stream and application are both missing; say what to scale",
  );
  const check = (name: string, bounds: Bounds, range: Range, granularity: number): void => {
    const names = { min: `${name}.min`, max: `${name}.max`, schedules: `${name}.schedules` };
    problems.check(bounds, { min: range, max: range }, `${name}.`);
    checkBounds(names, bounds, granularity, problems);
    problems.require(
      bounds.byLoad || (bounds.schedules ?? []).length > 0,
      `${name} must have byLoad true or schedules, or nothing ever scales it`,
    );
  };
  if (stream !== undefined) check("stream", stream, limits.shardCount, 1);
  if (application !== undefined) {
    const { parallelismPerKpu } = application;
    const rules = { parallelismPerKpu: limits.flinkParallelismPerKpu };
    problems.check(application, rules, "application.");
    check("application", application, limits.flinkParallelism, parallelismPerKpu);
  }
  problems.check(args, { maxLagSeconds: lagSeconds, logRetentionDays });
  problems.throwIfAny(`Autoscaling "${name}" has invalid arguments`);
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}
