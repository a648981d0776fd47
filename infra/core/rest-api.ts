import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { actions, allow, policyDocument, rolePolicy } from "./iam";
import { logGroup } from "./logs";
import { present } from "./present";

/** What API Gateway tries before it accepts the role: https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html */
const logActions = actions({
  logs:
    "CreateLogGroup CreateLogStream DescribeLogGroups DescribeLogStreams FilterLogEvents " +
    "GetLogEvents PutLogEvents",
});

/**
 * Role with which API Gateway writes the logs of all APIs of an account and region; it outlives the stack, as others use it.
 * @returns what the stages of APIs have to wait for
 */
function apiGatewayLogs(name: string, opts: pulumi.ComponentResourceOptions): pulumi.Resource {
  const parent = new pulumi.ComponentResource("streaming:infra:ApiGatewayLogs", name, {}, opts);
  const kept = { parent, retainOnDelete: true };
  const principal = { Service: "apigateway.amazonaws.com" };
  const assumeRolePolicy = policyDocument([
    { Effect: "Allow", Principal: principal, Action: "sts:AssumeRole" },
  ]);
  const role = new aws.iam.Role(name, { assumeRolePolicy }, kept);
  const policy = rolePolicy(name, role.name, [allow(logActions, ["*"])], kept);
  return new aws.apigateway.Account(
    name,
    { cloudwatchRoleArn: role.arn },
    { ...kept, dependsOn: [policy] },
  );
}

/** Logs of an API's stage. */
export interface ApiLogArgs {
  /** Makes the role with which API Gateway writes logs in this account and region; there is one. @default false */
  readonly createLogRole?: boolean;
  /** Days for which requests stay in the logs. */
  readonly logRetentionDays: number;
  /** ARN of the KMS key that encrypts the logs. @default CloudWatch's own key */
  readonly kmsKeyArn?: pulumi.Input<string> | undefined;
}

export interface RestStageArgs extends ApiLogArgs {
  readonly api: aws.apigateway.RestApi;
  /** What the API consists of: a stage serves it as it was when the deployment was made, so a change makes a new one. */
  readonly triggers: Readonly<Record<string, pulumi.Input<string>>>;
  /** Resources of the API that the deployment has to include. */
  readonly includes: readonly pulumi.Resource[];
  /** Requests per second, on average, and the size of the bucket that bursts draw on. */
  readonly throttling: { readonly rate: number; readonly burst: number };
  /** Fields of the access log besides those of every API. @default none */
  readonly logged?: Readonly<Record<string, string>>;
}

/** Name of the stage of every API. */
export const stageName = "v1";

/** What is kept of each request, one line of JSON. */
const accessLog = {
  requestId: "$context.requestId",
  time: "$context.requestTime",
  caller: "$context.identity.userArn",
  method: "$context.httpMethod",
  path: "$context.path",
  status: "$context.status",
  error: "$context.error.message",
  latency: "$context.responseLatency",
};

/** The one stage of a REST API: deployed, throttled, logged and traced. */
export function restStage(name: string, args: RestStageArgs, parent: pulumi.Resource) {
  const { api, throttling } = args;
  const child = { parent };
  const deployment = new aws.apigateway.Deployment(
    name,
    { restApi: api.id, triggers: args.triggers },
    { parent, dependsOn: [...args.includes] },
  );
  const account = args.createLogRole && apiGatewayLogs(`${name}-account`, child);
  const accessLogs = logGroup(`${name}-access-logs`, args, child);
  // API Gateway would make this one itself, for good and with a key of its own.
  const logName = pulumi.interpolate`API-Gateway-Execution-Logs_${api.id}/${stageName}`;
  const executionLogs = logGroup(`${name}-execution-logs`, args, child, logName);
  const stage = new aws.apigateway.Stage(
    name,
    {
      restApi: api.id,
      deployment: deployment.id,
      stageName,
      accessLogSettings: {
        destinationArn: accessLogs.arn,
        format: JSON.stringify({ ...accessLog, ...args.logged }),
      },
      xrayTracingEnabled: true,
    },
    { parent, dependsOn: present<pulumi.Resource>(executionLogs, account) },
  );
  const settings = new aws.apigateway.MethodSettings(
    name,
    {
      restApi: api.id,
      stageName: stage.stageName,
      methodPath: "*/*",
      settings: {
        loggingLevel: "ERROR",
        metricsEnabled: true,
        // Bodies are data, and logs are kept and read in other ways than data.
        dataTraceEnabled: false,
        throttlingRateLimit: throttling.rate,
        throttlingBurstLimit: throttling.burst,
      },
    },
    child,
  );
  return { stage, settings, accessLogs };
}
