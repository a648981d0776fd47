import { createHash } from "node:crypto";
import { isAsset, isObject, type Values } from "./values";

/** What an output is computed from. */
export interface Resource {
  readonly inputs: Values;
  /** Outputs before an update; empty on creation. */
  readonly previous: Values;
  /** An update changes the tags and nothing else, which makes no new version of anything. */
  readonly changesTagsOnly: boolean;
}

/** A value, a template (see {@link COMPUTED}) or a function that returns one of them. */
export type Computed = string | number | boolean | readonly string[];

/** An output that an update computes anew; every other one stays as it was created. */
export interface EachTime {
  readonly eachTime: (resource: Resource) => Computed | undefined;
}

export interface Row {
  readonly id: string;
  readonly [output: string]: Computed | EachTime | ((resource: Resource) => Computed);
}

function eachTime(compute: EachTime["eachTime"]): EachTime {
  return { eachTime: compute };
}

/** Counts the versions of a resource, from 1. */
function counter(property: string): EachTime {
  return eachTime((resource) => nextVersion(property, resource));
}

function nextVersion(property: string, { previous, changesTagsOnly }: Resource): number {
  return Number(previous[property] ?? 0) + (changesTagsOnly ? 0 : 1);
}

/** Hash of an object's content, so that a new content is a new version in the plan as well. */
function contentHash(algorithm: "md5" | "sha256"): EachTime {
  return eachTime(({ inputs }) => {
    const { source, content, contentBase64, sourceHash } = inputs;
    const identity = isAsset(source)
      ? source["hash"]
      : [content, contentBase64, source, sourceHash];
    return createHash(algorithm).update(JSON.stringify(identity)).digest("hex").slice(0, 32);
  });
}

function codeHash({ inputs }: Resource): string | undefined {
  const { code, s3Key, s3ObjectVersion, imageUri } = inputs;
  const identity = isAsset(code) ? code["hash"] : [s3Key, s3ObjectVersion, imageUri];
  return createHash("sha256").update(JSON.stringify(identity)).digest("base64");
}

const arn = (service: string, resource: string): string =>
  `arn:{partition}:${service}:{region}:{account}:${resource}`;
const globalArn = (service: string, resource: string): string =>
  `arn:{partition}:${service}::{account}:${resource}`;
const ec2 = (prefix: string, resource: string): Row => ({
  id: `${prefix}-{hex:17}`,
  arn: arn("ec2", `${resource}/{id}`),
});
const byArn = (template: string): Row => ({ id: template, arn: "{id}" });
const lambdaInvocation = (version: string): string =>
  `arn:{partition}:apigateway:{region}:lambda:path/2015-03-31/functions/{arn}${version}/invocations`;
const securityGroupRule: Row = {
  id: "sgr-{hex:17}",
  securityGroupRuleId: "{id}",
  arn: arn("ec2", "security-group-rule/{id}"),
};

/**
 * What AWS computes for a resource, by resource type: its `id` as the real provider records it, and
 * its other outputs in the order in which they build on one another.
 *
 * Templates name inputs and outputs in braces, and these: `{partition}`, `{region}`, `{account}`,
 * `{dnsSuffix}`, `{logicalName}`; `{hex:17}`, `{alnum:10}`, `{upper:21}` for as many random characters,
 * `{uuid}` and `{octet}`. A template with a name that has no value gives no output.
 *
 * To add a type: one row here, and its properties in `aws-resource-facts.json` where they are missing.
 */
export const COMPUTED: Readonly<Record<string, Row>> = {
  "aws:apigateway/account:Account": { id: "{account}", apiKeyVersion: "4" },
  "aws:apigateway/deployment:Deployment": { id: "{alnum:6}" },
  "aws:apigateway/integration:Integration": { id: "agi-{restApi}-{resourceId}-{httpMethod}" },
  "aws:apigateway/method:Method": { id: "agm-{restApi}-{resourceId}-{httpMethod}" },
  "aws:apigateway/methodSettings:MethodSettings": { id: "{restApi}-{stageName}-{methodPath}" },
  "aws:apigateway/resource:Resource": { id: "{alnum:6}", path: "/{pathPart}" },
  "aws:apigateway/restApi:RestApi": {
    id: "{alnum:10}",
    arn: "arn:{partition}:apigateway:{region}::/restapis/{id}",
    executionArn: arn("execute-api", "{id}"),
    rootResourceId: "{alnum:10}",
  },
  "aws:apigateway/restApiPolicy:RestApiPolicy": { id: "{restApiId}" },
  "aws:apigateway/stage:Stage": {
    id: "ags-{restApi}-{stageName}",
    arn: "arn:{partition}:apigateway:{region}::/restapis/{restApi}/stages/{stageName}",
    executionArn: arn("execute-api", "{restApi}/{stageName}"),
    invokeUrl: "https://{restApi}.execute-api.{region}.{dnsSuffix}/{stageName}",
  },
  "aws:apigatewayv2/api:Api": {
    id: "{alnum:10}",
    arn: "arn:{partition}:apigateway:{region}::/apis/{id}",
    apiEndpoint: "https://{id}.execute-api.{region}.{dnsSuffix}",
    executionArn: arn("execute-api", "{id}"),
  },
  "aws:apigatewayv2/integration:Integration": { id: "{alnum:7}" },
  "aws:apigatewayv2/route:Route": { id: "{alnum:7}" },
  "aws:apigatewayv2/stage:Stage": {
    id: "{name}",
    arn: "arn:{partition}:apigateway:{region}::/apis/{apiId}/stages/{id}",
    executionArn: arn("execute-api", "{apiId}/{id}"),
    invokeUrl: "https://{apiId}.execute-api.{region}.{dnsSuffix}/{id}",
  },
  "aws:appautoscaling/policy:Policy": {
    id: "{name}",
    arn: arn(
      "autoscaling",
      "scalingPolicy:{uuid}:resource/{serviceNamespace}/{resourceId}:policyName/{name}",
    ),
  },
  "aws:appautoscaling/scheduledAction:ScheduledAction": {
    id: "{name}-{serviceNamespace}-{resourceId}",
    arn: arn(
      "autoscaling",
      "scheduledAction:{uuid}:resource/{serviceNamespace}/{resourceId}:scheduledActionName/{name}",
    ),
  },
  "aws:appautoscaling/target:Target": {
    id: "{resourceId}",
    arn: arn("application-autoscaling", "scalable-target/{hex:34}"),
    roleArn: globalArn(
      "iam",
      "role/aws-service-role/custom-resource.application-autoscaling.{dnsSuffix}" +
        "/AWSServiceRoleForApplicationAutoScaling_CustomResource",
    ),
  },
  "aws:budgets/budget:Budget": {
    id: "{account}:{name}",
    arn: globalArn("budgets", "budget/{name}"),
    accountId: "{account}",
  },
  "aws:cloudwatch/compositeAlarm:CompositeAlarm": {
    id: "{alarmName}",
    arn: arn("cloudwatch", "alarm:{alarmName}"),
  },
  "aws:cloudwatch/dashboard:Dashboard": {
    id: "{dashboardName}",
    dashboardArn: globalArn("cloudwatch", "dashboard/{dashboardName}"),
  },
  "aws:cloudwatch/eventRule:EventRule": { id: "{name}", arn: arn("events", "rule/{name}") },
  "aws:cloudwatch/eventTarget:EventTarget": {
    id: "{rule}-{logicalName}",
    targetId: "{logicalName}",
  },
  "aws:cloudwatch/logGroup:LogGroup": { id: "{name}", arn: arn("logs", "log-group:{name}") },
  "aws:cloudwatch/logMetricFilter:LogMetricFilter": { id: "{name}" },
  "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": { id: "{policyName}" },
  "aws:cloudwatch/logStream:LogStream": {
    id: "{name}",
    arn: arn("logs", "log-group:{logGroupName}:log-stream:{name}"),
  },
  "aws:cloudwatch/metricAlarm:MetricAlarm": {
    id: "{name}",
    arn: arn("cloudwatch", "alarm:{name}"),
  },
  "aws:codebuild/project:Project": byArn(arn("codebuild", "project/{name}")),
  "aws:codeconnections/connection:Connection": {
    ...byArn(arn("codeconnections", "connection/{uuid}")),
    connectionStatus: "PENDING",
  },
  "aws:codepipeline/pipeline:Pipeline": { id: "{name}", arn: arn("codepipeline", "{name}") },
  "aws:codestarconnections/connection:Connection": {
    ...byArn(arn("codestar-connections", "connection/{uuid}")),
    connectionStatus: "PENDING",
  },
  "aws:cognito/identityPool:IdentityPool": {
    id: "{region}:{uuid}",
    arn: arn("cognito-identity", "identitypool/{id}"),
  },
  "aws:cognito/identityPoolRoleAttachment:IdentityPoolRoleAttachment": { id: "{identityPoolId}" },
  "aws:cognito/userPool:UserPool": {
    id: "{region}_{alnum:9}",
    arn: arn("cognito-idp", "userpool/{id}"),
    endpoint: "cognito-idp.{region}.{dnsSuffix}/{id}",
  },
  "aws:cognito/userPoolClient:UserPoolClient": { id: "{alnum:26}", clientSecret: "{alnum:51}" },
  "aws:cognito/userPoolDomain:UserPoolDomain": { id: "{domain}", awsAccountId: "{account}" },
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": {
    ...ec2("sg", "security-group"),
    name: "default",
    description: "default VPC security group",
    ownerId: "{account}",
  },
  "aws:ec2/eip:Eip": {
    ...ec2("eipalloc", "elastic-ip"),
    allocationId: "{id}",
    domain: "vpc",
    publicIp: "203.0.113.{octet}",
  },
  "aws:ec2/eipAssociation:EipAssociation": { id: "eipassoc-{hex:17}" },
  "aws:ec2/flowLog:FlowLog": ec2("fl", "vpc-flow-log"),
  "aws:ec2/instance:Instance": {
    ...ec2("i", "instance"),
    instanceState: "running",
    primaryNetworkInterfaceId: "eni-{hex:17}",
    privateIp: "10.0.0.{octet}",
  },
  "aws:ec2/internetGateway:InternetGateway": {
    ...ec2("igw", "internet-gateway"),
    ownerId: "{account}",
  },
  "aws:ec2/keyPair:KeyPair": {
    id: "{keyName}",
    arn: arn("ec2", "key-pair/{keyName}"),
    keyPairId: "key-{hex:17}",
  },
  "aws:ec2/launchTemplate:LaunchTemplate": {
    ...ec2("lt", "launch-template"),
    defaultVersion: 1,
    latestVersion: counter("latestVersion"),
  },
  "aws:ec2/natGateway:NatGateway": {
    id: "nat-{hex:17}",
    networkInterfaceId: "eni-{hex:17}",
    privateIp: "10.0.0.{octet}",
    publicIp: "203.0.113.{octet}",
  },
  "aws:ec2/route:Route": { id: "r-{routeTableId}{hex:10}", origin: "CreateRoute", state: "active" },
  "aws:ec2/routeTable:RouteTable": { ...ec2("rtb", "route-table"), ownerId: "{account}" },
  "aws:ec2/routeTableAssociation:RouteTableAssociation": { id: "rtbassoc-{hex:17}" },
  "aws:ec2/securityGroup:SecurityGroup": { ...ec2("sg", "security-group"), ownerId: "{account}" },
  "aws:ec2/securityGroupRule:SecurityGroupRule": {
    id: "sgrule-{hex:10}",
    securityGroupRuleId: "sgr-{hex:17}",
  },
  "aws:ec2/subnet:Subnet": { ...ec2("subnet", "subnet"), ownerId: "{account}" },
  "aws:ec2/vpc:Vpc": {
    ...ec2("vpc", "vpc"),
    defaultNetworkAclId: "acl-{hex:17}",
    defaultRouteTableId: "rtb-{hex:17}",
    mainRouteTableId: "{defaultRouteTableId}",
    defaultSecurityGroupId: "sg-{hex:17}",
    dhcpOptionsId: "dopt-{hex:17}",
    ownerId: "{account}",
  },
  "aws:ec2/vpcEndpoint:VpcEndpoint": {
    ...ec2("vpce", "vpc-endpoint"),
    prefixListId: "pl-{hex:8}",
    state: "available",
    ownerId: "{account}",
  },
  "aws:glue/catalogDatabase:CatalogDatabase": {
    id: "{account}:{name}",
    arn: arn("glue", "database/{name}"),
    catalogId: "{account}",
  },
  "aws:glue/catalogTable:CatalogTable": {
    id: "{account}:{databaseName}:{name}",
    arn: arn("glue", "table/{databaseName}/{name}"),
    catalogId: "{account}",
  },
  "aws:iam/instanceProfile:InstanceProfile": {
    id: "{name}",
    arn: globalArn("iam", "instance-profile{path}{name}"),
    uniqueId: "AIPA{upper:17}",
  },
  "aws:iam/openIdConnectProvider:OpenIdConnectProvider": byArn(
    globalArn("iam", "oidc-provider/{host}"),
  ),
  "aws:iam/policy:Policy": {
    ...byArn(globalArn("iam", "policy{path}{name}")),
    policyId: "ANPA{upper:17}",
  },
  "aws:iam/role:Role": {
    id: "{name}",
    arn: globalArn("iam", "role{path}{name}"),
    uniqueId: "AROA{upper:17}",
  },
  "aws:iam/rolePoliciesExclusive:RolePoliciesExclusive": { id: "{roleName}" },
  "aws:iam/rolePolicy:RolePolicy": { id: "{role}:{name}" },
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": { id: "{role}/{policyArn}" },
  "aws:iam/serviceLinkedRole:ServiceLinkedRole": {
    ...byArn(globalArn("iam", "role/aws-service-role/{awsServiceName}/AWSServiceRole")),
    name: "AWSServiceRole",
    path: "/aws-service-role/{awsServiceName}/",
    uniqueId: "AROA{upper:17}",
  },
  "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream": {
    ...byArn(arn("firehose", "deliverystream/{name}")),
    destinationId: "destinationId-000000000001",
    versionId: eachTime((resource) => String(nextVersion("versionId", resource))),
  },
  "aws:kinesis/resourcePolicy:ResourcePolicy": { id: "{resourceArn}" },
  "aws:kinesis/stream:Stream": byArn(arn("kinesis", "stream/{name}")),
  "aws:kinesis/streamConsumer:StreamConsumer": byArn("{streamArn}/consumer/{name}:1"),
  "aws:kinesisanalyticsv2/application:Application": {
    ...byArn(arn("kinesisanalytics", "application/{name}")),
    status: eachTime(({ inputs }) => (inputs["startApplication"] === true ? "RUNNING" : "READY")),
    versionId: counter("versionId"),
  },
  "aws:kinesisanalyticsv2/applicationSnapshot:ApplicationSnapshot": {
    id: "{applicationName}/{snapshotName}",
    applicationVersionId: 1,
  },
  "aws:kms/alias:Alias": {
    id: "{name}",
    arn: arn("kms", "{name}"),
    targetKeyArn: eachTime(({ inputs }) => {
      const key = String(inputs["targetKeyId"]);
      return key.startsWith("arn:") ? key : arn("kms", `key/${key}`);
    }),
  },
  "aws:kms/key:Key": { id: "{uuid}", keyId: "{id}", arn: arn("kms", "key/{id}") },
  "aws:kms/keyPolicy:KeyPolicy": { id: "{keyId}" },
  "aws:lambda/eventSourceMapping:EventSourceMapping": {
    id: "{uuid}",
    uuid: "{id}",
    arn: arn("lambda", "event-source-mapping:{id}"),
    state: "Enabled",
  },
  "aws:lambda/function:Function": {
    id: "{name}",
    arn: arn("lambda", "function:{name}"),
    invokeArn: lambdaInvocation(""),
    version: eachTime((resource) =>
      resource.inputs["publish"] === true ? String(nextVersion("version", resource)) : "$LATEST",
    ),
    qualifiedArn: eachTime(() => "{arn}:{version}"),
    qualifiedInvokeArn: eachTime(() => lambdaInvocation(":{version}")),
    codeSha256: eachTime(codeHash),
    sourceCodeHash: eachTime(codeHash),
  },
  "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": { id: "{functionName}" },
  "aws:lambda/invocation:Invocation": { id: "{functionName}_{hex:32}", result: "{}" },
  "aws:lambda/permission:Permission": { id: "{statementId}", statementId: "{logicalName}-{hex:7}" },
  "aws:opensearch/authorizeVpcEndpointAccess:AuthorizeVpcEndpointAccess": { id: "{domainName}" },
  "aws:opensearch/domain:Domain": {
    ...byArn(arn("es", "domain/{domainName}")),
    domainId: "{account}/{domainName}",
    endpoint: ({ inputs }) =>
      `${isObject(inputs["vpcOptions"]) ? "vpc" : "search"}-{domainName}-{alnum:26}.{region}.es.{dnsSuffix}`,
    dashboardEndpoint: "{endpoint}/_dashboards",
  },
  "aws:opensearch/domainPolicy:DomainPolicy": { id: "esd-policy-{domainName}" },
  "aws:opensearch/vpcEndpoint:VpcEndpoint": {
    id: "aos-{hex:17}",
    endpoint: "vpc-{hex:20}.{region}.es.{dnsSuffix}",
  },
  "aws:resourcegroups/group:Group": { id: "{name}", arn: arn("resource-groups", "group/{name}") },
  "aws:s3/bucket:Bucket": {
    id: "{bucket}",
    arn: "arn:{partition}:s3:::{bucket}",
    bucketDomainName: "{bucket}.s3.{dnsSuffix}",
    bucketRegion: "{region}",
    bucketRegionalDomainName: "{bucket}.s3.{region}.{dnsSuffix}",
  },
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": { id: "{bucket}" },
  "aws:s3/bucketLogging:BucketLogging": { id: "{bucket}" },
  "aws:s3/bucketNotification:BucketNotification": { id: "{bucket}" },
  "aws:s3/bucketObjectv2:BucketObjectv2": {
    id: "{bucket}/{key}",
    arn: "arn:{partition}:s3:::{bucket}/{key}",
    etag: contentHash("md5"),
    versionId: contentHash("sha256"),
  },
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls": { id: "{bucket}" },
  "aws:s3/bucketPolicy:BucketPolicy": { id: "{bucket}" },
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": { id: "{bucket}" },
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": {
    id: "{bucket}",
  },
  "aws:s3/bucketVersioning:BucketVersioning": { id: "{bucket}" },
  "aws:s3/objectCopy:ObjectCopy": {
    id: "{bucket}/{key}",
    arn: "arn:{partition}:s3:::{bucket}/{key}",
    versionId: "{hex:32}",
  },
  "aws:scheduler/schedule:Schedule": {
    id: "default/{name}",
    arn: arn("scheduler", "schedule/default/{name}"),
  },
  "aws:scheduler/scheduleGroup:ScheduleGroup": {
    id: "{name}",
    arn: arn("scheduler", "schedule-group/{name}"),
    state: "ACTIVE",
  },
  "aws:secretsmanager/secret:Secret": byArn(arn("secretsmanager", "secret:{name}-{alnum:6}")),
  "aws:secretsmanager/secretVersion:SecretVersion": {
    id: "{secretId}|{versionId}",
    versionId: "{uuid}",
    arn: "{secretId}",
  },
  "aws:sfn/stateMachine:StateMachine": {
    ...byArn(arn("states", "stateMachine:{name}")),
    status: "ACTIVE",
  },
  "aws:sns/topic:Topic": { ...byArn(arn("sns", "{name}")), owner: "{account}" },
  "aws:sns/topicPolicy:TopicPolicy": { id: "{arn}", owner: "{account}" },
  "aws:sns/topicSubscription:TopicSubscription": {
    ...byArn("{topic}:{uuid}"),
    ownerId: "{account}",
    pendingConfirmation: ({ inputs }) => String(inputs["protocol"]).startsWith("email"),
  },
  "aws:sqs/queue:Queue": {
    id: "https://sqs.{region}.{dnsSuffix}/{account}/{name}",
    arn: arn("sqs", "{name}"),
    url: "{id}",
  },
  "aws:sqs/queuePolicy:QueuePolicy": { id: "{queueUrl}" },
  "aws:ssm/document:Document": {
    id: "{name}",
    arn: arn("ssm", "document/{name}"),
    defaultVersion: "1",
    documentVersion: "1",
    latestVersion: "1",
    status: "Active",
  },
  "aws:ssm/parameter:Parameter": {
    id: "{name}",
    arn: ({ inputs }) => arn("ssm", `parameter/${String(inputs["name"]).replace(/^\//, "")}`),
    version: counter("version"),
  },
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": securityGroupRule,
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": securityGroupRule,
};
