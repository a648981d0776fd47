import { expect } from "chai";
import { GithubAccess } from "../../../infra/bootstrap/github-access";
import { actionsOf, document, type SentStatement } from "../../infra/policy-documents";
import { deploy, type Registration } from "../../support/mocks";
import { stackDeployment } from "../../support/stack-deployment";

const account = "123456789012";
/** A name as Pulumi.yaml has Pulumi make it where none is given. */
const autoName = (name: string): string => `streaming-pipeline-prod-${name}-01234`;

/** The action that makes a resource, and the resources' part of the ARNs on which it is allowed. */
type Creation = readonly [
  action: string,
  resources: (name: string, made: Registration) => string[],
];

const creations: Readonly<Record<string, Creation>> = {
  "aws:apigateway/apiKey:ApiKey": ["apigateway:POST", () => ["/apikeys"]],
  "aws:apigateway/restApi:RestApi": ["apigateway:POST", () => ["/restapis"]],
  "aws:apigateway/usagePlan:UsagePlan": ["apigateway:POST", () => ["/usageplans"]],
  "aws:appautoscaling/target:Target": [
    "application-autoscaling:RegisterScalableTarget",
    () => ["scalable-target/0"],
  ],
  "aws:athena/workgroup:Workgroup": ["athena:CreateWorkGroup", (name) => [`workgroup/${name}`]],
  "aws:cloudwatch/compositeAlarm:CompositeAlarm": ["cloudwatch:PutCompositeAlarm", () => ["*"]],
  "aws:cloudwatch/dashboard:Dashboard": [
    "cloudwatch:PutDashboard",
    (name) => [`dashboard/${name}`],
  ],
  "aws:cloudwatch/eventRule:EventRule": ["events:PutRule", (name) => [`rule/${name}`]],
  "aws:cloudwatch/logGroup:LogGroup": ["logs:CreateLogGroup", (name) => [`log-group:${name}`]],
  "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": ["logs:PutResourcePolicy", () => ["*"]],
  "aws:cloudwatch/metricAlarm:MetricAlarm": [
    "cloudwatch:PutMetricAlarm",
    (name) => [`alarm:${name}`],
  ],
  "aws:codebuild/project:Project": ["codebuild:CreateProject", (name) => [`project/${name}`]],
  "aws:codepipeline/pipeline:Pipeline": ["codepipeline:CreatePipeline", (name) => [name]],
  "aws:cognito/identityPool:IdentityPool": ["cognito-identity:CreateIdentityPool", () => ["*"]],
  "aws:cognito/userPool:UserPool": ["cognito-idp:CreateUserPool", () => ["*"]],
  "aws:ec2/instance:Instance": ["ec2:RunInstances", () => ["instance/*"]],
  "aws:glue/catalogDatabase:CatalogDatabase": [
    "glue:CreateDatabase",
    (name) => ["catalog", `database/${name}`],
  ],
  "aws:glue/catalogTable:CatalogTable": [
    "glue:CreateTable",
    (name, { inputs }) => {
      const database = String(inputs["databaseName"]);
      return ["catalog", `database/${database}`, `table/${database}/${name}`];
    },
  ],
  "aws:iam/role:Role": ["iam:CreateRole", (name) => [`role/${name}`]],
  "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream": [
    "firehose:CreateDeliveryStream",
    (name) => [`deliverystream/${name}`],
  ],
  "aws:kinesis/stream:Stream": ["kinesis:CreateStream", (name) => [`stream/${name}`]],
  "aws:kinesisanalyticsv2/application:Application": [
    "kinesisanalytics:CreateApplication",
    () => ["*"],
  ],
  "aws:kms/key:Key": ["kms:CreateKey", () => ["*"]],
  "aws:lambda/eventSourceMapping:EventSourceMapping": [
    "lambda:CreateEventSourceMapping",
    () => ["event-source-mapping:0123"],
  ],
  "aws:lambda/function:Function": ["lambda:CreateFunction", (name) => [`function:${name}`]],
  "aws:opensearch/domain:Domain": ["es:CreateDomain", (name) => [`domain/${name}`]],
  "aws:s3/bucket:Bucket": ["s3:CreateBucket", (name) => [name]],
  "aws:sns/topic:Topic": ["sns:CreateTopic", (name) => [name]],
  "aws:wafv2/webAclAssociation:WebAclAssociation": ["wafv2:AssociateWebACL", () => ["*"]],
};

describe("The role of a deployment", function () {
  this.timeout(30_000);
  let statements: readonly SentStatement[] = [];
  let roleDocument = "";
  let boundary: unknown;

  before(async () => {
    const access = await deploy(
      () =>
        new GithubAccess("github", {
          project: "streaming-pipeline",
          repository: "owner/pipeline",
          ownerId: 11,
          repositoryId: 22,
          environments: ["prod"],
        }),
    );
    const { policy } = access.one("aws:iam/rolePolicy:RolePolicy", "github-deploy-prod").inputs;
    roleDocument = String(policy);
    boundary = access.one("aws:iam/policy:Policy", "github-prod-boundary").inputs["policy"];
    statements = document(policy).Statement;
  });

  const allows = (action: string, resource: string): boolean =>
    statements.some(
      ({ Effect, Action, Resource = [] }) =>
        Effect === "Allow" &&
        [Action].flat().some((pattern) => matches(pattern, action)) &&
        [Resource]
          .flat()
          .some((pattern) =>
            matches(pattern.replace(/^arn:[^:]*:[^:]*:[^:]*:[^:]*:/, ""), resource),
          ),
    );

  it("makes whatever the program declares, under the name that it gets", async () => {
    const deployment = await stackDeployment("prod", {
      jobConnectionArn: `arn:aws:codeconnections:us-east-1:${account}:connection/0123-abc`,
      jobRepository: "streams/pipeline",
      searchSignInPrefix: "trips",
      httpIngestion: "ApiKey",
      httpIngestionWebAclArn: `arn:aws:wafv2:us-east-1:${account}:regional/webacl/events/0-1`,
      workload: "./workloads/trades",
      functionHandler: "examples/stream-function/handler.ts",
    });
    const seen = new Set<string>();
    for (const made of deployment.resources) {
      const creation = creations[made.type];
      if (creation === undefined) continue;
      seen.add(made.type);
      const [action, resources] = creation;
      for (const resource of resources(nameOf(made), made)) {
        expect(allows(action, resource), `${action} on ${resource}`).to.equal(true);
      }
    }
    expect([...seen].sort()).to.deep.equal(Object.keys(creations).sort());
  });

  it("may do what knows no resources, or more of them than the one that it is about", () => {
    for (const action of [
      // With every stream, which has metrics of its shards.
      "kinesis:EnableEnhancedMonitoring",
      "kinesis:DisableEnhancedMonitoring",
      // When a subscriber of alarms is changed or taken out.
      "sns:SetSubscriptionAttributes",
      "sns:Unsubscribe",
    ]) {
      expect(allows(action, "*"), action).to.equal(true);
    }
    for (const resource of [
      "catalog",
      "database/streaming_pipeline_prod",
      "table/streaming_pipeline_prod/*",
      "userDefinedFunction/streaming_pipeline_prod/*",
    ]) {
      expect(allows("glue:DeleteDatabase", resource), resource).to.equal(true);
    }
  });

  it("lets services make the roles that an empty account lacks", () => {
    const makesRoles = statements.find(({ Action }) =>
      [Action].flat().includes("iam:CreateServiceLinkedRole"),
    );
    expect(makesRoles?.Condition).to.deep.equal({
      StringEquals: {
        "iam:AWSServiceName": [
          "custom-resource.application-autoscaling.amazonaws.com",
          "opensearchservice.amazonaws.com",
          "ops.apigateway.amazonaws.com",
        ],
      },
    });
  });

  it("may do what services ask of whoever deploys", () => {
    for (const action of [
      // Of who registers a scalable target.
      "cloudwatch:DeleteAlarms",
      "cloudwatch:PutMetricAlarm",
      "execute-api:Invoke",
      // Of who gives a customer managed key to a function, a volume or the state of an application.
      "kms:CreateGrant",
      "kms:Decrypt",
      "kms:DescribeKey",
      "kms:Encrypt",
      "kms:GenerateDataKey",
      "kms:GenerateDataKeyWithoutPlaintext",
      "kms:ReEncryptFrom",
    ]) {
      expect(allows(action, "*"), action).to.equal(true);
    }
    expect(
      allows(
        "iam:TagRole",
        "role/aws-service-role/opensearchservice.amazonaws.com/AWSServiceRoleForAmazonOpenSearchService",
      ),
    ).to.equal(true);
    expect(allows("s3:DeleteBucket", "somebody-elses")).to.equal(false);
    expect(allows("kms:DisableKey", "*")).to.equal(false);
  });

  it("gives every role of the program the boundary, which allows what the role does", async () => {
    const permissionsBoundary = `arn:aws:iam::${account}:policy/boundary`;
    const deployment = await stackDeployment("prod", {
      permissionsBoundaryArn: permissionsBoundary,
      jobConnectionArn: `arn:aws:codeconnections:us-east-1:${account}:connection/0123-abc`,
      jobRepository: "streams/pipeline",
      searchSignInPrefix: "trips",
      httpIngestion: "Iam",
      createApiGatewayLogRole: true,
    });
    const roles = deployment.ofType("aws:iam/role:Role");
    expect(roles.length).to.be.above(8);
    for (const { name, inputs } of roles) {
      expect(inputs["permissionsBoundary"], name).to.equal(permissionsBoundary);
    }
    const allowed = document(boundary)
      .Statement.filter(({ Effect }) => Effect === "Allow")
      .flatMap(({ Action }) => [Action].flat());
    for (const { name, inputs } of deployment.ofType("aws:iam/rolePolicy:RolePolicy")) {
      for (const action of actionsOf(inputs["policy"])) {
        expect(
          allowed.some((pattern) => matches(pattern, action)),
          `${name}: ${action}`,
        ).to.equal(true);
      }
    }
  });

  it("fits into the policies of a role, 10,240 characters: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html", () => {
    expect(roleDocument.replace(/\s/g, "")).to.have.lengthOf.at.most(10_240);
  });
});

function nameOf({ name, inputs }: Registration): string {
  const given = ["name", "domainName", "dashboardName", "alarmName", "bucket"]
    .map((key) => inputs[key])
    .find((value) => typeof value === "string");
  return given ?? autoName(name);
}

/** Whether a value is what a pattern with asterisks says. */
function matches(pattern: string, value: string): boolean {
  const parts = pattern.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`).test(value);
}
