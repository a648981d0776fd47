/** What is known of a property of a resource type. */
export interface PropertyFact {
  readonly type: "string" | "integer" | "number" | "boolean" | "array" | "object" | "asset";
  /** Of an array its elements' type, of an object without `properties` its values' type. */
  readonly items?: "string" | "boolean" | "integer" | "number" | "object";
  /** Of an object, or of the elements of an array of objects. */
  readonly properties?: Readonly<Record<string, PropertyFact>>;
  /** The program may set it. */
  readonly input?: boolean;
  readonly required?: boolean;
  /** AWS sets it when the program does not. */
  readonly computed?: boolean;
  /** A change replaces the resource. */
  readonly replaces?: boolean;
  readonly secret?: boolean;
  readonly default?: unknown;
  readonly minItems?: number;
  readonly maxItems?: number;
  /** A policy document: takes an object too, which is sent as JSON text. */
  readonly document?: boolean;
}

interface Correction {
  /** Names by rule that @pulumi/aws spells otherwise. */
  readonly renamed?: Readonly<Record<string, string>>;
  /** Changes by path, the names of nested properties joined by dots; what is not there is added. */
  readonly properties?: Readonly<Record<string, Partial<PropertyFact>>>;
}

const text: PropertyFact = { type: "string", input: true };
const integer: PropertyFact = { type: "integer", input: true };
const flag: PropertyFact = { type: "boolean", input: true };
const texts: PropertyFact = { type: "array", items: "string", input: true };
/** An object whose content is taken as it comes. */
const anything: PropertyFact = { type: "object", input: true };
const asset: Partial<PropertyFact> = { type: "asset" };
const document: Partial<PropertyFact> = { document: true };

function required(fact: PropertyFact): PropertyFact {
  return { ...fact, required: true };
}

function objects(properties: Record<string, PropertyFact>): PropertyFact {
  return { type: "array", items: "object", input: true, properties };
}

const restApi: Correction = { renamed: { restApiId: "restApi" } };
const securityGroup: Correction = { renamed: { egresses: "egress", ingresses: "ingress" } };

/** Where @pulumi/aws 7.48 differs from `aws-resource-facts.json`. */
export const CORRECTIONS: Readonly<Record<string, Correction>> = {
  "aws:apigateway/deployment:Deployment": restApi,
  "aws:apigateway/integration:Integration": restApi,
  "aws:apigateway/method:Method": restApi,
  "aws:apigateway/methodSettings:MethodSettings": restApi,
  "aws:apigateway/resource:Resource": restApi,
  "aws:apigateway/restApi:RestApi": {
    properties: { endpointAccessMode: text, securityPolicy: text },
  },
  "aws:apigateway/stage:Stage": {
    renamed: { restApiId: "restApi", deploymentId: "deployment" },
  },
  "aws:appautoscaling/scheduledAction:ScheduledAction": {
    properties: {
      "scalableTargetAction.maxCapacity": { type: "integer" },
      "scalableTargetAction.minCapacity": { type: "integer" },
    },
  },
  "aws:budgets/budget:Budget": { properties: { metrics: text } },
  "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": {
    properties: {
      policyDocument: document,
      policyScope: { type: "string", computed: true },
      resourceArn: { ...text, replaces: true },
      revisionId: { type: "string", computed: true },
    },
  },
  "aws:cloudwatch/metricAlarm:MetricAlarm": {
    renamed: { alarmName: "name" },
    properties: {
      comparisonOperator: { required: false },
      evaluationPeriods: { required: false },
      evaluationInterval: integer,
      evaluationCriteria: {
        type: "object",
        input: true,
        properties: {
          promqlCriteria: {
            type: "object",
            input: true,
            required: true,
            properties: { pendingPeriod: integer, query: required(text), recoveryPeriod: integer },
          },
        },
      },
      warmUpConfiguration: {
        type: "object",
        input: true,
        properties: {
          onlyStartEvaluatingAfterWarmUpPeriodEnds: flag,
          warmUpPeriodDurationInMinutes: required(integer),
        },
      },
    },
  },
  "aws:codebuild/project:Project": { properties: { "environment.hostKernel": text } },
  "aws:codepipeline/pipeline:Pipeline": {
    properties: {
      "stages.actions.commands": texts,
      "stages.actions.outputArtifactsForComputeActions": objects({
        files: texts,
        name: required(text),
      }),
      "stages.actions.outputVariables": texts,
    },
  },
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": securityGroup,
  "aws:ec2/flowLog:FlowLog": {
    properties: {
      tagFieldSpecifications: objects({ resourceType: required(text), tagKeys: required(texts) }),
    },
  },
  "aws:ec2/launchTemplate:LaunchTemplate": {
    properties: { "networkInterfaces.enaQueueCount": integer },
  },
  "aws:ec2/route:Route": { properties: { odbNetworkArn: text } },
  "aws:ec2/routeTable:RouteTable": { properties: { "routes.odbNetworkArn": text } },
  "aws:ec2/securityGroup:SecurityGroup": securityGroup,
  "aws:glue/catalogTable:CatalogTable": {
    properties: {
      "openTableFormatInput.icebergInput.icebergTableInput": anything,
      viewDefinition: anything,
    },
  },
  "aws:iam/policy:Policy": { properties: { policy: document } },
  "aws:iam/role:Role": { properties: { assumeRolePolicy: document } },
  "aws:iam/rolePolicy:RolePolicy": { properties: { policy: document } },
  "aws:kinesis/stream:Stream": { properties: { warmThroughputMibPs: integer } },
  "aws:lambda/eventSourceMapping:EventSourceMapping": {
    properties: { useResourceTimeoutForPropagation: flag },
  },
  "aws:lambda/function:Function": {
    renamed: { filename: "code", functionName: "name" },
    properties: {
      code: asset,
      architectures: { type: "array", items: "string" },
      useResourceTimeoutForPropagation: flag,
    },
  },
  "aws:lambda/permission:Permission": { renamed: { functionName: "function" } },
  "aws:opensearch/domain:Domain": {
    properties: {
      "advancedSecurityOptions.jwtOptions.jwksUrl": text,
      deploymentStrategyOptions: {
        type: "object",
        input: true,
        properties: { deploymentStrategy: required(text) },
      },
    },
  },
  "aws:s3/bucket:Bucket": {
    properties: {
      bucketNamespace: { ...text, replaces: true },
      "objectLockConfiguration.rule.defaultRetention.mode": { required: false },
      policy: document,
      "serverSideEncryptionConfiguration.rule.applyServerSideEncryptionByDefault": {
        required: false,
      },
      "serverSideEncryptionConfiguration.rule.blockedEncryptionTypes": texts,
    },
  },
  "aws:s3/bucketLogging:BucketLogging": {
    properties: { "targetObjectKeyFormat.simplePrefix": anything },
  },
  "aws:s3/bucketObjectv2:BucketObjectv2": { properties: { source: asset } },
  "aws:s3/bucketPolicy:BucketPolicy": { properties: { policy: document } },
  "aws:secretsmanager/secret:Secret": { properties: { type: text } },
  "aws:sns/topicPolicy:TopicPolicy": { properties: { policy: document } },
  "aws:sns/topicSubscription:TopicSubscription": { renamed: { topicArn: "topic" } },
  "aws:sqs/queuePolicy:QueuePolicy": { properties: { policy: document } },
};
