import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type ApiLogArgs, restStage } from "../core/rest-api";

interface ScalingApiArgs extends ApiLogArgs {
  readonly functionName: pulumi.Input<string>;
  readonly invokeArn: pulumi.Input<string>;
}

/** Path below which Application Auto Scaling looks for targets: https://docs.aws.amazon.com/autoscaling/application/userguide/services-that-can-integrate-custom.html */
const collection = "scalableTargetDimensions";
const methods = ["GET", "PATCH"] as const;

/** Requests per second, and burst: two targets, asked every few seconds while a change is under way. */
const throttling = { rate: 10, burst: 20 };

/**
 * REST API for signed requests to the scaling function, throttled, logged and traced. A resource policy would keep out
 * principals that register targets: https://docs.aws.amazon.com/autoscaling/application/userguide/security_iam_permission_validation.html
 *
 * @returns the name of the API, what has to be there before Application Auto Scaling calls for the first time, and the
 *   URL of a target, by which Application Auto Scaling knows it
 */
export function scalingApi(
  name: string,
  args: ScalingApiArgs,
  opts: pulumi.ComponentResourceOptions,
) {
  const parent = new pulumi.ComponentResource("streaming:infra:ScalingApi", name, args, opts);
  const child = { parent };
  const api = new aws.apigateway.RestApi(
    name,
    {
      description: "Capacity of stream and Flink application, for Application Auto Scaling",
      endpointConfiguration: { types: "REGIONAL" },
    },
    child,
  );
  const restApi = api.id;
  const { id: collectionId } = new aws.apigateway.Resource(
    `${name}-collection`,
    { restApi, parentId: api.rootResourceId, pathPart: collection },
    child,
  );
  const { id: resourceId } = new aws.apigateway.Resource(
    `${name}-dimension`,
    { restApi, parentId: collectionId, pathPart: "{scalableTargetDimensionId}" },
    child,
  );
  const includes = methods.map((httpMethod) => {
    const method = new aws.apigateway.Method(
      `${name}-${httpMethod.toLowerCase()}`,
      {
        restApi,
        resourceId,
        httpMethod,
        authorization: "AWS_IAM",
        requestParameters: { "method.request.path.scalableTargetDimensionId": true },
      },
      child,
    );
    return new aws.apigateway.Integration(
      `${name}-${httpMethod.toLowerCase()}`,
      {
        restApi,
        resourceId,
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
  const triggers = { function: args.invokeArn };
  const { stage, settings } = restStage(
    name,
    { ...args, api, triggers, includes, throttling },
    parent,
  );
  return {
    apiName: api.name,
    ready: [permission, stage, settings],
    urlOf: (target: string) => pulumi.interpolate`${stage.invokeUrl}/${collection}/${target}`,
  };
}
