import { change, type TestResource } from "../support/policy";
import { policyText, readStatement } from "./access-fixtures";
import { tlsStatement } from "./bucket-fixtures";

/**
 * One change that exactly one policy refuses. It is made to a stack that every policy accepts, of fixtures or of the
 * program itself.
 */
export interface Mutation {
  readonly policy: string;
  /** Type of the resource that changes; the last part of its token, such as stream:Stream, is enough. */
  readonly type?: string;
  /** Which one of that type, by its logical name. @default any */
  readonly name?: RegExp;
  /** New values by path, such as clusterConfig.instanceType; `undefined` leaves one out. */
  readonly set?: Readonly<Record<string, unknown>>;
  /** Takes the protection off the resource. */
  readonly unprotect?: boolean;
  /** Configuration of the policy that makes a limit of what the stack has. */
  readonly limits?: Readonly<Record<string, unknown>>;
}

const ignoredMetric = { metrics: ["NoSuchMetric"] };
const elsewhere = { bucket: "elsewhere" };

const kpu = "applicationConfiguration.flinkApplicationConfiguration.parallelismConfiguration";
const checkpoints =
  "applicationConfiguration.flinkApplicationConfiguration.checkpointConfiguration";
const monitoring = "applicationConfiguration.flinkApplicationConfiguration.monitoringConfiguration";

const application = "application:Application";
const delivery = "firehoseDeliveryStream:FirehoseDeliveryStream";
const domain = "domain:Domain";
const instance = "ec2/instance:Instance";
const launchTemplate = "launchTemplate:LaunchTemplate";
const lambda = "lambda/function:Function";
const project = "project:Project";
const rolePolicy = "rolePolicy:RolePolicy";
const bucketPolicy = "bucketPolicy:BucketPolicy";
const stream = "stream:Stream";
const userPool = "userPool:UserPool";

/** Mutations of resources, judged one by one. */
export const resourceMutations: readonly Mutation[] = [
  {
    policy: "flink-kpu-quota",
    type: application,
    set: { [`${kpu}.parallelismPerKpu`]: 1 },
    limits: { maxKpus: 2 },
  },
  { policy: "kinesis-shard-quota", type: stream, set: { shardCount: 4 }, limits: { maxShards: 1 } },
  {
    policy: "athena-workgroup-encryption",
    type: "workgroup:Workgroup",
    set: { "configuration.enforceWorkgroupConfiguration": false },
  },
  {
    policy: "athena-workgroup-limits",
    type: "workgroup:Workgroup",
    set: { "configuration.bytesScannedCutoffPerQuery": 2 ** 41 },
  },
  {
    policy: "lakeformation-permissions-breadth",
    type: "permissions:Permissions",
    set: { permissions: ["ALL"] },
  },
  {
    policy: "apigateway-api-key-value",
    type: "apigateway/apiKey:ApiKey",
    set: { value: "the-clients-of-the-shop" },
  },
  {
    policy: "apigateway-domain-tls",
    type: "domainName:DomainName",
    set: { securityPolicy: "TLS_1_2" },
  },
  {
    policy: "apigateway-method-authorization",
    type: "apigateway/method:Method",
    set: { authorization: "NONE" },
  },
  {
    policy: "apigateway-method-cache-encryption",
    type: "methodSettings:MethodSettings",
    set: { "settings.cachingEnabled": true },
  },
  {
    policy: "apigateway-method-logging",
    type: "methodSettings:MethodSettings",
    set: { "settings.loggingLevel": "OFF" },
  },
  {
    policy: "apigateway-stage-access-log",
    type: "apigateway/stage:Stage",
    set: { accessLogSettings: undefined },
  },
  {
    policy: "apigateway-stage-throttling",
    type: "methodSettings:MethodSettings",
    set: { "settings.throttlingRateLimit": 100_000 },
  },
  {
    policy: "apigateway-stage-tracing",
    type: "apigateway/stage:Stage",
    set: { xrayTracingEnabled: false },
  },
  {
    policy: "autoscaling-custom-target-capacity-limit",
    type: "appautoscaling/target:Target",
    set: { maxCapacity: 1000 },
  },
  {
    policy: "cloudwatch-log-group-encryption",
    type: "logGroup:LogGroup",
    set: { kmsKeyId: undefined },
  },
  {
    policy: "cloudwatch-log-group-retention",
    type: "logGroup:LogGroup",
    set: { retentionInDays: 1 },
  },
  { policy: "codebuild-project-encryption", type: project, set: { encryptionKey: undefined } },
  { policy: "codebuild-project-logs", type: project, set: { logsConfig: undefined } },
  {
    policy: "codebuild-project-privileges",
    type: project,
    set: { "environment.privilegedMode": true },
  },
  {
    policy: "codebuild-report-encryption",
    type: "reportGroup:ReportGroup",
    set: { "exportConfig.s3Destination.encryptionDisabled": true },
  },
  {
    policy: "codepipeline-artifact-encryption",
    type: "pipeline:Pipeline",
    set: { artifactStores: [{ location: "artifacts", type: "S3" }] },
  },
  {
    policy: "cognito-identity-pool-guests",
    type: "identityPool:IdentityPool",
    set: { allowUnauthenticatedIdentities: true },
  },
  {
    policy: "cognito-user-pool-passwords",
    type: userPool,
    set: { "passwordPolicy.minimumLength": 6 },
  },
  { policy: "cognito-user-pool-protection", type: userPool, set: { mfaConfiguration: "OPTIONAL" } },
  { policy: "ebs-volume-encryption", type: "volume:Volume", set: { encrypted: false } },
  { policy: "ec2-instance-families", type: instance, set: { instanceType: "c5.large" } },
  { policy: "ec2-instance-interfaces", type: instance, set: { sourceDestCheck: false } },
  {
    policy: "ec2-instance-metadata-v2",
    type: instance,
    set: { "metadataOptions.httpTokens": "optional" },
  },
  { policy: "ec2-instance-profile", type: instance, set: { keyName: "operators" } },
  {
    policy: "ec2-instance-public-address",
    type: instance,
    set: { associatePublicIpAddress: true },
  },
  { policy: "ec2-instance-size-limit", type: instance, set: { instanceType: "t4g.2xlarge" } },
  {
    policy: "ec2-instance-volume-encryption",
    type: instance,
    set: { "rootBlockDevice.encrypted": false },
  },
  {
    policy: "ec2-launch-template-volume-encryption",
    type: launchTemplate,
    set: { blockDeviceMappings: [{ deviceName: "/dev/xvda", ebs: { encrypted: "false" } }] },
  },
  {
    policy: "ec2-network-acl-admin-ports",
    type: "networkAcl:NetworkAcl",
    set: {
      ingress: [
        {
          action: "allow",
          protocol: "tcp",
          ruleNo: 1,
          cidrBlock: "0.0.0.0/0",
          fromPort: 20,
          toPort: 30,
        },
      ],
    },
  },
  {
    policy: "ec2-security-group-open-ingress",
    type: "securityGroupIngressRule:SecurityGroupIngressRule",
    set: { referencedSecurityGroupId: undefined, cidrIpv4: "0.0.0.0/0" },
  },
  {
    policy: "ec2-subnet-public-addresses",
    type: "subnet:Subnet",
    name: /^private$/,
    set: { mapPublicIpOnLaunch: true },
  },
  {
    policy: "firehose-delivery-backup",
    type: delivery,
    set: {
      "extendedS3Configuration.processingConfiguration": {
        enabled: true,
        processors: [{ type: "Lambda" }],
      },
      "extendedS3Configuration.s3BackupMode": "Disabled",
    },
    limits: { requireSourceBackup: true },
  },
  {
    policy: "firehose-delivery-buffering",
    type: delivery,
    set: { "extendedS3Configuration.bufferingInterval": 900 },
  },
  {
    policy: "firehose-delivery-error-prefix",
    type: delivery,
    set: { "extendedS3Configuration.errorOutputPrefix": undefined },
  },
  {
    policy: "firehose-delivery-logging",
    type: delivery,
    set: { "extendedS3Configuration.cloudwatchLoggingOptions": { enabled: false } },
  },
  {
    policy: "firehose-delivery-stream-encryption",
    type: delivery,
    set: { serverSideEncryption: { enabled: true } },
  },
  {
    policy: "firehose-destination-encryption",
    type: delivery,
    set: { "extendedS3Configuration.kmsKeyArn": undefined },
  },
  {
    policy: "flink-application-checkpointing",
    type: application,
    set: { [`${checkpoints}.checkpointInterval`]: 3_600_000 },
  },
  {
    policy: "flink-application-code-version",
    type: application,
    set: {
      "applicationConfiguration.applicationCodeConfiguration.codeContent.s3ContentLocation.objectVersion":
        undefined,
    },
  },
  {
    policy: "flink-application-custom-configuration",
    type: application,
    set: { [`${monitoring}.configurationType`]: "DEFAULT" },
  },
  {
    policy: "flink-application-encryption",
    type: application,
    set: { "applicationConfiguration.applicationEncryptionConfiguration": undefined },
    limits: { requireCustomerManagedKey: true },
  },
  {
    policy: "flink-application-endpoint-tls",
    type: application,
    set: {
      "applicationConfiguration.environmentProperties.propertyGroups": [
        { propertyGroupId: "search", propertyMap: { endpoint: "http://search.test" } },
      ],
    },
  },
  {
    policy: "flink-application-kpu-limit",
    type: application,
    set: { [`${kpu}.autoScalingEnabled`]: true },
  },
  {
    policy: "flink-application-logging",
    type: application,
    set: { cloudwatchLoggingOptions: undefined },
  },
  {
    policy: "flink-application-parallelism-limit",
    limits: { maxParallelism: 1 },
  },
  {
    policy: "flink-application-parallelism-per-kpu",
    type: application,
    set: { [`${kpu}.parallelismPerKpu`]: 8 },
  },
  {
    policy: "flink-application-runtime",
    type: application,
    set: { runtimeEnvironment: "FLINK-1_15" },
  },
  {
    policy: "flink-application-snapshots",
    type: application,
    set: { "applicationConfiguration.applicationSnapshotConfiguration.snapshotsEnabled": false },
  },
  {
    policy: "flink-application-vpc",
    type: application,
    set: { "applicationConfiguration.vpcConfiguration": undefined },
  },
  { policy: "glue-job-version", type: "glue/job:Job", set: { glueVersion: "2.0" } },
  {
    policy: "iam-managed-policy-full-access",
    type: "rolePolicyAttachment:RolePolicyAttachment",
    set: { policyArn: "arn:aws:iam::aws:policy/AmazonKinesisFullAccess" },
  },
  {
    policy: "iam-permission-public-access",
    type: "eventPermission:EventPermission",
    set: { principal: "*" },
  },
  {
    policy: "iam-policy-decryption",
    type: rolePolicy,
    set: {
      policy: policyText({
        Effect: "Allow",
        Action: "kms:Decrypt",
        Resource: "arn:aws:kms:*:*:key/*",
      }),
    },
  },
  {
    policy: "iam-policy-wildcard-actions",
    type: rolePolicy,
    set: { policy: policyText({ ...readStatement, Action: "kinesis:*" }) },
  },
  {
    policy: "iam-policy-wildcard-resources",
    type: rolePolicy,
    set: { policy: policyText({ ...readStatement, Resource: "*" }) },
  },
  {
    policy: "clear-text-secret",
    type: lambda,
    name: /scaling-function$|^transform$/,
    set: { "environment.variables": { DB_PASSWORD: "hunter2" } },
  },
  {
    policy: "iam-resource-policy-service-source",
    type: "sns/topic:Topic",
    set: {
      policy: policyText({
        Effect: "Allow",
        Principal: { Service: "events.amazonaws.com" },
        Action: "sns:Publish",
        Resource: "*",
      }),
    },
  },
  {
    policy: "iam-trusted-accounts",
    type: "keyPolicy:KeyPolicy",
    set: {
      policy: policyText({
        Effect: "Allow",
        Principal: {
          AWS: ["arn:aws:iam::123456789012:root", "arn:aws:iam::210987654321:root"],
        },
        Action: "kms:Decrypt",
        Resource: "*",
      }),
    },
  },
  {
    policy: "iam-resource-policy-public-access",
    type: "topic:Topic",
    set: {
      policy: policyText({ Effect: "Allow", Principal: "*", Action: "sns:Publish", Resource: "*" }),
    },
  },
  { policy: "kinesis-stream-encryption", type: stream, set: { encryptionType: "NONE" } },
  { policy: "kinesis-stream-retention", type: stream, set: { retentionPeriod: 24 } },
  { policy: "kinesis-stream-shard-level-metrics", type: stream, set: { shardLevelMetrics: [] } },
  { policy: "kinesis-stream-shard-limit", limits: { maxShards: 1 } },
  { policy: "kms-key-deletion-window", type: "kms/key:Key", set: { deletionWindowInDays: 7 } },
  { policy: "kms-key-rotation", type: "kms/key:Key", set: { enableKeyRotation: false } },
  {
    policy: "lambda-event-source-failures",
    type: "eventSourceMapping:EventSourceMapping",
    set: { destinationConfig: undefined },
  },
  {
    policy: "lambda-function-environment-encryption",
    type: lambda,
    set: { environment: { variables: { LEVEL: "info" } }, kmsKeyArn: undefined },
  },
  {
    policy: "lambda-function-url-authorization",
    type: "functionUrl:FunctionUrl",
    set: { authorizationType: "NONE" },
  },
  { policy: "lambda-function-memory-limit", type: lambda, set: { memorySize: 4096 } },
  { policy: "lambda-function-runtime", type: lambda, set: { runtime: "nodejs16.x" } },
  { policy: "lambda-function-tracing", type: lambda, set: { tracingConfig: undefined } },
  {
    policy: "lambda-function-vpc",
    type: lambda,
    set: { vpcConfig: { subnetIds: ["subnet-1"], securityGroupIds: ["sg-1"] } },
  },
  {
    policy: "lambda-permission-public-access",
    type: "permission:Permission",
    set: { principal: "*" },
  },
  {
    policy: "opensearch-collection-public-access",
    type: "serverlessSecurityPolicy:ServerlessSecurityPolicy",
    set: { policy: JSON.stringify([{ Rules: [], AllowFromPublic: true }]) },
  },
  {
    policy: "opensearch-domain-access-control",
    type: domain,
    set: { "advancedSecurityOptions.internalUserDatabaseEnabled": true },
  },
  {
    policy: "opensearch-domain-dedicated-masters",
    type: domain,
    set: { "clusterConfig.dedicatedMasterEnabled": false },
  },
  {
    policy: "opensearch-domain-encryption-at-rest",
    type: domain,
    set: { "encryptAtRest.enabled": false },
  },
  {
    policy: "opensearch-domain-https",
    type: domain,
    set: { "domainEndpointOptions.enforceHttps": false },
  },
  {
    policy: "opensearch-domain-instance-families",
    type: domain,
    set: { "clusterConfig.instanceType": "m5.large.search" },
  },
  {
    policy: "opensearch-domain-instance-size-limit",
    type: domain,
    set: { "clusterConfig.instanceType": "r7g.2xlarge.search" },
  },
  { policy: "opensearch-domain-logs", type: domain, set: { logPublishingOptions: [] } },
  {
    policy: "opensearch-domain-node-limit",
    type: domain,
    set: { "clusterConfig.dedicatedMasterEnabled": true, "clusterConfig.dedicatedMasterCount": 5 },
  },
  {
    policy: "opensearch-domain-node-to-node-encryption",
    type: domain,
    set: { "nodeToNodeEncryption.enabled": false },
  },
  {
    policy: "opensearch-domain-software-updates",
    type: domain,
    set: { "softwareUpdateOptions.autoSoftwareUpdateEnabled": false },
  },
  {
    policy: "opensearch-domain-storage-limit",
    type: domain,
    set: { "ebsOptions.volumeSize": 1000 },
  },
  { policy: "opensearch-domain-vpc", type: domain, set: { vpcOptions: undefined } },
  {
    policy: "opensearch-domain-zones",
    type: domain,
    set: { "clusterConfig.zoneAwarenessEnabled": false },
  },
  { policy: "required-tags", limits: { keys: ["project", "stack", "owner"] } },
  {
    policy: "s3-access-point-public-access-block",
    type: "accessPoint:AccessPoint",
    set: { publicAccessBlockConfiguration: { blockPublicPolicy: false } },
  },
  { policy: "s3-bucket-acl", type: "bucketAcl:BucketAcl", set: { acl: "public-read" } },
  {
    policy: "s3-bucket-encryption",
    type: "BucketServerSideEncryptionConfiguration",
    name: /archive$/,
    set: { rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }] },
  },
  {
    policy: "s3-bucket-lifecycle-retention",
    type: "bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    name: /archive$/,
    set: { rules: [] },
  },
  {
    policy: "s3-bucket-ownership",
    type: "bucketOwnershipControls:BucketOwnershipControls",
    set: { rule: { objectOwnership: "ObjectWriter" } },
  },
  {
    policy: "s3-bucket-policy-control",
    type: bucketPolicy,
    set: {
      policy: policyText(tlsStatement, {
        Effect: "Allow",
        Principal: { AWS: "arn:aws:iam::210987654321:root" },
        Action: "s3:PutBucketPolicy",
        Resource: "arn:aws:s3:::trips",
      }),
    },
  },
  { policy: "s3-bucket-policy-tls", type: bucketPolicy, set: { policy: policyText() } },
  {
    policy: "s3-bucket-public-access-block",
    type: "bucketPublicAccessBlock:BucketPublicAccessBlock",
    set: { blockPublicAcls: false },
  },
  {
    policy: "s3-bucket-superseded-properties",
    type: "bucket:Bucket",
    set: { acl: "public-read-write" },
  },
  {
    policy: "s3-bucket-versioning",
    type: "bucketVersioning:BucketVersioning",
    set: { versioningConfiguration: { status: "Suspended" } },
  },
  { policy: "sns-topic-encryption", type: "topic:Topic", set: { kmsMasterKeyId: undefined } },
  {
    policy: "sns-topic-subscription-tls",
    type: "topicSubscription:TopicSubscription",
    set: { protocol: "http" },
  },
  { policy: "sqs-queue-encryption", type: "queue:Queue", set: { kmsMasterKeyId: undefined } },
  {
    policy: "ssm-document-public-access",
    type: "document:Document",
    set: { permissions: { type: "Share", accountIds: "All" } },
  },
  { policy: "stateful-resource-protection", type: stream, unprotect: true },
  {
    policy: "stepfunctions-state-machine-logging",
    type: "stateMachine:StateMachine",
    set: { loggingConfiguration: undefined },
  },
];

/** Mutations of what resources have to do with each other, judged when all are declared. */
export const stackMutations: readonly Mutation[] = [
  { policy: "cloudwatch-alarm-action", type: "metricAlarm:MetricAlarm", set: { alarmActions: [] } },
  {
    policy: "apigateway-websocket-logging",
    type: "apigatewayv2/stage:Stage",
    name: /^live$/,
    set: { "defaultRouteSettings.loggingLevel": "OFF" },
  },
  {
    policy: "apigateway-stage-method-settings",
    type: "methodSettings:MethodSettings",
    set: { methodPath: "scaling/GET" },
  },
  {
    policy: "cloudwatch-alarm-dimensions",
    type: "metricAlarm:MetricAlarm",
    name: /^failed-events$/,
    set: { dimensions: { QueueName: "elsewhere" } },
  },
  {
    policy: "ec2-vpc-default-security-group",
    type: "defaultSecurityGroup:DefaultSecurityGroup",
    set: { ingress: [{ protocol: "-1", fromPort: 0, toPort: 0, self: true }] },
  },
  {
    policy: "ec2-vpc-endpoints",
    type: "vpcEndpoint:VpcEndpoint",
    name: /ssm$/,
    set: { serviceName: "com.amazonaws.us-east-1.sqs" },
  },
  { policy: "ec2-vpc-flow-log", type: "flowLog:FlowLog", set: { trafficType: "ACCEPT" } },
  { policy: "firehose-delivery-stream-alarms", limits: ignoredMetric },
  { policy: "flink-application-alarms", limits: ignoredMetric },
  { policy: "flink-application-parallelism-shards", type: stream, set: { shardCount: 1 } },
  { policy: "kinesis-stream-alarms", limits: ignoredMetric },
  { policy: "kinesis-stream-consumer-limit", limits: { maxPolling: 1 } },
  {
    policy: "lambda-function-dead-letters",
    type: lambda,
    name: /^transform$/,
    set: { deadLetterConfig: undefined },
  },
  { policy: "opensearch-domain-alarms", limits: ignoredMetric },
  {
    policy: "s3-bucket-encryption-configuration",
    type: "BucketServerSideEncryptionConfiguration",
    name: /archive$/,
    set: elsewhere,
  },
  {
    policy: "s3-bucket-lifecycle-configuration",
    type: "bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    set: elsewhere,
  },
  { policy: "s3-bucket-logging", type: "bucketLogging:BucketLogging", set: elsewhere },
  { policy: "s3-bucket-ownership-presence", type: "BucketOwnershipControls", set: elsewhere },
  { policy: "s3-bucket-policy", type: bucketPolicy, set: elsewhere },
  {
    policy: "s3-bucket-public-access-block-presence",
    type: "BucketPublicAccessBlock",
    set: elsewhere,
  },
  { policy: "s3-bucket-versioning-presence", type: "BucketVersioning", set: elsewhere },
  {
    policy: "secretsmanager-secret-rotation",
    type: "secretRotation:SecretRotation",
    set: { "rotationRules.automaticallyAfterDays": 365 },
  },
  { policy: "stack-monthly-cost", limits: { maxMonthlyUsd: 1 } },
];

/** A resource that one policy refuses where it is added to a stack. */
export interface Addition {
  readonly policy: string;
  readonly resource: TestResource;
}

/** Policies about what must not be there, or not alone: the resource itself is the mutation. */
export const additions: readonly Addition[] = [
  {
    policy: "ec2-elastic-address-in-use",
    resource: {
      type: "aws:ec2/eip:Eip",
      name: "idle",
      props: { tags: { project: "trips", stack: "test" } },
    },
  },
  {
    policy: "iam-user-policy",
    resource: {
      type: "aws:iam/userPolicy:UserPolicy",
      name: "operator",
      props: { user: "operator", policy: policyText(readStatement) },
    },
  },
  {
    policy: "superseded-resource-type",
    resource: { type: "aws:elasticsearch/domainPolicy:DomainPolicy", name: "old", props: {} },
  },
  {
    policy: "account-safeguard-off",
    resource: {
      type: "aws:ebs/encryptionByDefault:EncryptionByDefault",
      name: "off",
      props: { enabled: false },
    },
  },
  {
    policy: "iam-account-password-policy",
    resource: {
      type: "aws:iam/accountPasswordPolicy:AccountPasswordPolicy",
      name: "weak",
      props: {},
    },
  },
  {
    policy: "kms-grant-scope",
    resource: {
      type: "aws:kms/grant:Grant",
      name: "further",
      props: {
        keyId: "key",
        granteePrincipal: "arn:aws:iam::123456789012:role/reader",
        operations: ["Decrypt", "CreateGrant"],
      },
    },
  },
  {
    policy: "s3-object-acl",
    resource: {
      type: "aws:s3/bucketObjectv2:BucketObjectv2",
      name: "open",
      props: {
        bucket: "trips",
        key: "a",
        acl: "public-read",
        tags: { project: "trips", stack: "test" },
      },
    },
  },
  {
    policy: "apigateway-integration-tls",
    resource: {
      type: "aws:apigatewayv2/integration:Integration",
      name: "private",
      props: { apiId: "api", integrationType: "HTTP_PROXY", connectionType: "VPC_LINK" },
    },
  },
  {
    policy: "s3-directory-bucket-lifecycle",
    resource: {
      type: "aws:s3/directoryBucket:DirectoryBucket",
      name: "fast",
      props: { bucket: "fast--use1-az4--x-s3", tags: { project: "trips", stack: "test" } },
    },
  },
  {
    policy: "storage-copy-encryption",
    resource: {
      type: "aws:ebs/snapshotCopy:SnapshotCopy",
      name: "copy",
      props: { tags: { project: "trips", stack: "test" } },
    },
  },
  {
    policy: "unjudged-resource-type",
    resource: {
      type: "aws:cloudcontrol/resource:Resource",
      name: "any",
      props: { typeName: "AWS::Other::Type" },
    },
  },
];

/** Whether a mutation is about a resource. */
export function isAbout(
  { type, name }: Mutation,
  resource: { type: string; name: string },
): boolean {
  return (
    type !== undefined &&
    resource.type.endsWith(type) &&
    (name === undefined || name.test(resource.name))
  );
}

/** The properties of a resource after a mutation; other blocks stay as they are, promises of values among them. */
export function mutated<T extends object>(props: T, { set = {} }: Mutation): T {
  return Object.entries(set).reduce(
    (result, [path, value]) => withValue(result, path.split("."), value) as T,
    props,
  );
}

/** A fixture after a mutation: what is set to a value of its own no longer depends on another resource. */
export function mutatedResource(resource: TestResource, mutation: Mutation): TestResource {
  const replaced = Object.keys(mutation.set ?? {}).filter((path) => !path.includes("."));
  const dependencies = Object.entries(resource.dependencies ?? {});
  return {
    ...change(resource, mutated(resource.props, mutation) as Record<string, unknown>),
    dependencies: Object.fromEntries(dependencies.filter(([name]) => !replaced.includes(name))),
    ...(mutation.unprotect && { protect: false }),
  };
}

function withValue(block: object, [name = "", ...rest]: readonly string[], value: unknown): object {
  const old = (block as Record<string, unknown>)[name];
  return {
    ...block,
    [name]: rest.length === 0 ? value : withValue(old ?? {}, rest, value),
  };
}

/** A block with another value at a path. */
export function withPath(block: object, path: string, value: unknown): object {
  return withValue(block, path.split("."), value);
}
