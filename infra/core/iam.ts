import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { partitionNames, serviceHost } from "./partition";

/** One statement of an IAM policy. */
export type Statement = aws.iam.PolicyStatement;

/**
 * How each service that assumes one of our roles proves for which account it acts, so that it cannot be tricked into
 * using the role for another account. EC2, Lambda and API Gateway use a role for resources of its own account only and
 * send nothing.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
 */
const accountConditionKeys = {
  "apigateway.amazonaws.com": undefined,
  "codebuild.amazonaws.com": "aws:SourceAccount",
  "codepipeline.amazonaws.com": "aws:SourceAccount",
  "ec2.amazonaws.com": undefined,
  "es.amazonaws.com": "aws:SourceAccount",
  "events.amazonaws.com": "aws:SourceAccount",
  // Firehose does not send aws:SourceAccount; its external id is the account.
  "firehose.amazonaws.com": "sts:ExternalId",
  "kinesisanalytics.amazonaws.com": "aws:SourceAccount",
  "lambda.amazonaws.com": undefined,
  "opensearchservice.amazonaws.com": "aws:SourceAccount",
  "vpc-flow-logs.amazonaws.com": "aws:SourceAccount",
} as const;

/** A service that may assume a role. */
export type TrustedService = keyof typeof accountConditionKeys;

/** Allows the actions on the resources, under the condition if one is given. */
export function allow(
  actions: readonly string[],
  resources: readonly pulumi.Input<string>[],
  condition?: Statement["Condition"],
): Statement {
  return {
    Effect: "Allow",
    Action: [...actions],
    Resource: [...resources],
    ...(condition && { Condition: condition }),
  };
}

/** Allows publishing metrics of one namespace. Metrics are no resources: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatch.html */
export function publishMetrics(namespace: string): Statement {
  return allow(["cloudwatch:PutMetricData"], ["*"], {
    StringEquals: { "cloudwatch:namespace": namespace },
  });
}

/** Names of actions by their services, such as kinesis with "DescribeStream ListShards", as statements have them. */
export function actions(byService: Readonly<Record<string, string>>): string[] {
  return Object.entries(byService).flatMap(([service, names]) =>
    names.split(" ").map((name) => `${service}:${name}`),
  );
}

/** The statements as a resource's policy has them for roles, such as those of other accounts; none without a role. */
export function grantTo(
  roleArns: readonly string[],
  statements: readonly Statement[],
): Statement[] {
  if (roleArns.length === 0) return [];
  return statements.map((statement) => ({ ...statement, Principal: { AWS: [...roleArns] } }));
}

/** Renders statements as a policy document; an output may stand for several. */
export function policyDocument(
  statements: readonly pulumi.Input<Statement | readonly Statement[]>[],
): pulumi.Output<string> {
  const Statement = pulumi.all([...statements]).apply((resolved) => resolved.flat());
  return pulumi.jsonStringify({ Version: "2012-10-17", Statement });
}

/**
 * What a client of one service needs of a customer managed key that protects its data. Without a key there is nothing
 * to allow: the policies of AWS managed keys let every principal of the account in through their service.
 * @param viaService First part of the service's host name, such as kinesis.
 */
export function useKey(
  keyArn: pulumi.Input<string> | undefined,
  actions: readonly ("kms:Decrypt" | "kms:GenerateDataKey")[],
  viaService: string,
  region: pulumi.Input<string>,
): Statement[] {
  if (keyArn === undefined) return [];
  return [
    allow(actions, [keyArn], {
      StringEquals: { "kms:ViaService": serviceHost(viaService, region) },
    }),
  ];
}

/**
 * ARN of another service's resource in the partition, region and account of a given one.
 * @param resource Last part of the ARN, such as network-interface/*.
 */
export function arnBeside(
  arn: pulumi.Input<string>,
  service: string,
  resource: string,
): pulumi.Output<string> {
  return pulumi.output(arn).apply((known) => {
    const [, partition = "", , region = "", account = ""] = known.split(":");
    return `arn:${partition}:${service}:${region}:${account}:${resource}`;
  });
}

/**
 * Options of a component, all of whose roles get a permissions boundary.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
 */
export function withPermissionsBoundary(
  permissionsBoundary: string | undefined,
  opts: pulumi.ComponentResourceOptions = {},
): pulumi.ComponentResourceOptions {
  if (permissionsBoundary === undefined) return opts;
  const bound: pulumi.ResourceTransformation = ({ type, props, opts: own }) =>
    type === "aws:iam/role:Role"
      ? { props: { ...(props as object), permissionsBoundary }, opts: own }
      : undefined;
  return { ...opts, transformations: [...(opts.transformations ?? []), bound] };
}

/** An inline policy of a role. */
export function rolePolicy(
  name: string,
  role: pulumi.Input<string>,
  statements: Parameters<typeof policyDocument>[0],
  opts: pulumi.CustomResourceOptions,
): aws.iam.RolePolicy {
  return new aws.iam.RolePolicy(name, { role, policy: policyDocument(statements) }, opts);
}

/** A role made elsewhere. */
export interface RoleReference {
  readonly arn: pulumi.Input<string>;
  readonly name: pulumi.Input<string>;
}

export interface ServiceRoleArgs {
  /** The service that assumes the role. */
  readonly service: TrustedService;
  /** ARN of the one resource for which the service assumes the role. @default each one of the account */
  readonly sourceArn?: pulumi.Input<string> | undefined;
  /** What the role allows; @default nothing, for a role whose user adds its own policies. */
  readonly statements?: readonly pulumi.Input<Statement>[];
}

/**
 * A role that one AWS service assumes for this account only.
 *
 * @example
 * new ServiceRole("archive-role", { service: "firehose.amazonaws.com", statements: events.readStatements() });
 */
export class ServiceRole extends pulumi.ComponentResource {
  readonly arn: pulumi.Output<string>;
  readonly name: pulumi.Output<string>;
  /**
   * Dependency of the resources that use the role: a service checks a role's permissions when it is given the role, and
   * the role without its policy is not yet the one that was meant.
   */
  readonly ready: readonly pulumi.Resource[];

  constructor(name: string, args: ServiceRoleArgs, opts?: pulumi.ComponentResourceOptions) {
    super("streaming:infra:ServiceRole", name, args, opts);

    const { accountId } = aws.getCallerIdentityOutput({}, { parent: this });
    const { region } = aws.getRegionOutput({}, { parent: this });
    const conditionKey = accountConditionKeys[args.service];
    const condition = {
      ...(conditionKey && { StringEquals: { [conditionKey]: accountId } }),
      ...(args.sourceArn !== undefined && { ArnEquals: { "aws:SourceArn": args.sourceArn } }),
    };
    const role = new aws.iam.Role(
      name,
      {
        assumeRolePolicy: policyDocument([
          {
            Effect: "Allow",
            Principal: {
              // EC2's principal has the suffix of the partition, those of the other services do not.
              Service:
                args.service === "ec2.amazonaws.com"
                  ? pulumi.interpolate`ec2.${partitionNames(region).dnsSuffix}`
                  : args.service,
            },
            Action: "sts:AssumeRole",
            ...(Object.keys(condition).length > 0 && { Condition: condition }),
          },
        ]),
      },
      { parent: this },
    );
    const { statements = [] } = args;
    const policies =
      statements.length === 0 ? [] : [rolePolicy(name, role.name, statements, { parent: this })];

    this.arn = role.arn;
    this.name = role.name;
    this.ready = [role, ...policies];
    this.registerOutputs({ arn: this.arn, name: this.name });
  }

  /** ARN that is known when the role may do what it is for, for services that try it. */
  readyArn(): pulumi.Output<string> {
    const urns = this.ready.map(({ urn }) => urn);
    return pulumi.all([this.arn, pulumi.all(urns)]).apply(([arn]) => arn);
  }
}
