import * as pulumi from "@pulumi/pulumi";
import { allow, type Statement } from "../iam";

/** Where a stack is deployed. */
export interface Account {
  readonly partition: pulumi.Input<string>;
  readonly region: pulumi.Input<string>;
  readonly accountId: pulumi.Input<string>;
}

/** Names that Pulumi gives what the program declares: each begins with that of the component `Pipeline`. */
const names = "pipeline-*";

/** What describes resources and holds no data of theirs. Most of these actions know no resources. */
const readActions = [
  "apigateway:GET",
  "application-autoscaling:Describe*",
  "application-autoscaling:ListTagsForResource",
  "cloudwatch:Describe*",
  "cloudwatch:GetDashboard",
  "cloudwatch:ListTagsForResource",
  "codebuild:BatchGetProjects",
  "codepipeline:GetPipeline",
  "codepipeline:ListTagsForResource",
  "ec2:Describe*",
  "es:Describe*",
  "es:ListTags",
  "events:Describe*",
  "events:List*",
  "firehose:Describe*",
  "firehose:ListTagsForDeliveryStream",
  "glue:GetDatabase",
  "glue:GetTable",
  "glue:GetTags",
  "iam:GetInstanceProfile",
  "iam:GetRole",
  "iam:GetRolePolicy",
  "iam:List*",
  "kinesis:Describe*",
  "kinesis:List*",
  "kinesisanalytics:Describe*",
  "kinesisanalytics:List*",
  "kms:DescribeKey",
  "kms:GetKeyPolicy",
  "kms:GetKeyRotationStatus",
  "kms:List*",
  "lambda:Get*",
  "lambda:List*",
  "logs:Describe*",
  "logs:ListTagsForResource",
  "s3:GetAccelerateConfiguration",
  "s3:GetBucket*",
  "s3:GetEncryptionConfiguration",
  "s3:GetLifecycleConfiguration",
  "s3:GetReplicationConfiguration",
  "s3:ListBucket",
  "sns:GetSubscriptionAttributes",
  "sns:GetTopicAttributes",
  "sns:ListTagsForResource",
  "ssm:GetParameter",
  "sts:GetCallerIdentity",
];

/** What previews and the search for drift read. */
export function readStatements(account: Account): Statement[] {
  return [
    allow(readActions, ["*"]),
    // Jar and producer are objects of the program.
    allow(
      ["s3:GetObject", "s3:GetObjectTagging", "s3:GetObjectVersion"],
      [pulumi.interpolate`arn:${account.partition}:s3:::pipeline-artifacts-*/*`],
    ),
  ];
}

/** Services whose resources bear names: all of them on those of the program. */
const namedServices: Readonly<Record<string, readonly string[]>> = {
  cloudwatch: [`alarm:${names}`],
  codebuild: [`project/${names}`],
  codepipeline: [names],
  es: [`domain/${names}`],
  events: [`rule/${names}`],
  firehose: [`deliverystream/${names}`],
  glue: ["catalog", "database/pipeline*", "table/pipeline*"],
  kinesis: [`stream/${names}`],
  kinesisanalytics: [`application/${names}`],
  lambda: [`function:${names}`],
  logs: [`log-group:*${names}`],
  sns: [names],
};

/** Services whose resources have ids alone, in this region. */
const unnamedActions = [
  "apigateway:*",
  "application-autoscaling:*",
  "ec2:*",
  "kms:CreateAlias",
  "kms:CreateGrant",
  "kms:CreateKey",
  "kms:Decrypt",
  "kms:DeleteAlias",
  "kms:EnableKeyRotation",
  "kms:GenerateDataKey",
  "kms:PutKeyPolicy",
  "kms:ScheduleKeyDeletion",
  "kms:TagResource",
  "kms:UntagResource",
  "kms:UpdateAlias",
  "kms:UpdateKeyDescription",
];

/** Services that take one of the program's roles. */
const roleUsers = [
  "apigateway.amazonaws.com",
  "codebuild.amazonaws.com",
  "codepipeline.amazonaws.com",
  "ec2.amazonaws.com",
  "events.amazonaws.com",
  "firehose.amazonaws.com",
  "kinesisanalytics.amazonaws.com",
  "lambda.amazonaws.com",
  "vpc-flow-logs.amazonaws.com",
];

/**
 * What a deployment changes. Whoever may make roles and hand them out can reach whatever roles can: the way in, an
 * environment with an approval, is what guards it, and the names keep it off what is not the program's.
 */
export function deployStatements({ partition, region, accountId }: Account): Statement[] {
  const iam = (resource: string): pulumi.Output<string> =>
    pulumi.interpolate`arn:${partition}:iam::${accountId}:${resource}`;
  return [
    ...Object.entries(namedServices).map(([service, resources]) =>
      allow(
        [`${service}:*`],
        resources.map(
          (resource) =>
            pulumi.interpolate`arn:${partition}:${service}:${region}:${accountId}:${resource}`,
        ),
      ),
    ),
    // Dashboards are of no region.
    allow(
      ["cloudwatch:DeleteDashboards", "cloudwatch:PutDashboard"],
      [pulumi.interpolate`arn:${partition}:cloudwatch::${accountId}:dashboard/${names}`],
    ),
    allow(["s3:*"], [pulumi.interpolate`arn:${partition}:s3:::${names}`]),
    allow(unnamedActions, ["*"], { StringEquals: { "aws:RequestedRegion": region } }),
    allow(
      [
        "iam:AddRoleToInstanceProfile",
        "iam:AttachRolePolicy",
        "iam:CreateInstanceProfile",
        "iam:CreateRole",
        "iam:DeleteInstanceProfile",
        "iam:DeleteRole",
        "iam:DeleteRolePolicy",
        "iam:DetachRolePolicy",
        "iam:PutRolePolicy",
        "iam:RemoveRoleFromInstanceProfile",
        "iam:TagInstanceProfile",
        "iam:TagRole",
        "iam:UntagRole",
        "iam:UpdateAssumeRolePolicy",
        "iam:UpdateRole",
      ],
      [iam(`role/${names}`), iam(`instance-profile/${names}`)],
    ),
    allow(["iam:PassRole"], [iam(`role/${names}`)], {
      StringEquals: { "iam:PassedToService": roleUsers },
    }),
    allow(["iam:CreateServiceLinkedRole"], [iam("role/aws-service-role/*")], {
      StringEquals: {
        "iam:AWSServiceName": [
          "custom-resource.application-autoscaling.amazonaws.com",
          "opensearchservice.amazonaws.com",
        ],
      },
    }),
  ];
}
