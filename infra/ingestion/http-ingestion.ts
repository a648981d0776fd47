import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { SchemaObject } from "../contracts/json-schema";
import { sha256 } from "../core/bundle";
import { componentInputs } from "../core/component";
import { allow, ServiceRole, type Statement, useKey } from "../core/iam";
import { limits, logRetentionDays, webAclArn } from "../core/limits";
import { type ApiLogArgs, restStage, stageName } from "../core/rest-api";
import { Problems } from "../core/validate";
import { metricFamilies } from "../watch/metrics";
import type { WatchedIngestion } from "./monitoring";
import { eventModel } from "./event-model";
import {
  checkPartitionKey,
  failedTemplate,
  type PartitionKeySource,
  putRecordTemplate,
  refusedTemplate,
} from "./mapping";

/** How clients prove that they may send: a signature of IAM, or an API key of a usage plan. */
export const ingestionAccess = ["Iam", "ApiKey"] as const;
export type IngestionAccess = (typeof ingestionAccess)[number];

export interface HttpIngestionArgs extends ApiLogArgs {
  /** Name and ARN of the stream that takes the events. */
  readonly streamName: pulumi.Input<string>;
  readonly streamArn: pulumi.Input<string>;
  /** JSON Schema that every event conforms to; other requests are answered with 400. */
  readonly eventSchema: SchemaObject;
  /** Required field of the event whose value is the partition key, or a header, whose value is taken URL-encoded. */
  readonly partitionKey: PartitionKeySource;
  /**
   * Authorization of clients. An API key identifies a client, and can be passed on by all that see it; the policy pack
   * refuses it without an exception. @default Iam
   */
  readonly access?: IngestionAccess;
  /** Requests per second, of one event each, that are let through, 1 to 10,000; below the capacity of the stream. */
  readonly requestsPerSecond: number;
  /** Requests per day with the API key, 1 to 2,147,483,647. Needed with `ApiKey` and not allowed with `Iam`. */
  readonly requestsPerDay?: number | undefined;
  /** ARN of a regional web ACL of AWS WAF that requests pass first. @default none */
  readonly webAclArn?: string | undefined;
}

const pathPart = "events";
const httpMethod = "POST";
const contentType = "application/json";

/** TLS 1.2 or newer with forward secrecy: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-security-policies-list.html */
const securityPolicy = "SecurityPolicy_TLS13_1_2_PFS_PQ_2025_09";

/** Answers by the status of Kinesis; the one without a pattern is for success, which is passed on as it is. */
const answers = [
  { statusCode: "200" },
  { statusCode: "400", selectionPattern: "4\\d{2}", template: refusedTemplate },
  { statusCode: "500", selectionPattern: "5\\d{2}", template: failedTemplate },
] as const;

/**
 * A REST API that puts events into a Kinesis data stream, without code: `POST /v1/events` with an event as JSON.
 *
 * A request is authorized, throttled, validated by the event's schema and put as it is. It is answered with
 * `SequenceNumber` and `ShardId`, or with 400 (invalid event), 403 (no permission), 415 (other than JSON), 429 (too many
 * requests, or a full shard: send again later) or 500.
 *
 * @example
 * const ingestion = new HttpIngestion("ingestion", {
 *   streamName: events.name,
 *   streamArn: events.arn,
 *   eventSchema: { type: "object", required: ["page"], properties: { page: { type: "string" } } },
 *   partitionKey: { field: "page" },
 *   requestsPerSecond: 900,
 *   logRetentionDays: 30,
 * });
 * new ServiceRole("shop", { service: "lambda.amazonaws.com", statements: ingestion.sendStatements() });
 */
export class HttpIngestion extends pulumi.ComponentResource {
  /** Address to which events are posted. */
  readonly url: pulumi.Output<string>;
  /** Value of the API key, a secret; clients send it as `x-api-key`. Undefined with `Iam`. */
  readonly apiKey: pulumi.Output<string> | undefined;
  readonly watched: WatchedIngestion;

  readonly #executionArn: pulumi.Output<string>;

  /** @throws Error that lists every invalid argument. */
  constructor(name: string, args: HttpIngestionArgs, opts?: pulumi.ComponentResourceOptions) {
    super("streaming:infra:HttpIngestion", name, componentInputs(args, "eventSchema"), opts);
    const model = validate(name, args);

    const { access = "Iam", partitionKey, requestsPerSecond } = args;
    const child = { parent: this };
    const { region } = aws.getRegionOutput({}, child);
    const { partition } = aws.getPartitionOutput({}, child);
    const role = new ServiceRole(
      `${name}-role`,
      {
        service: "apigateway.amazonaws.com",
        statements: [
          allow(["kinesis:PutRecord"], [args.streamArn]),
          ...useKey(args.kmsKeyArn, ["kms:GenerateDataKey"], "kinesis", region),
        ],
      },
      child,
    );
    const api = new aws.apigateway.RestApi(
      name,
      {
        description: "Puts events into the stream",
        endpointConfiguration: { types: "REGIONAL" },
        securityPolicy,
        endpointAccessMode: "STRICT",
      },
      child,
    );
    const { id: restApi, rootResourceId: parentId } = api;
    const resource = new aws.apigateway.Resource(name, { restApi, parentId, pathPart }, child);
    const event = new aws.apigateway.Model(
      name,
      { restApi, name: "Event", contentType, schema: JSON.stringify(model) },
      child,
    );
    const validator = new aws.apigateway.RequestValidator(
      name,
      { restApi, validateRequestBody: true, validateRequestParameters: true },
      child,
    );
    const method = new aws.apigateway.Method(
      name,
      {
        restApi,
        resourceId: resource.id,
        httpMethod,
        ...(access === "Iam"
          ? { authorization: "AWS_IAM" }
          : { authorization: "NONE", apiKeyRequired: true }),
        requestValidatorId: validator.id,
        requestModels: { [contentType]: event.name },
        ...("header" in partitionKey && {
          requestParameters: { [`method.request.header.${partitionKey.header}`]: true },
        }),
      },
      child,
    );
    const ofMethod = { restApi, resourceId: resource.id, httpMethod: method.httpMethod };
    const template = putRecordTemplate(args.streamName, partitionKey, args.eventSchema);
    const integration = new aws.apigateway.Integration(
      name,
      {
        ...ofMethod,
        type: "AWS",
        integrationHttpMethod: "POST",
        uri: pulumi.interpolate`arn:${partition}:apigateway:${region}:kinesis:action/PutRecord`,
        credentials: role.arn,
        requestParameters: {
          "integration.request.header.Content-Type": "'application/x-amz-json-1.1'",
        },
        requestTemplates: { [contentType]: template },
        // Another type of content has no model, and would pass without validation.
        passthroughBehavior: "NEVER",
      },
      { parent: this, dependsOn: [...role.ready] },
    );
    const responses = answers.map(({ statusCode, ...answer }) => {
      const response = new aws.apigateway.MethodResponse(
        `${name}-${statusCode}`,
        { ...ofMethod, statusCode },
        child,
      );
      return new aws.apigateway.IntegrationResponse(
        `${name}-${statusCode}`,
        {
          ...ofMethod,
          statusCode: response.statusCode,
          ...("template" in answer && {
            selectionPattern: answer.selectionPattern,
            responseTemplates: { [contentType]: answer.template },
          }),
        },
        { parent: this, dependsOn: [integration] },
      );
    });

    const throttling = {
      rate: requestsPerSecond,
      burst: Math.min(requestsPerSecond, limits.apiBurst.max),
    };
    const described = { model, access, template, answers, role: role.arn, partitionKey };
    const definition = pulumi.jsonStringify(described).apply(sha256);
    const { stage, settings, accessLogs } = restStage(
      name,
      {
        ...args,
        api,
        triggers: { definition },
        includes: [integration, ...responses],
        throttling,
        logged: { api: "$context.apiId", key: "$context.identity.apiKeyId" },
      },
      this,
    );
    new aws.cloudwatch.LogMetricFilter(
      `${name}-throttled`,
      {
        logGroupName: accessLogs.name,
        pattern: '{ $.status = "429" }',
        metricTransformation: {
          namespace: metricFamilies.ingestion.namespace,
          name: "Throttled",
          value: "1",
          dimensions: { Api: "$.api" },
        },
      },
      child,
    );
    if (access === "ApiKey" && args.requestsPerDay !== undefined) {
      const key = new aws.apigateway.ApiKey(name, { description: "Sends events" }, child);
      const plan = new aws.apigateway.UsagePlan(
        name,
        {
          apiStages: [{ apiId: api.id, stage: stage.stageName }],
          throttleSettings: { rateLimit: throttling.rate, burstLimit: throttling.burst },
          quotaSettings: { limit: args.requestsPerDay, period: "DAY" },
        },
        { parent: this, dependsOn: [settings] },
      );
      new aws.apigateway.UsagePlanKey(
        name,
        { keyId: key.id, keyType: "API_KEY", usagePlanId: plan.id },
        child,
      );
      this.apiKey = key.value;
    }
    if (args.webAclArn !== undefined) {
      new aws.wafv2.WebAclAssociation(
        name,
        { resourceArn: stage.arn, webAclArn: args.webAclArn },
        child,
      );
    }

    this.#executionArn = stage.executionArn;
    this.url = pulumi.interpolate`${stage.invokeUrl}/${pathPart}`;
    this.watched = { apiName: api.name, apiId: api.id, apiStageName: stageName, requestsPerSecond };
    this.registerOutputs({ url: this.url });
  }

  /** Permission of a client that signs with IAM: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-control-access-using-iam-policies-to-invoke-api.html */
  sendStatements(): Statement[] {
    return [
      allow(
        ["execute-api:Invoke"],
        [pulumi.interpolate`${this.#executionArn}/${httpMethod}/${pathPart}`],
      ),
    ];
  }
}

/** Checks the arguments. @returns the event's schema as API Gateway takes it */
function validate(name: string, args: HttpIngestionArgs): Record<string, unknown> {
  const problems = new Problems();
  const { access = "Iam", requestsPerDay } = args;
  problems.check(args, {
    access: ingestionAccess,
    requestsPerSecond: limits.apiRequestsPerSecond,
    requestsPerDay: limits.apiRequestsPerDay,
    webAclArn,
    logRetentionDays,
  });
  problems.require(
    (access === "ApiKey") === (requestsPerDay !== undefined),
    `requestsPerDay must be set with access ApiKey, and with no other; got ${String(requestsPerDay)} with ${access}`,
  );
  checkPartitionKey(args.partitionKey, args.eventSchema, problems);
  const model = eventModel(args.eventSchema, (problem) => {
    problems.add(problem);
  });
  problems.throwIfAny(`HttpIngestion "${name}" has invalid arguments`);
  return model;
}
