import * as pulumi from "@pulumi/pulumi";
import { actions, allow, type Statement } from "../core/iam";
import { serviceHost } from "../core/partition";

/** The project and where it is deployed. */
export interface Account {
  /** Name of the project, with which the physical names of its resources begin. */
  readonly project: string;
  readonly partition: pulumi.Input<string>;
  readonly region: pulumi.Input<string>;
  readonly accountId: pulumi.Input<string>;
}

/** What describes resources and holds no data of theirs. Most of these actions know no resources. */
const readActions = actions({
  "application-autoscaling": "Describe* ListTagsForResource",
  cloudwatch: "Describe* GetDashboard ListTagsForResource",
  codepipeline: "GetPipeline ListTagsForResource",
  "cognito-identity": "DescribeIdentityPool GetIdentityPoolRoles ListTagsForResource",
  "cognito-idp": "DescribeUserPool DescribeUserPoolDomain GetUserPoolMfaConfig ListTagsForResource",
  ec2: "Describe*",
  es: "Describe* ListTags",
  events: "Describe* List*",
  firehose: "Describe* ListTagsForDeliveryStream",
  // The provider reads the partition indexes with every table.
  glue: "GetDatabase GetPartitionIndexes GetTable GetTags",
  iam: "GetInstanceProfile GetRole GetRolePolicy List*",
  kinesis: "Describe* List*",
  kinesisanalytics: "Describe* List*",
  kms: "DescribeKey GetKeyPolicy GetKeyRotationStatus List*",
  lambda: "List*",
  logs: "Describe* ListTagsForResource",
  s3: "GetAccelerateConfiguration GetBucket* GetEncryptionConfiguration GetLifecycleConfiguration GetReplicationConfiguration ListBucket",
  sns: "GetSubscriptionAttributes GetTopicAttributes ListTagsForResource",
  sts: "GetCallerIdentity",
});

/** What previews and the search for drift read: of what may hold secrets, only the program's own. */
export function readStatements(account: Account): Statement[] {
  const { project, partition, region, accountId } = account;
  const arn = (service: string, resource: string): pulumi.Output<string> =>
    pulumi.interpolate`arn:${partition}:${service}:${region}:${accountId}:${resource}`;
  return [
    allow(readActions, ["*"]),
    allow(["codebuild:BatchGetProjects"], [arn("codebuild", `project/${project}-*`)]),
    allow(["lambda:Get*"], [arn("lambda", `function:${project}-*`)]),
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
      [pulumi.interpolate`arn:${account.partition}:s3:::${project}-*-artifacts-*/*`],
    ),
  ];
}

/** How the search for drift reports what it finds: on the topic of the stack's alarms. */
export function reportStatements({ project, partition, region, accountId }: Account): Statement[] {
  return [
    allow(
      ["sns:Publish"],
      [pulumi.interpolate`arn:${partition}:sns:${region}:${accountId}:${project}-*-monitoring-*`],
    ),
    // The topic may be encrypted with a key of the stack.
    allow(["kms:Decrypt", "kms:GenerateDataKey"], ["*"], {
      StringEquals: { "kms:ViaService": serviceHost("sns", region) },
    }),
  ];
}

/** Resources of services whose resources bear names: all actions on those of the project. */
const namedResources = (names: string): Readonly<Record<string, readonly string[]>> => ({
  cloudwatch: [`alarm:${names}`],
  codebuild: [`project/${names}`],
  codepipeline: [names],
  es: [`domain/${names}`],
  events: [`rule/${names}`],
  // Application Auto Scaling asks whether who registers a target may call its API.
  "execute-api": ["*"],
  firehose: [`deliverystream/${names}`],
  // Whoever deletes a database must be allowed to delete all that may be in it:
  // https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsglue.html
  glue: [
    "catalog",
    ...["database", "table", "userDefinedFunction"].map(
      (kind) => `${kind}/${names.replaceAll("-", "_")}`,
    ),
  ],
  kinesis: [`stream/${names}`],
  kinesisanalytics: [`application/${names}`],
  lambda: [`function:${names}`],
  logs: [`log-group:*${names}`, "log-group:API-Gateway-Execution-Logs_*"],
  sns: [names],
});

/** Services whose resources have ids alone, and actions that know no resources, in this region. */
const unnamedActions = actions({
  apigateway: "*",
  "application-autoscaling": "*",
  // Application Auto Scaling also asks whether who registers a target may make its alarms, under any name:
  // https://docs.aws.amazon.com/autoscaling/application/userguide/security_iam_permission_validation.html
  // For composite alarms: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
  cloudwatch: "DeleteAlarms PutMetricAlarm PutCompositeAlarm",
  // To hand a pipeline the connection to its repository.
  codeconnections: "PassConnection",
  "codestar-connections": "PassConnection",
  "cognito-identity": "*",
  "cognito-idp": "*",
  ec2: "*",
  // For the metrics of each shard:
  // https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonkinesis.html
  kinesis: "DisableEnhancedMonitoring EnableEnhancedMonitoring",
  // https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonkinesisanalyticsv2.html
  kinesisanalytics: "CreateApplication",
  // Those that encrypt are for the settings of functions, the volume of the replay host and the state of the Flink
  // application.
  kms:
    "CreateAlias CreateGrant CreateKey Decrypt DeleteAlias EnableKeyRotation Encrypt GenerateDataKey " +
    "GenerateDataKeyWithoutPlaintext PutKeyPolicy ReEncrypt* ScheduleKeyDeletion TagResource UntagResource " +
    "UpdateAlias UpdateKeyDescription",
  // Policies of log groups are the account's.
  logs: "DeleteResourcePolicy PutResourcePolicy",
  // A subscription, unlike its topic, is no resource:
  // https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsns.html
  sns: "SetSubscriptionAttributes Unsubscribe",
});

const roleActions = actions({
  iam:
    "AddRoleToInstanceProfile AttachRolePolicy CreateInstanceProfile CreateRole DeleteInstanceProfile DeleteRole " +
    "DeleteRolePolicy DetachRolePolicy PutRolePolicy RemoveRoleFromInstanceProfile TagInstanceProfile " +
    "TagRole UntagRole UpdateAssumeRolePolicy UpdateRole",
});

/** Services that take one of the program's roles. */
const roleUsers = (
  "apigateway cognito-identity codebuild codepipeline " +
  "ec2 es events firehose kinesisanalytics lambda opensearchservice vpc-flow-logs"
)
  .split(" ")
  .map((service) => `${service}.amazonaws.com`);

/**
 * What a deployment changes. Whoever may make roles and hand them out can reach whatever roles can: the way in, an
 * environment with an approval, is what guards it, and the names keep it off what is not the program's.
 */
export function deployStatements({ project, partition, region, accountId }: Account): Statement[] {
  const names = `${project}-*`;
  const iam = (resource: string): pulumi.Output<string> =>
    pulumi.interpolate`arn:${partition}:iam::${accountId}:${resource}`;
  return [
    ...Object.entries(namedResources(names)).map(([service, resources]) =>
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
    allow(roleActions, [iam(`role/${names}`), iam(`instance-profile/${names}`)]),
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
