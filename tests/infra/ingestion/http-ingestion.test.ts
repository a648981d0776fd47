import { expect } from "chai";
import { render } from "velocityjs";
import { HttpIngestion, type HttpIngestionArgs } from "../../../infra/ingestion/http-ingestion";
import { mappingContext } from "../../../local/services/api/mapping-context";
import { deploy, type Deployment, refusal } from "../../support/mocks";
import { document } from "../policy-documents";

const args: HttpIngestionArgs = {
  streamName: "events",
  streamArn: "arn:aws:kinesis:us-east-1:123456789012:stream/events",
  eventSchema: {
    type: "object",
    required: ["page", "shop"],
    properties: {
      page: { type: "string" },
      shop: {
        type: "object",
        required: ["number"],
        properties: { number: { type: "integer" }, city: { type: "string" } },
      },
    },
  },
  partitionKey: { field: "page" },
  requestsPerSecond: 1800,
  logRetentionDays: 30,
};

function ingest(other: Partial<HttpIngestionArgs> = {}): Promise<Deployment> {
  return deploy(() => {
    const ingestion = new HttpIngestion("ingestion", { ...args, ...other });
    return { url: ingestion.url, statements: ingestion.sendStatements() };
  });
}

/** The body of PutRecord that the template of a deployment makes of a request. */
async function put(
  other: Partial<HttpIngestionArgs>,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Record<string, string>> {
  const { inputs } = (await ingest(other)).one("aws:apigateway/integration:Integration");
  const templates = inputs["requestTemplates"] as Record<string, string>;
  const text = render(templates["application/json"] ?? "", mappingContext(body, headers));
  return JSON.parse(text) as Record<string, string>;
}

describe("HttpIngestion", () => {
  it("puts the body as it came, under the key of its field", async () => {
    const body = '{ "page": "a \\"b\\" $c\\\\ \'d\' é", "shop": {"number": 1.0} }';
    const { StreamName, Data = "", PartitionKey, ...others } = await put({}, body);
    expect(StreamName).to.equal("events");
    expect(Buffer.from(Data, "base64").toString()).to.equal(body);
    expect(PartitionKey).to.equal("a \"b\" $c\\ 'd' é");
    expect(others).to.deep.equal({});
  });

  it("takes the key from a nested number as text, or from a header in URL encoding", async () => {
    const body = '{"page":"a","shop":{"number":132}}';
    const nested = await put({ partitionKey: { field: "shop.number" } }, body);
    expect(nested["PartitionKey"]).to.equal("132");
    const header = { partitionKey: { header: "X-Partition-Key" } };
    const keyed = await put(header, body, { "x-partition-key": 'a"b' });
    expect(keyed["PartitionKey"]).to.equal("a%22b");
    expect(
      (await ingest(header)).one("aws:apigateway/method:Method").inputs["requestParameters"],
    ).to.deep.equal({ "method.request.header.X-Partition-Key": true });
  });

  it("answers a full shard with 429, an invalid record with its reason, other refusals with 500", async () => {
    const deployment = await ingest();
    const answer = (status: string, body: string): [unknown, unknown] => {
      const { inputs } = deployment.one(
        "aws:apigateway/integrationResponse:IntegrationResponse",
        `ingestion-${status}`,
      );
      const context = mappingContext(body, {});
      const templates = inputs["responseTemplates"] as Record<string, string>;
      const text = render(templates["application/json"] ?? "", context);
      return [context.context.responseOverride.status ?? Number(status), JSON.parse(text)];
    };
    const refused = (type: string): [unknown, unknown] =>
      answer("400", JSON.stringify({ __type: type, message: 'Rate "exceeded"' }));
    const internal = { message: "Internal server error" };
    expect(refused("ProvisionedThroughputExceededException")).to.deep.equal([
      429,
      { message: "Too Many Requests" },
    ]);
    expect(refused("KMSThrottlingException")[0]).to.equal(429);
    expect(refused("com.amazonaws.kinesis#InvalidArgumentException")).to.deep.equal([
      400,
      { message: 'Rate "exceeded"' },
    ]);
    expect(refused("AccessDeniedException")).to.deep.equal([500, internal]);
    expect(answer("400", "{}")).to.deep.equal([500, internal]);
    expect(answer("500", "{}")).to.deep.equal([500, internal]);
    const patterns = deployment
      .ofType("aws:apigateway/integrationResponse:IntegrationResponse")
      .map(({ inputs }) => inputs["selectionPattern"]);
    expect(patterns).to.deep.equal([undefined, "4\\d{2}", "5\\d{2}"]);
  });

  it("takes signed requests with valid events of JSON alone", async () => {
    const deployment = await ingest();
    const method = deployment.one("aws:apigateway/method:Method").inputs;
    expect(method).to.deep.include({
      authorization: "AWS_IAM",
      requestModels: { "application/json": "Event" },
      requestValidatorId: "ingestion-id",
    });
    expect(method).not.to.have.property("apiKeyRequired");
    expect(deployment.one("aws:apigateway/requestValidator:RequestValidator").inputs).to.include({
      validateRequestBody: true,
    });
    expect(deployment.one("aws:apigateway/integration:Integration").inputs).to.deep.include({
      passthroughBehavior: "NEVER",
      uri: "arn:aws:apigateway:us-east-1:kinesis:action/PutRecord",
      credentials: "arn:aws:test:us-east-1:123456789012:ingestion-role",
    });
    expect(deployment.one("aws:apigateway/restApi:RestApi").inputs).to.include({
      securityPolicy: "SecurityPolicy_TLS13_1_2_PFS_PQ_2025_09",
      endpointAccessMode: "STRICT",
    });
    expect(deployment.ofType("aws:apigateway/apiKey:ApiKey")).to.be.empty;
  });

  it("has a role that may put into the stream, with its key, and nothing else", async () => {
    const statements = async (other: Partial<HttpIngestionArgs>) =>
      document((await ingest(other)).one("aws:iam/rolePolicy:RolePolicy").inputs["policy"])
        .Statement;
    const allowed = { Effect: "Allow", Action: ["kinesis:PutRecord"], Resource: [args.streamArn] };
    expect(await statements({})).to.deep.equal([allowed]);
    expect(await statements({ kmsKeyArn: "arn:key" })).to.deep.equal([
      allowed,
      {
        Effect: "Allow",
        Action: ["kms:GenerateDataKey"],
        Resource: ["arn:key"],
        Condition: { StringEquals: { "kms:ViaService": "kinesis.us-east-1.amazonaws.com" } },
      },
    ]);
  });

  it("throttles the stage, counts what it throttled, and encrypts both logs", async () => {
    const deployment = await ingest({ requestsPerSecond: 9000, kmsKeyArn: "arn:key" });
    expect(
      deployment.one("aws:apigateway/methodSettings:MethodSettings").inputs["settings"],
    ).to.include({
      throttlingRateLimit: 9000,
      throttlingBurstLimit: 5000,
      dataTraceEnabled: false,
    });
    const filter = deployment.one("aws:cloudwatch/logMetricFilter:LogMetricFilter").inputs;
    expect(filter).to.deep.include({ pattern: '{ $.status = "429" }' });
    expect(filter["metricTransformation"]).to.deep.include({ dimensions: { Api: "$.api" } });
    const { accessLogSettings } = deployment.one("aws:apigateway/stage:Stage").inputs as {
      accessLogSettings: { format: string };
    };
    expect(JSON.parse(accessLogSettings.format)).to.include({
      api: "$context.apiId",
      status: "$context.status",
    });
    for (const { inputs } of deployment.ofType("aws:cloudwatch/logGroup:LogGroup")) {
      expect(inputs).to.include({ kmsKeyId: "arn:key", retentionInDays: 30 });
    }
  });

  it("hands out a key with throttle and quota where keys are chosen", async () => {
    const deployment = await ingest({ access: "ApiKey", requestsPerDay: 5000 });
    expect(deployment.one("aws:apigateway/method:Method").inputs).to.include({
      authorization: "NONE",
      apiKeyRequired: true,
    });
    expect(deployment.one("aws:apigateway/usagePlan:UsagePlan").inputs).to.deep.include({
      apiStages: [{ apiId: "ingestion-id", stage: "v1" }],
      throttleSettings: { rateLimit: 1800, burstLimit: 1800 },
      quotaSettings: { limit: 5000, period: "DAY" },
    });
    expect(deployment.one("aws:apigateway/usagePlanKey:UsagePlanKey").inputs).to.include({
      keyId: "ingestion-id",
      usagePlanId: "ingestion-id",
    });
  });

  it("is deployed again when its definition changes, and not otherwise", async () => {
    const triggers = async (other: Partial<HttpIngestionArgs>) =>
      (await ingest(other)).one("aws:apigateway/deployment:Deployment").inputs["triggers"];
    const usual = await triggers({});
    expect(await triggers({ requestsPerSecond: 100 })).to.deep.equal(usual);
    expect(await triggers({ partitionKey: { header: "X-Key" } })).not.to.deep.equal(usual);
    expect(await triggers({ access: "ApiKey", requestsPerDay: 1 })).not.to.deep.equal(usual);
    const eventSchema = { ...args.eventSchema, title: "Event" };
    expect(await triggers({ eventSchema })).not.to.deep.equal(usual);
  });

  it("associates a web ACL, and says where to post and what a client needs", async () => {
    const acl = "arn:aws:wafv2:us-east-1:123456789012:regional/webacl/events/0123-abc";
    const deployment = await ingest({ webAclArn: acl });
    expect(deployment.one("aws:wafv2/webAclAssociation:WebAclAssociation").inputs).to.deep.include({
      webAclArn: acl,
    });
    expect(deployment.outputs).to.deep.equal({
      url: "https://ingestion-id.execute-api.us-east-1.amazonaws.com/v1/events",
      statements: [
        {
          Effect: "Allow",
          Action: ["execute-api:Invoke"],
          Resource: ["arn:aws:execute-api:us-east-1:123456789012:ingestion-id/v1/POST/events"],
        },
      ],
    });
  });

  it("lists everything that is wrong", async () => {
    const program = () =>
      new HttpIngestion("ingestion", {
        ...args,
        eventSchema: { type: "object", properties: { id: { type: "string", format: "uuid" } } },
        partitionKey: { field: "id" },
        requestsPerSecond: 0,
        requestsPerDay: 10,
        webAclArn: "acl",
        logRetentionDays: 6,
      });
    const [heading, ...problems] = (await refusal(program)).split("\n- ");
    expect(heading).to.equal('HttpIngestion "ingestion" has invalid arguments:');
    const beginnings = problems.map((problem) => problem.split(/ must (?=[a-z])/)[0]);
    expect(beginnings).to.deep.equal([
      "requestsPerSecond",
      "webAclArn",
      "logRetentionDays",
      "requestsPerDay",
      "partitionKey",
      "eventSchema, at properties.id,",
    ]);
  });
});
