import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { bundleFile, type Constants } from "./bundle";
import { componentInputs } from "./component";
import {
  actions,
  allow,
  type RoleReference,
  rolePolicy,
  ServiceRole,
  type Statement,
  useKey,
} from "./iam";
import { limits, logRetentionDays } from "./limits";
import { logGroup, writeLogs } from "./logs";
import { Problems } from "./validate";

export interface NodeFunctionArgs {
  /** What the function is for, shown in the console. */
  readonly description: string;
  /** TypeScript module that exports `handler`; it is bundled with everything that it imports. */
  readonly entryPath: string;
  /** Values that the module finds as global constants, by name; they become a part of the bundle. @default none */
  readonly constants?: Constants | undefined;
  /** MiB of memory, 128 to 10,240; the share of a processor grows with it. @default 256 */
  readonly memoryMiB?: number | undefined;
  /** Seconds after which an invocation is ended, 1 to 900. @default 30 */
  readonly timeoutSeconds?: number | undefined;
  /**
   * Invocations at a time that are set aside for this function and that it never exceeds, 0 to 1,000; 0 switches it
   * off. @default what the account has left
   */
  readonly reservedConcurrency?: number | undefined;
  /** What the function reads from `process.env`. */
  readonly environment?: Readonly<Record<string, pulumi.Input<string>>> | undefined;
  /** What the function may do beyond writing its log and traces. */
  readonly statements?: readonly Statement[] | undefined;
  /**
   * Role of the function, trusted by lambda.amazonaws.com. For programs in which another component has to know the role
   * before the function exists. @default a role of its own
   */
  readonly role?: RoleReference | undefined;
  /** Subnets and security groups to run in. @default outside any VPC, from where only public addresses are reached */
  readonly vpc?:
    | {
        readonly subnetIds: pulumi.Input<pulumi.Input<string>[]>;
        readonly securityGroupIds: readonly pulumi.Input<string>[];
      }
    | undefined;
  /** Days for which the log is kept, one of those CloudWatch Logs offers. */
  readonly logRetentionDays: number;
  /** ARN of the KMS key that encrypts log and environment. @default the services' own keys */
  readonly kmsKeyArn?: pulumi.Input<string> | undefined;
}

/**
 * A Lambda function written in TypeScript: bundled when the program runs, on Graviton, with a role, a log group and
 * traces of its own. Each change of its code or configuration publishes a version.
 *
 * @example
 * new NodeFunction("greeter", {
 *   description: "Greets",
 *   entryPath: path.join(__dirname, "greeter.ts"),
 *   logRetentionDays: 30,
 * });
 */
export class NodeFunction extends pulumi.ComponentResource {
  readonly name: pulumi.Output<string>;
  /** ARN without a version. */
  readonly arn: pulumi.Output<string>;
  /** ARN of the version that was published last; it changes with code and configuration. */
  readonly versionArn: pulumi.Output<string>;
  /** ARN under which API Gateway invokes the function. */
  readonly invokeArn: pulumi.Output<string>;

  /** @throws Error that lists every invalid argument, or what keeps the code from being bundled. */
  constructor(name: string, args: NodeFunctionArgs, opts?: pulumi.ComponentResourceOptions) {
    super(
      "streaming:infra:NodeFunction",
      name,
      componentInputs(args, "entryPath", "constants"),
      opts,
    );
    const problems = new Problems();
    problems.check(args, {
      memoryMiB: limits.functionMemoryMiB,
      timeoutSeconds: limits.functionTimeoutSeconds,
      reservedConcurrency: limits.functionReservedConcurrency,
      logRetentionDays,
    });
    problems.throwIfAny(`NodeFunction "${name}" has invalid arguments`);

    const child = { parent: this };
    const { region } = aws.getRegionOutput({}, child);
    const log = logGroup(`${name}-logs`, args, child);
    const statements = [
      writeLogs(log),
      // Neither X-Ray nor the network interfaces of EC2 know resources at this point:
      // https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html
      allow(["xray:PutTelemetryRecords", "xray:PutTraceSegments"], ["*"]),
      ...(args.vpc === undefined ? [] : [networkInterfaces]),
      ...(args.environment === undefined
        ? []
        : useKey(args.kmsKeyArn, ["kms:Decrypt"], "lambda", region)),
      ...(args.statements ?? []),
    ];
    const role =
      args.role === undefined
        ? new ServiceRole(`${name}-role`, { service: "lambda.amazonaws.com", statements }, child)
        : { arn: args.role.arn, ready: [rolePolicy(name, args.role.name, statements, child)] };
    const lambda = new aws.lambda.Function(
      name,
      {
        description: args.description,
        runtime: "nodejs22.x",
        architectures: ["arm64"],
        handler: "index.handler",
        code: new pulumi.asset.AssetArchive({
          "index.js": new pulumi.asset.FileAsset(bundleFile(args.entryPath, args.constants).path),
        }),
        publish: true,
        role: role.arn,
        memorySize: args.memoryMiB ?? 256,
        timeout: args.timeoutSeconds ?? 30,
        reservedConcurrentExecutions: args.reservedConcurrency,
        ...(args.environment !== undefined && {
          environment: { variables: { ...args.environment } },
          ...(args.kmsKeyArn !== undefined && { kmsKeyArn: args.kmsKeyArn }),
        }),
        ...(args.vpc !== undefined && {
          vpcConfig: {
            subnetIds: args.vpc.subnetIds,
            securityGroupIds: [...args.vpc.securityGroupIds],
          },
        }),
        loggingConfig: { logFormat: "JSON", logGroup: log.name },
        tracingConfig: { mode: "Active" },
      },
      // Lambda makes network interfaces with the role as soon as it has it.
      { parent: this, dependsOn: [...role.ready] },
    );

    this.name = lambda.name;
    this.arn = lambda.arn;
    this.versionArn = lambda.qualifiedArn;
    this.invokeArn = lambda.invokeArn;
    this.registerOutputs({ name: this.name, arn: this.arn, versionArn: this.versionArn });
  }

  /**
   * What Firehose needs to transform records, with whichever version.
   * https://docs.aws.amazon.com/firehose/latest/dev/controlling-access.html
   */
  firehoseStatements(): Statement[] {
    return [
      allow(
        ["lambda:GetFunctionConfiguration", "lambda:InvokeFunction"],
        [this.arn, pulumi.interpolate`${this.arn}:*`],
      ),
    ];
  }
}

/** Calls a function every so many minutes with an input. */
export function onSchedule(
  name: string,
  { name: functionName, arn }: Pick<NodeFunction, "name" | "arn">,
  {
    description,
    minutes = 1,
    input = {},
  }: {
    readonly description: string;
    /** @default 1 */
    readonly minutes?: number;
    /** @default an empty object */
    readonly input?: pulumi.Input<object>;
  },
  opts: pulumi.ResourceOptions,
): void {
  const scheduleExpression = `rate(${minutes} minute${minutes === 1 ? "" : "s"})`;
  const schedule = new aws.cloudwatch.EventRule(name, { description, scheduleExpression }, opts);
  const permission = new aws.lambda.Permission(
    `${name}-publish`,
    {
      action: "lambda:InvokeFunction",
      function: functionName,
      principal: "events.amazonaws.com",
      sourceArn: schedule.arn,
    },
    opts,
  );
  new aws.cloudwatch.EventTarget(
    name,
    {
      rule: schedule.name,
      arn,
      input: pulumi.jsonStringify(input),
      // The next call finds a newer state.
      retryPolicy: { maximumRetryAttempts: 0, maximumEventAgeInSeconds: 60 },
    },
    { ...opts, dependsOn: [permission] },
  );
}

/** What Lambda needs to run a function in a VPC: https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html */
const networkInterfaces = allow(
  actions({
    ec2:
      "AssignPrivateIpAddresses CreateNetworkInterface DeleteNetworkInterface " +
      "DescribeNetworkInterfaces DescribeSubnets UnassignPrivateIpAddresses",
  }),
  ["*"],
);
