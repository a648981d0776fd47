import * as pulumi from "@pulumi/pulumi";
import { allow, type Statement } from "../core/iam";

/** Where a stack is deployed. */
export interface Account {
  readonly partition: pulumi.Input<string>;
  readonly region: pulumi.Input<string>;
  readonly accountId: pulumi.Input<string>;
}

/** Names that Pulumi gives what the program declares: each begins with that of the component `Pipeline`. */
const names = "pipeline-*";
/** Names that the program gives, of what people and queries call by name: each has the stack's at its end. */
const stackNames = "streaming-*";

/** What describes resources and holds no data of theirs. Most of these actions know no resources. */
const readActions = [
  "application-autoscaling:Describe*",
  "application-autoscaling:ListTagsForResource",
  "cloudwatch:Describe*",
  "cloudwatch:GetDashboard",
  "cloudwatch:ListTagsForResource",
  "codepipeline:GetPipeline",
  "codepipeline:ListTagsForResource",
  "cognito-identity:DescribeIdentityPool",
  "cognito-identity:GetIdentityPoolRoles",
  "cognito-identity:ListTagsForResource",
  "cognito-idp:DescribeUserPool",
  "cognito-idp:DescribeUserPoolDomain",
  "cognito-idp:GetUserPoolMfaConfig",
  "cognito-idp:ListTagsForResource",
  "ec2:Describe*",
  "es:Describe*",
  "es:ListTags",
  "events:Describe*",
  "events:List*",
  "firehose:Describe*",
  "firehose:ListTagsForDeliveryStream",
  "glue:GetDatabase",
  // The provider reads them with every table.
  "glue:GetPartitionIndexes",
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
  "sts:GetCallerIdentity",
];

/** What previews and the search for drift read: of what may hold secrets, only the program's own. */
export function readStatements(account: Account): Statement[] {
  const { partition, region, accountId } = account;
  const arn = (service: string, resource: string): pulumi.Output<string> =>
    pulumi.interpolate`arn:${partition}:${service}:${region}:${accountId}:${resource}`;
  return [
    allow(readActions, ["*"]),
    allow(["codebuild:BatchGetProjects"], [arn("codebuild", `project/${names}`)]),
    allow(["lambda:Get*"], [arn("lambda", `function:${names}`)]),
    // Not /apikeys, whose values are secrets:
    // https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonapigatewaymanagement.html
    allow(
      ["apigateway:GET"],
      ["account", "restapis", "restapis/*", "tags/*"].map(
        (path) => pulumi.interpolate`arn:${partition}:apigateway:${region}::/${path}`,
      ),
    ),
    // The newest image of Amazon Linux is a parameter of AWS's own.
    allow(
      ["ssm:GetParameter"],
      [pulumi.interpolate`arn:${partition}:ssm:${region}::parameter/aws/service/*`],
    ),
    // Jar and producer are objects of the program.
    allow(
      ["s3:GetObject", "s3:GetObjectTagging", "s3:GetObjectVersion"],
      [pulumi.interpolate`arn:${account.partition}:s3:::pipeline-artifacts-*/*`],
    ),
  ];
}

/** How the search for drift reports what it finds: on the topic of the stack's alarms. */
export function reportStatements({ partition, region, accountId }: Account): Statement[] {
  return [
    allow(
      ["sns:Publish"],
      [pulumi.interpolate`arn:${partition}:sns:${region}:${accountId}:pipeline-monitoring-*`],
    ),
    // The topic may be encrypted with a key of the stack.
    allow(["kms:Decrypt", "kms:GenerateDataKey"], ["*"], {
      StringEquals: { "kms:ViaService": pulumi.interpolate`sns.${region}.amazonaws.com` },
    }),
  ];
}

/** Services whose resources bear names: all of them on those of the program. */
const namedServices: Readonly<Record<string, readonly string[]>> = {
  cloudwatch: [`alarm:${names}`, `alarm:${stackNames}`],
  codebuild: [`project/${names}`],
  codepipeline: [names],
  es: [`domain/${stackNames}`],
  events: [`rule/${names}`],
  // Application Auto Scaling asks whether who registers a target may call its API.
  "execute-api": ["*"],
  firehose: [`deliverystream/${names}`],
  // Whoever deletes a database must be allowed to delete all that may be in it:
  // https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsglue.html
  glue: ["catalog", "database/streaming_*", "table/streaming_*", "userDefinedFunction/streaming_*"],
  kinesis: [`stream/${names}`],
  kinesisanalytics: [`application/${names}`],
  lambda: [`function:${names}`],
  logs: [`log-group:*${names}`, "log-group:API-Gateway-Execution-Logs_*"],
  sns: [names],
};

/** Services whose resources have ids alone, and actions that know no resources, in this region. */
const unnamedActions = [
  "apigateway:*",
  "application-autoscaling:*",
  // Application Auto Scaling also asks whether who registers a target may make its alarms, under any name:
  // https://docs.aws.amazon.com/autoscaling/application/userguide/security_iam_permission_validation.html
  "cloudwatch:DeleteAlarms",
  "cloudwatch:PutMetricAlarm",
  // https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
  "cloudwatch:PutCompositeAlarm",
  // To hand a pipeline the connection to its repository.
  "codeconnections:PassConnection",
  "codestar-connections:PassConnection",
  "cognito-identity:*",
  "cognito-idp:*",
  "ec2:*",
  // For the metrics of each shard:
  // https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonkinesis.html
  "kinesis:DisableEnhancedMonitoring",
  "kinesis:EnableEnhancedMonitoring",
  // https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonkinesisanalyticsv2.html
  "kinesisanalytics:CreateApplication",
  "kms:CreateAlias",
  "kms:CreateGrant",
  "kms:CreateKey",
  "kms:Decrypt",
  "kms:DeleteAlias",
  "kms:EnableKeyRotation",
  // For the settings of functions, the volume of the replay host and the state of the Flink application.
  "kms:Encrypt",
  "kms:GenerateDataKey",
  "kms:GenerateDataKeyWithoutPlaintext",
  "kms:PutKeyPolicy",
  "kms:ReEncrypt*",
  "kms:ScheduleKeyDeletion",
  "kms:TagResource",
  "kms:UntagResource",
  "kms:UpdateAlias",
  "kms:UpdateKeyDescription",
  // Policies of log groups are the account's.
  "logs:DeleteResourcePolicy",
  "logs:PutResourcePolicy",
  // A subscription, unlike its topic, is no resource:
  // https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsns.html
  "sns:SetSubscriptionAttributes",
  "sns:Unsubscribe",
];

/** Services that take one of the program's roles. */
const roleUsers = [
  "apigateway.amazonaws.com",
  "cognito-identity.amazonaws.com",
  "codebuild.amazonaws.com",
  "codepipeline.amazonaws.com",
  "ec2.amazonaws.com",
  "es.amazonaws.com",
  "events.amazonaws.com",
  "firehose.amazonaws.com",
  "kinesisanalytics.amazonaws.com",
  "lambda.amazonaws.com",
  "opensearchservice.amazonaws.com",
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
      [pulumi.interpolate`arn:${partition}:cloudwatch::${accountId}:dashboard/${stackNames}`],
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
    // Default tags are put onto this role, too.
    allow(["iam:TagRole"], [iam("role/aws-service-role/opensearchservice.amazonaws.com/*")]),
    allow(["iam:PassRole"], [iam(`role/${names}`)], {
      StringEquals: { "iam:PassedToService": roleUsers },
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
