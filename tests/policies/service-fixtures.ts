import { ApiKey, DomainName, Method, MethodSettings, RestApi, Stage } from "@pulumi/aws/apigateway";
import { Api, Route, Stage as HttpStage } from "@pulumi/aws/apigatewayv2";
import { Project, ReportGroup } from "@pulumi/aws/codebuild";
import { Pipeline } from "@pulumi/aws/codepipeline";
import { IdentityPool, UserPool } from "@pulumi/aws/cognito";
import { Workgroup } from "@pulumi/aws/athena";
import { Job } from "@pulumi/aws/glue";
import { Permissions } from "@pulumi/aws/lakeformation";
import { Secret, SecretRotation } from "@pulumi/aws/secretsmanager";
import { StateMachine } from "@pulumi/aws/sfn";
import { resource, unknownString } from "../support/policy";

const arn = unknownString;

export const restApi = resource(RestApi, "scaling", { name: "scaling" });

export const method = resource(Method, "get", {
  restApi: arn,
  resourceId: arn,
  httpMethod: "GET",
  authorization: "AWS_IAM",
});

export const apiKey = resource(ApiKey, "clients", { name: "clients" });

export const route = resource(Route, "events", {
  apiId: arn,
  routeKey: "POST /events",
  authorizationType: "AWS_IAM",
});

export const stage = {
  ...resource(Stage, "live", {
    restApi: arn,
    deployment: arn,
    stageName: "live",
    xrayTracingEnabled: true,
    accessLogSettings: { destinationArn: arn, format: "$context.requestId" },
  }),
  dependencies: { restApi: [restApi] },
};

export const methodSettings = {
  ...resource(MethodSettings, "live", {
    restApi: arn,
    stageName: "live",
    methodPath: "*/*",
    settings: { loggingLevel: "ERROR", throttlingRateLimit: 10, throttlingBurstLimit: 20 },
  }),
  dependencies: { restApi: [restApi] },
};

export const webSocketApi = resource(Api, "live", {
  protocolType: "WEBSOCKET",
  routeSelectionExpression: "$request.body.action",
});

export const webSocketStage = {
  ...resource(HttpStage, "live", {
    apiId: arn,
    accessLogSettings: { destinationArn: arn, format: "$context.requestId" },
    defaultRouteSettings: {
      loggingLevel: "ERROR",
      throttlingRateLimit: 10,
      throttlingBurstLimit: 20,
    },
  }),
  dependencies: { apiId: [webSocketApi] },
};

export const httpStage = resource(HttpStage, "http", {
  apiId: arn,
  accessLogSettings: { destinationArn: arn, format: "$context.requestId" },
  defaultRouteSettings: { throttlingRateLimit: 10, throttlingBurstLimit: 20 },
});

export const domainName = resource(DomainName, "scaling", {
  domainName: "scaling.test",
  securityPolicy: "SecurityPolicy_TLS13_1_3_2025_09",
});

export const project = resource(Project, "job", {
  artifacts: { type: "CODEPIPELINE" },
  environment: {
    computeType: "BUILD_GENERAL1_SMALL",
    image: "aws/codebuild/amazonlinux2-x86_64-standard:5.0",
    type: "LINUX_CONTAINER",
  },
  serviceRole: arn,
  source: { type: "CODEPIPELINE" },
  encryptionKey: arn,
  logsConfig: { cloudwatchLogs: { status: "ENABLED", groupName: arn } },
});

export const reportGroup = resource(ReportGroup, "tests", {
  type: "TEST",
  exportConfig: {
    type: "S3",
    s3Destination: { bucket: "reports", encryptionKey: arn },
  },
});

function stageOf<T extends object>(name: string, action: T) {
  return { name, actions: [{ name, owner: "AWS", version: "1", ...action }] };
}

export const pipeline = resource(Pipeline, "job", {
  roleArn: arn,
  artifactStores: [{ location: "artifacts", type: "S3", encryptionKey: { id: arn, type: "KMS" } }],
  stages: [
    stageOf("Source", { category: "Source", provider: "S3", outputArtifacts: ["source"] }),
    stageOf("Build", { category: "Build", provider: "CodeBuild", inputArtifacts: ["source"] }),
  ],
});

export const identityPool = resource(IdentityPool, "readers", {
  identityPoolName: "readers",
  allowUnauthenticatedIdentities: false,
});

export const userPool = {
  ...resource(UserPool, "readers", {
    passwordPolicy: {
      minimumLength: 12,
      requireLowercase: true,
      requireNumbers: true,
      requireSymbols: true,
      requireUppercase: true,
      temporaryPasswordValidityDays: 7,
    },
    mfaConfiguration: "ON",
    softwareTokenMfaConfiguration: { enabled: true },
    userPoolAddOns: {
      advancedSecurityMode: "ENFORCED",
      advancedSecurityAdditionalFlows: { customAuthMode: "ENFORCED" },
    },
    deletionProtection: "ACTIVE",
  }),
  protect: true,
};

export const sparkJob = resource(Job, "compaction", {
  roleArn: arn,
  command: { name: "glueetl", scriptLocation: "s3://artifacts/compaction.py" },
  glueVersion: "5.0",
});

export const workgroup = resource(Workgroup, "queries", {
  configuration: {
    enforceWorkgroupConfiguration: true,
    publishCloudwatchMetricsEnabled: true,
    bytesScannedCutoffPerQuery: 2 ** 30,
    resultConfiguration: {
      outputLocation: "s3://results/",
      encryptionConfiguration: { encryptionOption: "SSE_KMS", kmsKeyArn: arn },
    },
  },
});

export const columnGrant = resource(Permissions, "analyst", {
  principal: "arn:aws:iam::123456789012:role/analyst",
  permissions: ["SELECT"],
  tableWithColumns: { databaseName: "shop", name: "orders", columnNames: ["price"] },
});

export const stateMachine = resource(StateMachine, "release", {
  roleArn: arn,
  definition: "{}",
  loggingConfiguration: { level: "ERROR", logDestination: arn },
});

export const secret = resource(Secret, "token", { name: "trips/token" });

export const secretRotation = {
  ...resource(SecretRotation, "token", {
    secretId: arn,
    rotationLambdaArn: arn,
    rotationRules: { automaticallyAfterDays: 30 },
  }),
  dependencies: { secretId: [secret] },
};

export const services = [
  restApi,
  method,
  apiKey,
  route,
  stage,
  methodSettings,
  webSocketApi,
  webSocketStage,
  httpStage,
  domainName,
  project,
  reportGroup,
  pipeline,
  identityPool,
  userPool,
  sparkJob,
  workgroup,
  columnGrant,
  stateMachine,
  secret,
  secretRotation,
];
