import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type ApiLogArgs, restStage, stageName } from "../core/rest-api";

export interface ScalingApiArgs extends ApiLogArgs {
  readonly functionName: pulumi.Input<string>;
  readonly invokeArn: pulumi.Input<string>;
}

/** Path below which Application Auto Scaling looks for targets: https://docs.aws.amazon.com/autoscaling/application/userguide/services-that-can-integrate-custom.html */
const collection = "scalableTargetDimensions";
const methods = ["GET", "PATCH"] as const;

/** Requests per second, and burst: two targets, asked every few seconds while a change is under way. */
const throttling = { rate: 10, burst: 20 };

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

    const { stage, settings } = restStage(
      name,
      {
        ...args,
        api,
        triggers: { function: args.invokeArn },
        includes: integrations,
        throttling,
      },
      this,
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
