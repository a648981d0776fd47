import { readFileSync } from "node:fs";
import path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { load } from "js-yaml";
import { actions, allow, type Statement } from "../core/iam";
import { databaseNameLength, domainNameLength, physicalName } from "../core/names";
import { partitionNames, serviceHost } from "../core/partition";

/** The project and where it is deployed. */
export interface Account {
  /** Name of the project, with which the physical names of its resources begin. */
  readonly project: string;
  readonly partition: pulumi.Input<string>;
  readonly region: pulumi.Input<string>;
  readonly accountId: pulumi.Input<string>;
}

/** A stack, which is named as its environment, and the account that it is deployed to. */
export interface StackAccount extends Account {
  readonly stack: string;
}

/** Lists of actions, and of resources, by service. */
const granted = load(readFileSync(path.join(__dirname, "granted.yaml"), "utf8")) as Readonly<
  Record<
    "read" | "resources" | "boundary" | "unnamed" | "role" | "bounded",
    Readonly<Record<string, string>>
  >
>;

/** Generated names, by `pulumi:autonaming` in Pulumi.yaml. */
const generated = ({ project, stack }: StackAccount): string => `${project}-${stack}-*`;
/** Names that the program gives to domain, database, dashboard and composite alarms, where the key `name` is not set. */
const given = ({ project, stack }: StackAccount, length: number): string =>
  physicalName(`${project}-${stack}`, length);

/**
 * Keeps a role off every resource that is tagged with another stack, also where resources have ids instead of names. The
 * key is absent for resources without the tag and for actions that know no tags:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-resourcetag
 */
function denyOtherStacks(stack: string): Statement {
  return {
    Sid: "DenyOtherStacks",
    Effect: "Deny",
    Action: "*",
    Resource: "*",
    Condition: {
      StringNotEquals: { "aws:ResourceTag/stack": stack },
      Null: { "aws:ResourceTag/stack": "false" },
    },
  };
}

/** Permissions of previews and the search for drift; resources that may hold secrets only of the stack. */
export function readStatements(account: StackAccount): Statement[] {
  const { stack, partition, region, accountId } = account;
  const names = generated(account);
  const arn = (service: string, resource: string): pulumi.Output<string> =>
    pulumi.interpolate`arn:${partition}:${service}:${region}:${accountId}:${resource}`;
  const apigateway = (path: string): pulumi.Output<string> =>
    pulumi.interpolate`arn:${partition}:apigateway:${region}::/${path}`;
  return [
    allow(actions(granted.read), ["*"]),
    allow(["codebuild:BatchGetProjects"], [arn("codebuild", `project/${names}`)]),
    allow(["lambda:Get*"], [arn("lambda", `function:${names}`)]),
    // https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonapigatewaymanagement.html
    allow(
      ["apigateway:GET"],
      "account restapis restapis/* tags/* usageplans usageplans/*".split(" ").map(apigateway),
    ),
    // The values of keys are secrets: those of this stack alone, which its state holds as well.
    allow(["apigateway:GET"], [apigateway("apikeys/*")], {
      StringEquals: { "aws:ResourceTag/stack": stack },
    }),
    // The newest image of Amazon Linux is a parameter of AWS's own.
    allow(
      ["ssm:GetParameter"],
      [pulumi.interpolate`arn:${partition}:ssm:${region}::parameter/aws/service/*`],
    ),
    // Jar and producer are objects of the program.
    allow(
      ["s3:GetObject", "s3:GetObjectTagging", "s3:GetObjectVersion"],
      [pulumi.interpolate`arn:${partition}:s3:::${names}artifacts-*/*`],
    ),
    allow(["s3:ListBucket"], [pulumi.interpolate`arn:${partition}:s3:::${names}`]),
    denyOtherStacks(stack),
  ];
}

/** Permissions of the search for drift to report on the topic of the stack's tickets. */
export function reportStatements(account: StackAccount): Statement[] {
  const { partition, region, accountId } = account;
  const names = generated(account);
  return [
    allow(
      ["sns:Publish"],
      [pulumi.interpolate`arn:${partition}:sns:${region}:${accountId}:${names}monitoring-*`],
    ),
    // The topic may be encrypted with a key of the stack.
    allow(["kms:Decrypt", "kms:GenerateDataKey"], ["*"], {
      StringEquals: { "kms:ViaService": serviceHost("sns", region) },
    }),
  ];
}

/** Every action on the resources of services that name resources. */
function namedStatements(account: StackAccount): Statement[] {
  const { partition, region, accountId } = account;
  const names = generated(account);
  const values = {
    names,
    domain: given(account, domainNameLength),
    database: given(account, databaseNameLength).replaceAll("-", "_"),
  };
  const filled = (text: string): string =>
    text.replace(/\{(\w+)\}/g, (_, key: keyof typeof values) => values[key]);
  return [
    ...Object.entries(granted.resources).map(([service, resources]) =>
      allow(
        [`${service}:*`],
        filled(resources)
          .split(" ")
          .map(
            (resource) =>
              pulumi.interpolate`arn:${partition}:${service}:${region}:${accountId}:${resource}`,
          ),
      ),
    ),
    allow(["s3:*"], [pulumi.interpolate`arn:${partition}:s3:::${names}`]),
  ];
}

/** Permissions boundary of the stack's roles: what the program grants them, on the stack's own resources where they have names. */
export function boundaryStatements(account: StackAccount): Statement[] {
  return [
    ...namedStatements(account),
    allow(actions(granted.boundary), ["*"]),
    // Cognito hands the domain's service a role to sign users in.
    allow(
      ["iam:PassRole"],
      [
        pulumi.interpolate`arn:${account.partition}:iam::${account.accountId}:role/${generated(account)}`,
      ],
    ),
    // Packages of Amazon Linux, and archives of sources in buckets of others.
    allow(["s3:GetBucketVersioning", "s3:GetObject", "s3:GetObjectVersion"], ["*"]),
    denyOtherStacks(account.stack),
  ];
}

/** Services that take one of the program's roles. */
const roleUsers = (
  "apigateway cognito-identity codebuild codepipeline " +
  "es events firehose kinesisanalytics lambda opensearchservice vpc-flow-logs"
)
  .split(" ")
  .map((service) => `${service}.amazonaws.com`);

/** Permissions of a deployment; the boundary of the roles that it makes keeps it from reaching more by them. */
export function deployStatements(
  account: StackAccount,
  boundaryArn: pulumi.Input<string>,
): Statement[] {
  const { partition, region, accountId } = account;
  const names = generated(account);
  const iam = (resource: string): pulumi.Output<string> =>
    pulumi.interpolate`arn:${partition}:iam::${accountId}:${resource}`;
  const mappings = pulumi.interpolate`arn:${partition}:lambda:${region}:${accountId}:event-source-mapping:*`;
  return [
    ...namedStatements(account),
    // Dashboards are of no region.
    allow(
      ["cloudwatch:DeleteDashboards", "cloudwatch:PutDashboard"],
      [
        pulumi.interpolate`arn:${partition}:cloudwatch::${accountId}:dashboard/${given(account, domainNameLength)}`,
      ],
    ),
    allow(actions(granted.unnamed), ["*"], { StringEquals: { "aws:RequestedRegion": region } }),
    // An event source mapping has an id in place of a name, and is allowed by the function that it invokes:
    // https://docs.aws.amazon.com/lambda/latest/dg/lambda-api-permissions-ref.html
    allow(
      ["Create", "Delete", "Update"].map((verb) => `lambda:${verb}EventSourceMapping`),
      [mappings],
      {
        ArnLike: {
          "lambda:FunctionArn": pulumi.interpolate`arn:${partition}:lambda:${region}:${accountId}:function:${names}`,
        },
      },
    ),
    allow(["lambda:TagResource", "lambda:UntagResource"], [mappings]),
    allow(actions(granted.role), [iam(`role/${names}`), iam(`instance-profile/${names}`)]),
    // https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
    allow(actions(granted.bounded), [iam(`role/${names}`)], {
      StringEquals: { "iam:PermissionsBoundary": boundaryArn },
    }),
    // Default tags are put onto this role, too.
    allow(["iam:TagRole"], [iam("role/aws-service-role/opensearchservice.amazonaws.com/*")]),
    allow(["iam:PassRole"], [iam(`role/${names}`)], {
      StringEquals: {
        // EC2's principal has the suffix of the partition, those of the other services do not.
        "iam:PassedToService": [
          pulumi.interpolate`ec2.${partitionNames(region).dnsSuffix}`,
          ...roleUsers,
        ],
      },
    }),
    allow(["iam:CreateServiceLinkedRole"], [iam("role/aws-service-role/*")], {
      StringEquals: {
        "iam:AWSServiceName": [
          "custom-resource.application-autoscaling.amazonaws.com",
          "opensearchservice.amazonaws.com",
          // API Gateway makes its own with an account's first API, and traces with it:
          // https://docs.aws.amazon.com/apigateway/latest/developerguide/using-service-linked-roles.html
          "ops.apigateway.amazonaws.com",
        ],
      },
    }),
  ];
}
