import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { actions, allow, policyDocument } from "../core/iam";

/** What API Gateway tries before it accepts the role: https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html */
const logActions = actions({
  logs:
    "CreateLogGroup CreateLogStream DescribeLogGroups DescribeLogStreams FilterLogEvents " +
    "GetLogEvents PutLogEvents",
});

/** Role with which API Gateway writes the logs of all APIs of an account and region; it outlives the stack, as others use it. */
export class ApiGatewayLogs extends pulumi.ComponentResource {
  /** What the stages of APIs have to wait for. */
  readonly ready: pulumi.Resource;

  constructor(name: string, args: object = {}, opts?: pulumi.ComponentResourceOptions) {
    super("streaming:infra:ApiGatewayLogs", name, args, opts);
    const kept = { parent: this, retainOnDelete: true };

    const role = new aws.iam.Role(
      name,
      {
        assumeRolePolicy: policyDocument([
          {
            Effect: "Allow",
            Principal: { Service: "apigateway.amazonaws.com" },
            Action: "sts:AssumeRole",
          },
        ]),
      },
      kept,
    );
    const policy = new aws.iam.RolePolicy(
      name,
      {
        role: role.name,
        policy: policyDocument([allow(logActions, ["*"])]),
      },
      kept,
    );
    this.ready = new aws.apigateway.Account(
      name,
      { cloudwatchRoleArn: role.arn },
      { ...kept, dependsOn: [policy] },
    );
    this.registerOutputs();
  }
}

export interface ScalingApiArgs {
  readonly functionName: pulumi.Input<string>;
  readonly invokeArn: pulumi.Input<string>;
  /** Makes the role with which API Gateway writes logs in this account and region; there is one. @default false */
  readonly createLogRole?: boolean;
  /** Days for which requests stay in the access log. */
  readonly logRetentionDays: number;
  /** ARN of the KMS key that encrypts the access log. @default CloudWatch's own key */
  readonly kmsKeyArn?: pulumi.Input<string> | undefined;
}

/** Path below which Application Auto Scaling looks for targets: https://docs.aws.amazon.com/autoscaling/application/userguide/services-that-can-integrate-custom.html */
const collection = "scalableTargetDimensions";
const stageName = "v1";
const methods = ["GET", "PATCH"] as const;

/** Requests per second, and burst: two targets, asked every few seconds while a change is under way. */
const throttling = { rate: 10, burst: 20 };

/** What is kept of each request, one line of JSON. */
const accessLogFormat = JSON.stringify({
  requestId: "$context.requestId",
  time: "$context.requestTime",
  caller: "$context.identity.userArn",
  method: "$context.httpMethod",
  path: "$context.path",
  status: "$context.status",
  error: "$context.error.message",
  latency: "$context.responseLatency",
});

/** REST API for signed requests to the scaling function, throttled, logged and traced. A resource policy would keep out principals that register targets: https://docs.aws.amazon.com/autoscaling/application/userguide/security_iam_permission_validation.html */
export class ScalingApi extends pulumi.ComponentResource {
  /** Name of the API and of its stage, the dimensions of its metrics. */
  readonly apiName: pulumi.Output<string>;
  readonly stageName: string = stageName;
  /** What has to be there before Application Auto Scaling calls for the first time. */
  readonly ready: readonly pulumi.Resource[];

  readonly #url: pulumi.Output<string>;

  constructor(name: string, args: ScalingApiArgs, opts?: pulumi.ComponentResourceOptions) {
    super("streaming:infra:ScalingApi", name, args, opts);
    const child = { parent: this };

    const api = new aws.apigateway.RestApi(
      name,
      {
        description: "Capacity of stream and Flink application, for Application Auto Scaling",
        endpointConfiguration: { types: "REGIONAL" },
      },
      child,
    );
    const parent = new aws.apigateway.Resource(
      `${name}-collection`,
      { restApi: api.id, parentId: api.rootResourceId, pathPart: collection },
      child,
    );
    const resource = new aws.apigateway.Resource(
      `${name}-dimension`,
      { restApi: api.id, parentId: parent.id, pathPart: "{scalableTargetDimensionId}" },
      child,
    );
    const integrations = methods.map((httpMethod) => {
      const method = new aws.apigateway.Method(
        `${name}-${httpMethod.toLowerCase()}`,
        {
          restApi: api.id,
          resourceId: resource.id,
          httpMethod,
          authorization: "AWS_IAM",
          requestParameters: { "method.request.path.scalableTargetDimensionId": true },
        },
        child,
      );
      return new aws.apigateway.Integration(
        `${name}-${httpMethod.toLowerCase()}`,
        {
          restApi: api.id,
          resourceId: resource.id,
          httpMethod: method.httpMethod,
          type: "AWS_PROXY",
          // Lambda is invoked by POST, whatever the method of the API.
          integrationHttpMethod: "POST",
          uri: args.invokeArn,
        },
        child,
      );
    });
    const permission = new aws.lambda.Permission(
      name,
      {
        action: "lambda:InvokeFunction",
        function: args.functionName,
        principal: "apigateway.amazonaws.com",
        sourceArn: pulumi.interpolate`${api.executionArn}/*/*/${collection}/*`,
      },
      child,
    );

    const deployment = new aws.apigateway.Deployment(
      name,
      {
        restApi: api.id,
        // A stage serves the API as it was when the deployment was made: what changes it makes a new one.
        triggers: { function: args.invokeArn },
      },
      { parent: this, dependsOn: integrations },
    );
    const account =
      args.createLogRole === true ? [new ApiGatewayLogs(`${name}-account`, {}, child).ready] : [];
    const accessLog = new aws.cloudwatch.LogGroup(
      `${name}-access-logs`,
      { retentionInDays: args.logRetentionDays, kmsKeyId: args.kmsKeyArn },
      child,
    );
    // API Gateway would make this one itself, for good and with a key of its own.
    const executionLog = new aws.cloudwatch.LogGroup(
      `${name}-execution-logs`,
      {
        name: pulumi.interpolate`API-Gateway-Execution-Logs_${api.id}/${stageName}`,
        retentionInDays: args.logRetentionDays,
        kmsKeyId: args.kmsKeyArn,
      },
      child,
    );
    const stage = new aws.apigateway.Stage(
      name,
      {
        restApi: api.id,
        deployment: deployment.id,
        stageName,
        accessLogSettings: { destinationArn: accessLog.arn, format: accessLogFormat },
        xrayTracingEnabled: true,
      },
      { parent: this, dependsOn: [executionLog, ...account] },
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
          // Bodies hold nothing that the function does not write into its own log.
          dataTraceEnabled: false,
          throttlingRateLimit: throttling.rate,
          throttlingBurstLimit: throttling.burst,
        },
      },
      child,
    );

    this.apiName = api.name;
    this.ready = [permission, stage, settings];
    this.#url = stage.invokeUrl;
    this.registerOutputs({ apiName: this.apiName });
  }

  /** The URL of a target, by which Application Auto Scaling knows it. */
  urlOf(target: string): pulumi.Output<string> {
    return pulumi.interpolate`${this.#url}/${collection}/${target}`;
  }
}
