import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "chai";
import { loadWorkload } from "../../../../infra/contracts/workload";
import { archiveOf } from "../../../../infra/pipeline/workload";
import { program } from "../../../../infra/program";
import { projectRoot } from "../../../support/command";
import { deploy, type Deployment } from "../../../support/mocks";
import { stackConfig } from "../../../support/stack-config";
import { fixturePaths, stackDeployment } from "../../../support/stack-deployment";
import { actionsOf, document, statementFor } from "../../../infra/policy-documents";

interface PropertyGroup {
  readonly propertyGroupId: string;
  readonly propertyMap: Readonly<Record<string, string>>;
}

/** Properties of the job at run time. */
function propertyGroups(deployment: Deployment): readonly PropertyGroup[] {
  const { inputs } = deployment.one("aws:kinesisanalyticsv2/application:Application");
  const { environmentProperties } = inputs["applicationConfiguration"] as {
    environmentProperties: { propertyGroups: readonly PropertyGroup[] };
  };
  return environmentProperties.propertyGroups;
}

/** The resources on which the job's role allows an action. */
function jobMay(deployment: Deployment, action: string): string[] {
  const { inputs } = deployment.one("aws:iam/rolePolicy:RolePolicy", "pipeline-analytics");
  return document(inputs["policy"])
    .Statement.filter(({ Action }) => [Action].flat().includes(action))
    .flatMap(({ Resource = [] }) => Resource);
}

/** A stack whose job is built and released from a repository. */
const delivered = {
  jobConnectionArn: "arn:aws:codeconnections:us-east-1:111122223333:connection/0123-abc",
  jobRepository: "streams/pipeline",
};

const stateful = [
  "aws:kinesis/stream:Stream",
  "aws:kinesisanalyticsv2/application:Application",
  "aws:kms/key:Key",
  "aws:opensearch/domain:Domain",
  "aws:s3/bucket:Bucket",
];

interface OverrideProvider {
  readonly defaultTags: { readonly tags: object };
}

describe("Pipeline", function () {
  // Some eighty resources a deployment: more than the usual two seconds on a busy machine.
  this.timeout(30_000);

  it("builds and releases the job from a repository where a connection is given", async () => {
    const deployment = await stackDeployment("dev", delivered);
    const { inputs } = deployment.one("aws:codepipeline/pipeline:Pipeline");
    expect(JSON.stringify(inputs["stages"]))
      .to.include(delivered.jobRepository)
      .and.include("main");
    const application = deployment.one("aws:kinesisanalyticsv2/application:Application");
    expect(application.ignoreChanges.join()).to.include("codeContent.s3ContentLocation");
    // The service has to read each jar that is released.
    expect(jobMay(deployment, "s3:GetObject").join()).to.match(/pipeline-artifacts\/flink-job\/\*/);
  });

  it("brings the job's code itself where none is given, and may read that jar alone", async () => {
    const deployment = await stackDeployment("dev");
    const types = deployment.resources.map(({ type }) => type);
    expect(types).not.to.include("aws:codepipeline/pipeline:Pipeline");
    expect(jobMay(deployment, "s3:GetObject").join()).to.match(/flink-job\/[0-9a-f]{64}\.jar/);
  });

  for (const stack of ["dev", "prod", "local"]) {
    it(`deploys ${stack} and tells what a user needs`, async () => {
      const { archiveReadPolicy, ...outputs } = (await stackDeployment(stack)).outputs;
      expect(actionsOf(archiveReadPolicy)).to.include("athena:StartQueryExecution");
      expect(outputs).to.deep.equal({
        streamName: "pipeline-events",
        applicationName: "pipeline-analytics",
        searchEndpoint: "https://vpc-pipeline-search.us-east-1.es.amazonaws.com",
        dashboardsUrl: "https://vpc-pipeline-search.us-east-1.es.amazonaws.com/_dashboards",
        searchReadPolicy: JSON.stringify({
          Version: "2012-10-17",
          Statement: [
            {
              Effect: "Allow",
              Action: ["es:ESHttpGet", "es:ESHttpHead", "es:ESHttpPost"],
              Resource: ["arn:aws:test:us-east-1:123456789012:pipeline-search/*"],
            },
          ],
        }),
        archiveBucketName: "pipeline-archive",
        ...(stack !== "dev" && { snapshotBucketName: "pipeline-search-snapshots" }),
        queryWorkgroupName: "pipeline-queries",
        replayInstanceId: "pipeline-replay-id",
        sessionManagerUrl:
          "https://us-east-1.console.aws.amazon.com/systems-manager/session-manager/pipeline-replay-id?region=us-east-1",
        monitoringUrl: `https://us-east-1.console.aws.amazon.com/cloudwatch/home?region=us-east-1#dashboards/dashboard/streaming-pipeline-${stack}`,
        alarmTopicArn: "arn:aws:test:us-east-1:123456789012:pipeline-monitoring-page",
        ticketTopicArn: "arn:aws:test:us-east-1:123456789012:pipeline-monitoring-ticket",
        producerCommand:
          "npm run replay -- --stream pipeline-events --region us-east-1 --input local/data/yellow_tripdata_sample_2019-03.csv",
      });
    });

    it(`registers in a preview of ${stack} what it deploys`, async () => {
      const names = async (preview: boolean) =>
        (await stackDeployment(stack, {}, preview)).resources
          .map(({ type, name }) => `${type} ${name}`)
          .sort();
      expect(await names(true)).to.deep.equal(await names(false));
    });
  }

  it("hangs everything below one component, so that two pipelines fit into a stack", async () => {
    const { resources } = await stackDeployment("prod");
    for (const { name, parent } of resources) {
      expect(name).to.match(/^pipeline/);
      if (name !== "pipeline") expect(parent, name).to.match(/^pipeline/);
    }
  });

  it("records no path of this machine, which would be another one on the next", async () => {
    const { resources } = await stackDeployment("dev", {
      workload: "./workloads/trades",
      searchEvents: true,
    });
    for (const { name, custom, inputs } of resources) {
      if (!custom) expect(JSON.stringify(inputs), name).not.to.contain(projectRoot);
    }
  });

  it("bounds the permissions of every role, where a policy is named", async () => {
    const permissionsBoundaryArn = "arn:aws:iam::123456789012:policy/boundary";
    const { resources } = await stackDeployment("prod", { permissionsBoundaryArn });
    const roles = resources.filter(({ type }) => type === "aws:iam/role:Role");
    expect(roles).to.have.length.above(5);
    for (const { name, inputs } of roles) {
      expect(inputs["permissionsBoundary"], name).to.equal(permissionsBoundaryArn);
    }
  });

  it("protects and keeps what guards kept data", async () => {
    const { resources } = await stackDeployment("prod", { protectData: true });
    const guards = resources.filter(({ type }) =>
      /^aws:(s3\/bucket(?!Metric|Objectv2)[A-Z]|kms\/alias)/.test(type),
    );
    const types = new Set(guards.map(({ type }) => type.split(":")[2]));
    expect([...types].sort()).to.deep.equal([
      "Alias",
      "BucketLifecycleConfiguration",
      "BucketLogging",
      "BucketOwnershipControls",
      "BucketPolicy",
      "BucketPublicAccessBlock",
      "BucketServerSideEncryptionConfiguration",
      "BucketVersioning",
    ]);
    for (const { type, name, protect, retainOnDelete } of guards) {
      expect({ protect, retainOnDelete }, `${type} ${name}`).to.deep.equal({
        protect: true,
        retainOnDelete: true,
      });
    }
  });

  it("gives objects ten of more default tags, as S3 takes no more", async () => {
    const overrides = async (count: number) => {
      const tags = Object.fromEntries(Array.from({ length: count }, (_, at) => [`tag${at}`, "x"]));
      const config = { ...stackConfig("dev"), "aws:defaultTags": JSON.stringify({ tags }) };
      const { resources } = await deploy(() => program(fixturePaths), { config });
      const objects = resources.filter(({ type }) => type.endsWith(":BucketObjectv2"));
      expect(objects).to.have.length(2);
      return objects.map(
        ({ inputs }) => inputs["overrideProvider"] as OverrideProvider | undefined,
      );
    };
    expect(await overrides(10)).to.deep.equal([undefined, undefined]);
    for (const override of await overrides(12)) {
      expect(Object.keys(override?.defaultTags.tags ?? {})).to.have.length(10);
    }
  });

  it("keeps the URL of a subscriber out of names and inputs of components", async () => {
    const alarmSubscribers = ["https://hooks.example.com/T0KEN"];
    const { resources } = await stackDeployment("prod", { alarmSubscribers });
    const telling = resources.filter((one) => JSON.stringify(one).includes("T0KEN"));
    expect(telling.map(({ type }) => type)).to.deep.equal([
      "aws:sns/topicSubscription:TopicSubscription",
    ]);
    expect(telling[0]?.name).not.to.contain("T0KEN");
  });

  it("puts the name into no description that cannot be changed", async () => {
    const descriptions = async (name: string) =>
      (await stackDeployment("prod", { name })).resources
        .filter(({ type }) => /securityGroup/i.test(type))
        .map(({ inputs }) => inputs["description"]);
    expect(await descriptions("one")).to.deep.equal(await descriptions("other"));
  });

  it("names in IAM and trust policies the domain that it makes, whatever the stack is called", async () => {
    const { resources } = await stackDeployment("dev", {
      name: "a_name-longer-than-that-of-a-domain",
    });
    const domain = resources.find(({ type }) => type === "aws:opensearch/domain:Domain");
    const name = String(domain?.inputs["domainName"]);
    expect(name).to.match(/^streaming-pipeline-a-[0-9a-f]{6}$/);
    expect(String(domain?.inputs["accessPolicies"])).to.contain(`:domain/${name}/*`);
    const logs = resources.find(({ type }) => /LogResourcePolicy/.test(type));
    expect(String(logs?.inputs["policyDocument"])).to.contain(`:domain/${name}"`);
  });

  it("is made of components at the top, and of the name that they keep", async () => {
    const { resources } = await stackDeployment("prod");
    const top = resources.filter(({ parent }) => parent === "pipeline");
    const own = top.filter(({ custom }) => custom);
    expect(own.map(({ type }) => type)).to.deep.equal(["pulumi:index:Stash"]);
  });

  it("hands stream, endpoint, windows and region to the job", async () => {
    expect(propertyGroups(await stackDeployment("local"))).to.deep.equal([
      { propertyGroupId: "job", propertyMap: { workload: "taxi" } },
      {
        propertyGroupId: "source",
        propertyMap: {
          streamName: "pipeline-events",
          region: "us-east-1",
          initialPosition: "TRIM_HORIZON",
          outOfOrdernessSeconds: "1800",
        },
      },
      {
        propertyGroupId: "search",
        propertyMap: {
          endpoint: "https://vpc-pipeline-search.us-east-1.es.amazonaws.com",
          region: "us-east-1",
        },
      },
      {
        propertyGroupId: "demand",
        propertyMap: {
          windowMinutes: "240",
          slideMinutes: "60",
          geohashPrecision: "6",
          topAreas: "10",
          normalWindows: "4",
        },
      },
      { propertyGroupId: "airports", propertyMap: { windowMinutes: "240" } },
    ]);
  });

  it("computes trades, whose final results have a stream of their own", async () => {
    const deployment = await stackDeployment("dev", { workload: "./workloads/trades" });
    expect(propertyGroups(deployment).slice(2)).to.deep.equal([
      {
        propertyGroupId: "search",
        propertyMap: {
          endpoint: "https://vpc-pipeline-search.us-east-1.es.amazonaws.com",
          region: "us-east-1",
        },
      },
      { propertyGroupId: "trades", propertyMap: { windowSeconds: "60" } },
      {
        propertyGroupId: "resultsStream",
        propertyMap: { streamName: "pipeline-results", region: "us-east-1" },
      },
    ]);
    expect(deployment.outputs).to.deep.include({
      resultsStreamName: "pipeline-results",
      producerCommand:
        "npm run replay -- --stream pipeline-events --region us-east-1 --workload trades",
    });
    const { inputs } = deployment.one("aws:ec2/instance:Instance");
    expect(inputs["userData"]).to.contain(' --workload trades "$@"');
    expect(jobMay(deployment, "kinesis:PutRecords")).to.deep.equal([
      "arn:aws:test:us-east-1:123456789012:pipeline-results",
    ]);
    expect(jobMay(await stackDeployment("dev"), "kinesis:PutRecords")).to.deep.equal([]);
  });

  it("puts the index templates of its workload in place, and of no other", async () => {
    const { inputs } = (await stackDeployment("dev")).one("aws:lambda/invocation:Invocation");
    const { indexTemplates } = JSON.parse(String(inputs["input"])) as {
      indexTemplates: Record<string, unknown>;
    };
    expect(Object.keys(indexTemplates)).to.include.members([
      "dead-letters",
      "taxi-airport-durations",
      "taxi-airport-origins",
      "taxi-demand-cells",
      "taxi-demand-zones",
      "taxi-top-areas",
    ]);
  });

  it("gives a workload of its own the properties, permissions and settings that its folder asks for", async () => {
    const deployment = await stackDeployment("dev", {
      workload: "tests/workloads/page-views",
      searchEvents: true,
      archivePartitioned: true,
    });
    expect(propertyGroups(deployment)).to.deep.equal([
      {
        propertyGroupId: "InputStream0",
        propertyMap: {
          "stream.name": "pipeline-events",
          "aws.region": "us-east-1",
          "flink.stream.initpos": "TRIM_HORIZON",
          "flink.shard.idle.interval": "30000",
          "out.of.orderness.seconds": "60",
        },
      },
      {
        propertyGroupId: "SearchOutput",
        propertyMap: {
          endpoint: "https://vpc-pipeline-search.us-east-1.es.amazonaws.com",
          "aws.region": "us-east-1",
          index: "page-views",
        },
      },
    ]);
    expect(jobMay(deployment, "es:ESHttpPost")).not.to.be.empty;
    expect(jobMay(deployment, "kinesis:PutRecords")).to.be.empty;
    const { inputs } = deployment.one("aws:lambda/invocation:Invocation");
    const { indexTemplates, savedObjects } = JSON.parse(String(inputs["input"])) as {
      indexTemplates: Record<string, { template: { mappings: unknown } }>;
      savedObjects: string;
    };
    expect(Object.keys(indexTemplates)).to.have.members(["page-views", "page_views"]);
    expect(indexTemplates["page_views"]?.template.mappings).to.deep.include({
      properties: {
        page: { type: "keyword" },
        viewedAt: { type: "date" },
        visitor: { type: "keyword" },
      },
    });
    expect(savedObjects).to.equal("");
    expect(deployment.one("aws:glue/catalogTable:CatalogTable").inputs).to.deep.include({
      name: "page_views",
      partitionKeys: [{ name: "day", type: "string" }],
    });
    expect(deployment.one("aws:ec2/instance:Instance").inputs["userData"]).to.contain(
      ' --workload events --event-time-field viewedAt --key-field page "$@"',
    );
  });

  it("runs code that is in S3 already, in the version that is named", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "workload-"));
    try {
      cpSync("tests/workloads/page-views", folder, {
        recursive: true,
        filter: (source) => !/\/job(\/|$)/.test(source),
      });
      const file = path.join(folder, "workload.yaml");
      const text = readFileSync(file, "utf8")
        .replace("code: job/target/page-views.jar", "code: s3://jars/views.jar\n  version: v7")
        .replace(/^ {2}build: .*\n/m, "");
      writeFileSync(file, text);
      const deployment = await deploy(() => program({ producer: fixturePaths.producer }), {
        stack: "dev",
        config: stackConfig("dev", { workload: folder }),
      });
      const { applicationConfiguration } = deployment.one(
        "aws:kinesisanalyticsv2/application:Application",
      ).inputs as { applicationConfiguration: { applicationCodeConfiguration: object } };
      expect(applicationConfiguration.applicationCodeConfiguration).to.deep.include({
        codeContent: {
          s3ContentLocation: {
            bucketArn: "arn:aws:s3:::jars",
            fileKey: "views.jar",
            objectVersion: "v7",
          },
        },
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("has the job read by enhanced fan-out, with an alarm on its consumer", async () => {
    const deployment = await stackDeployment("dev", { streamFanOut: true });
    const consumer = deployment.one("aws:kinesis/streamConsumer:StreamConsumer");
    const consumerArn = `arn:aws:test:us-east-1:123456789012:${consumer.name}`;
    expect(propertyGroups(deployment)[1]?.propertyMap).to.deep.include({ consumerArn });
    for (const action of ["kinesis:DescribeStreamConsumer", "kinesis:SubscribeToShard"]) {
      expect(jobMay(deployment, action)).to.deep.equal([consumerArn]);
    }
    expect(jobMay(deployment, "kinesis:ListShards")).to.have.length(1);
    const lag = deployment.one(
      "aws:cloudwatch/metricAlarm:MetricAlarm",
      "pipeline-monitoring-stream-loss-flink-job",
    );
    expect(lag.inputs["dimensions"]).to.deep.equal({
      StreamName: "pipeline-events",
      ConsumerName: consumer.inputs["name"],
    });
    expect((await stackDeployment("dev")).ofType("aws:kinesis/streamConsumer:StreamConsumer")).to.be
      .empty;
  });

  it("puts events of HTTP clients under the workload's partition key, after the role for logs", async () => {
    const deployment = await stackDeployment("prod", {
      httpIngestion: "Iam",
      createApiGatewayLogRole: true,
      workload: "./workloads/trades",
    });
    const { inputs } = deployment.one(
      "aws:apigateway/integration:Integration",
      "pipeline-ingestion",
    );
    expect(inputs["requestTemplates"]).to.deep.equal({
      "application/json":
        '{"StreamName": "pipeline-events", "Data": "$util.base64Encode($input.body)", "PartitionKey": $input.json(\'$.symbol\')}',
    });
    expect(deployment.ofType("aws:apigateway/account:Account")).to.have.length(1);
    expect(deployment.outputs["ingestionUrl"]).to.equal(
      "https://pipeline-ingestion-id.execute-api.us-east-1.amazonaws.com/v1/events",
    );
    const unscaled = await stackDeployment("dev", {
      httpIngestion: "Iam",
      createApiGatewayLogRole: true,
      streamScaling: "None",
      flinkScaling: "None",
    });
    expect(unscaled.one("aws:apigateway/account:Account").name).to.equal(
      "pipeline-ingestion-account",
    );
    expect((await stackDeployment("dev")).outputs).not.to.have.property("ingestionUrl");
  });

  it("lets the job write files below one folder of the archive where that is asked for", async () => {
    const deployment = await stackDeployment("dev", { jobArchive: true });
    expect(propertyGroups(deployment).at(-1)).to.deep.equal({
      propertyGroupId: "archive",
      propertyMap: { path: "s3a://pipeline-archive/results/" },
    });
    expect(jobMay(deployment, "s3:PutObject")).to.deep.equal([
      "arn:aws:test:us-east-1:123456789012:pipeline-archive/results/*",
    ]);
  });

  it("takes larger records, runs another Flink and restores as it is told", async () => {
    const deployment = await stackDeployment("dev", {
      streamMaxRecordKiB: 2048,
      flinkRuntime: "FLINK-2_2",
      flinkRestore: "Nothing",
    });
    expect(deployment.one("aws:kinesis/stream:Stream").inputs["maxRecordSizeInKib"]).to.equal(2048);
    const { inputs } = deployment.one("aws:kinesisanalyticsv2/application:Application");
    expect(inputs["runtimeEnvironment"]).to.equal("FLINK-2_2");
    expect(inputs["applicationConfiguration"]).to.have.nested.property(
      "runConfiguration.applicationRestoreConfiguration.applicationRestoreType",
      "SKIP_RESTORE_FROM_SNAPSHOT",
    );
    // A metric that Flink 1 does not have.
    expect(JSON.stringify(deployment.ofType("aws:cloudwatch/metricAlarm:MetricAlarm"))).to.contain(
      "restartingTime",
    );
  });

  it("indexes events as they are where that is asked for, by a role that the domain knows", async () => {
    for (const [workload, indexName] of [
      ["taxi", "trips"],
      ["trades", "trades"],
    ]) {
      const deployment = await stackDeployment("dev", { workload, searchEvents: true });
      const delivery = deployment.one(
        "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream",
        "pipeline-events-delivery",
      ).inputs;
      expect(delivery["opensearchConfiguration"]).to.deep.include({
        indexName,
        indexRotationPeriod: "OneDay",
        s3BackupMode: "FailedDocumentsOnly",
      });
      const { inputs } = deployment.one("aws:lambda/invocation:Invocation");
      const settings = JSON.parse(String(inputs["input"])) as {
        roleMappings: unknown;
        roles: Record<string, { index_permissions: { index_patterns: string[] }[] }>;
      };
      expect(settings.roleMappings).to.deep.include({
        pipeline_delivery: ["arn:aws:test:us-east-1:123456789012:pipeline-events-delivery-role"],
      });
      expect(settings.roles["pipeline_delivery"]?.index_permissions[0]?.index_patterns).to.include(
        `${indexName}-*`,
      );
      deployment.one(
        "aws:cloudwatch/metricAlarm:MetricAlarm",
        "pipeline-monitoring-events-delivery-late",
      );
    }
  });

  it("runs a function on the stream where a handler is named, with a delivery stream if that is asked for", async () => {
    const handler = { functionHandler: "examples/stream-function/handler.ts" };
    const type = "aws:lambda/eventSourceMapping:EventSourceMapping";
    const deployment = await stackDeployment("dev", { ...handler, functionDelivery: true });
    const { inputs } = deployment.one(type);
    expect(inputs).to.deep.include({
      eventSourceArn: "arn:aws:test:us-east-1:123456789012:pipeline-events-function",
      batchSize: 100,
      maximumBatchingWindowInSeconds: 1,
      maximumRecordAgeInSeconds: 43_200,
    });
    const { policy } = deployment.one(
      "aws:iam/rolePolicy:RolePolicy",
      "pipeline-function-role",
    ).inputs;
    expect(statementFor(policy, "kinesis:SubscribeToShard").Resource).to.deep.equal([
      inputs["eventSourceArn"],
    ]);
    expect(statementFor(policy, "firehose:PutRecordBatch").Action).to.deep.equal([
      "firehose:PutRecordBatch",
    ]);
    for (const alarm of ["function-records-failed", "function-delivery-late"]) {
      deployment.one("aws:cloudwatch/metricAlarm:MetricAlarm", `pipeline-monitoring-${alarm}`);
    }
    // The job polls and has no permission for the consumer of the function.
    const job = deployment
      .ofType("aws:iam/rolePolicy:RolePolicy")
      .filter(({ name }) => name.startsWith("pipeline-analytics"));
    expect(JSON.stringify(job)).not.to.contain("SubscribeToShard");

    const polling = await stackDeployment("dev", { ...handler, functionFanOut: false });
    expect(polling.one(type).inputs["eventSourceArn"]).to.equal(
      "arn:aws:test:us-east-1:123456789012:pipeline-events",
    );
    expect(polling.ofType("aws:kinesis/streamConsumer:StreamConsumer")).to.deep.equal([]);
    expect((await stackDeployment("dev")).ofType(type)).to.deep.equal([]);
  });

  it("has an index template with a field for each that the transform writes", async () => {
    const columns = (workload: string) =>
      Object.keys(
        archiveOf(
          loadWorkload(`workloads/${workload}`),
          {
            format: "PARQUET",
            partitioned: false,
          },
          "x",
        ).table?.schema.properties ?? {},
      );
    for (const [workload, name] of [
      ["taxi", "trips"],
      ["trades", "trades"],
    ] as const) {
      const deployment = await stackDeployment("dev", { workload: `./workloads/${workload}` });
      const { inputs } = deployment.one("aws:lambda/invocation:Invocation");
      const { indexTemplates } = JSON.parse(String(inputs["input"])) as {
        indexTemplates: Record<string, { template: { mappings: { properties: object } } }>;
      };
      const { properties } = indexTemplates[name]?.template.mappings ?? {};
      expect(Object.keys(properties ?? {})).to.have.members(columns(workload));
    }
  });

  it("lets people sign in to the dashboards, who may read", async () => {
    const deployment = await stackDeployment("dev", { searchSignInPrefix: "trips" });
    expect(deployment.one("aws:opensearch/domain:Domain").inputs["cognitoOptions"]).to.deep.include(
      {
        enabled: true,
      },
    );
    expect(deployment.one("aws:cognito/userPoolDomain:UserPoolDomain").inputs["domain"]).to.equal(
      "trips",
    );
    const { inputs } = deployment.one("aws:lambda/invocation:Invocation");
    const { roleMappings } = JSON.parse(String(inputs["input"])) as { roleMappings: unknown };
    expect(roleMappings).to.deep.include({
      pipeline_reader: ["pipeline-sign-in-user", "pipeline-canary"].map(
        (role) => `arn:aws:test:us-east-1:123456789012:${role}`,
      ),
    });
  });

  it("has the domain set up by its master user, who gives the job the role that it needs", async () => {
    const deployment = await stackDeployment("dev");
    const admin = "arn:aws:test:us-east-1:123456789012:pipeline-search-admin";
    expect(
      deployment.one("aws:opensearch/domain:Domain").inputs["advancedSecurityOptions"],
    ).to.deep.include({ masterUserOptions: { masterUserArn: admin } });
    expect(
      deployment.one("aws:lambda/function:Function", "pipeline-search-settings").inputs["role"],
    ).to.equal(admin);
    const application = deployment.one("aws:kinesisanalyticsv2/application:Application");
    const invocation = deployment.one("aws:lambda/invocation:Invocation");
    const { roleMappings } = JSON.parse(String(invocation.inputs["input"])) as {
      roleMappings: unknown;
    };
    expect(roleMappings).to.deep.include({
      pipeline_writer: [application.inputs["serviceExecutionRole"]],
    });
    expect(application.dependsOn).to.include("pipeline-search-settings");
  });

  it("keeps daily snapshots in a bucket that only its domain writes, where days are given", async () => {
    const deployment = await stackDeployment("prod");
    const { inputs } = deployment.one("aws:lambda/invocation:Invocation");
    const { snapshots } = JSON.parse(String(inputs["input"])) as {
      readonly snapshots: {
        readonly repository: { readonly settings: { readonly bucket: string } };
      };
    };
    const { bucket } = snapshots.repository.settings;
    expect(deployment.outputs).to.include({ snapshotBucketName: bucket });
    expect(deployment.one("aws:s3/bucket:Bucket", bucket).protect).to.equal(true);
    const { assumeRolePolicy } = deployment.one("aws:iam/role:Role", `${bucket}-role`).inputs;
    expect(document(assumeRolePolicy).Statement[0]?.Condition).to.have.deep.property("ArnEquals", {
      "aws:SourceArn": "arn:aws:es:us-east-1:123456789012:domain/streaming-pipeline-prod",
    });
    expect((await stackDeployment("dev")).outputs).not.to.have.property("snapshotBucketName");
  });

  it("replays nothing before every reader that cannot look back is there", async () => {
    const deployment = await stackDeployment("prod");
    const host = deployment.one("aws:ec2/instance:Instance");
    expect(host.dependsOn).to.include.members(["pipeline-archive", "pipeline-analytics"]);
  });

  it("gives indices a replica for each zone of the domain but the first", async () => {
    for (const [stack, replicas] of [
      ["dev", 0],
      ["prod", 2],
    ] as const) {
      const { inputs } = (await stackDeployment(stack)).one("aws:lambda/invocation:Invocation");
      expect(inputs["input"]).to.contain(`"number_of_replicas":${replicas}`);
    }
  });

  it("runs in a network that is there, where it is named", async () => {
    const subnets = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"];
    const deployment = await stackDeployment("dev", {
      vpcId: "vpc-0123456789abcdef0",
      privateSubnetIds: subnets,
    });
    expect(deployment.ofType("awsx:ec2:Vpc")).to.be.empty;
    expect(deployment.one("aws:ec2/instance:Instance").inputs["subnetId"]).to.equal(subnets[0]);
  });

  it("lets the replay host reach the domain only where that is asked for", async () => {
    const groups = (deployment: Deployment): unknown =>
      deployment.one("aws:ec2/instance:Instance").inputs["vpcSecurityGroupIds"];
    expect(groups(await stackDeployment("dev"))).to.deep.equal(["pipeline-replay-id"]);
    const reaching = await stackDeployment("dev", { replaySearchAccess: true });
    expect(groups(reaching)).to.deep.equal(["pipeline-replay-id", "pipeline-search-clients-id"]);
    expect(reaching.outputs).to.include({ dashboardsCommand: "npm run dashboards -- dev" });
  });

  it("opens the replay host to one network only where its key is named", async () => {
    const open = await stackDeployment("dev", {
      replaySshPublicKey: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ someone",
      replaySshCidr: "198.51.100.0/24",
    });
    expect(open.one("aws:ec2/instance:Instance").inputs["subnetId"]).to.equal("subnet-x");
    expect(open.ofType("aws:ec2/eip:Eip")).to.have.length(1);
    expect(open.outputs).to.have.property("replayPublicIp", "198.51.100.7");
    expect((await stackDeployment("dev")).ofType("aws:ec2/eip:Eip")).to.be.empty;
  });

  it("lets nobody write the stream but the replay host", async () => {
    const writers = (await stackDeployment("prod"))
      .ofType("aws:iam/rolePolicy:RolePolicy")
      .filter(({ inputs }) => actionsOf(inputs["policy"]).includes("kinesis:PutRecords"));
    expect(writers.map(({ name }) => name)).to.deep.equal(["pipeline-replay-role"]);
  });

  it("queries the archive with the windows of the stack, or not at all", async () => {
    const changes = { demandTopAreas: 3, queryScanLimitMiB: 100 };
    const deployment = await stackDeployment("dev", changes);
    const query = deployment.one("aws:athena/namedQuery:NamedQuery", "pipeline-queries-top-zones");
    expect(query.inputs["query"]).to.include("place <= 3");
    expect(deployment.one("aws:athena/workgroup:Workgroup").inputs).to.have.nested.property(
      "configuration.bytesScannedCutoffPerQuery",
      104_857_600,
    );
    const none = await stackDeployment("dev", { archiveQueries: false });
    expect(none.resources.filter(({ name }) => name.includes("queries"))).to.deep.equal([]);
    expect(none.outputs).not.to.have.any.keys("queryWorkgroupName", "archiveReadPolicy");
  });

  it("opens a way to AWS for each function in the VPC whose role calls its services", async () => {
    const { resources } = await stackDeployment("prod");
    const ofType = (type: string) => resources.filter((one) => one.type === type);
    const open = ofType("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule")
      .filter(({ inputs }) => inputs["cidrIpv4"] === "0.0.0.0/0")
      .map(({ inputs }) => inputs["securityGroupId"]);
    const callers = ofType("aws:lambda/function:Function").filter(({ inputs }) => {
      const policies = ofType("aws:iam/rolePolicy:RolePolicy").filter((policy) =>
        String(inputs["role"]).endsWith(`:${String(policy.inputs["role"])}`),
      );
      const actions = policies.flatMap((policy) => actionsOf(policy.inputs["policy"]));
      // Lambda itself uses what is left out, and the domain is in the VPC.
      return (
        inputs["vpcConfig"] !== undefined &&
        actions.some((action) => !/^(ec2|es|iam|kms|logs|xray):/.test(action))
      );
    });
    expect(callers.map(({ name }) => name)).to.deep.equal(["pipeline-canary"]);
    for (const { name, inputs } of callers) {
      const { securityGroupIds } = inputs["vpcConfig"] as { securityGroupIds: unknown[] };
      expect(open, name).to.include.oneOf(securityGroupIds);
    }
  });

  it("allows no action of a service as a whole", async () => {
    for (const { name, inputs } of (await stackDeployment("prod")).ofType(
      "aws:iam/rolePolicy:RolePolicy",
    )) {
      for (const action of actionsOf(inputs["policy"])) expect(action, name).not.to.contain("*");
    }
  });

  it("protects what holds data in prod, and only there", async () => {
    const kept = async (stack: string) => {
      const { resources } = await stackDeployment(stack);
      return resources
        .filter(({ type }) => stateful.includes(type))
        .map(({ protect, retainOnDelete }) => protect && retainOnDelete);
    };
    expect(await kept("prod")).to.deep.equal(Array(9).fill(true));
    expect(await kept("dev")).to.deep.equal(Array(8).fill(false));
  });

  it("encrypts with one key of its own, or with the keys that AWS manages", async () => {
    const own = await stackDeployment("dev");
    const groups = own.ofType("aws:cloudwatch/logGroup:LogGroup");
    expect(new Set(groups.map(({ inputs }) => inputs["kmsKeyId"]))).to.deep.equal(
      new Set(["arn:aws:test:us-east-1:123456789012:pipeline-key"]),
    );
    const managed = await stackDeployment("dev", { customerManagedKey: false });
    expect(managed.ofType("aws:kms/key:Key")).to.deep.equal([]);
    expect(JSON.stringify(managed.resources)).not.to.contain("pipeline-key");
    expect(managed.one("aws:kinesis/stream:Stream").inputs["kmsKeyId"]).to.equal(
      "alias/aws/kinesis",
    );
  });

  it("shares stream, consumer and key with roles of other accounts", async () => {
    const producer = "arn:aws:iam::210987654321:role/producer";
    const reader = "arn:aws:iam::210987654321:role/reader";
    const deployment = await stackDeployment("dev", {
      streamFanOut: true,
      streamProducerRoleArns: [producer],
      streamReaderRoleArns: [reader],
      streamReaderConsumers: ["audit"],
    });
    const policies = deployment.ofType("aws:kinesis/resourcePolicy:ResourcePolicy");
    expect(policies.map(({ name }) => name)).to.deep.equal([
      "pipeline-events",
      "pipeline-events-audit",
    ]);
    const { policy } = deployment.one("aws:kms/key:Key").inputs;
    const principals = document(policy).Statement.map(({ Principal }) => Principal);
    expect(principals).to.deep.include.members([{ AWS: [producer] }, { AWS: [reader] }]);
    expect(jobMay(deployment, "kinesis:SubscribeToShard").join()).not.to.contain("audit");
  });

  it("switches encryption off everywhere when told so, for the policy pack to see", async () => {
    const deployment = await stackDeployment("dev", { encryptAtRest: false });
    expect(deployment.one("aws:kinesis/stream:Stream").inputs["encryptionType"]).to.equal("NONE");
    expect(deployment.one("aws:opensearch/domain:Domain").inputs["encryptAtRest"]).to.deep.equal({
      enabled: false,
    });
    expect(deployment.one("aws:ec2/instance:Instance").inputs["rootBlockDevice"]).to.deep.include({
      encrypted: false,
    });
  });

  it("spreads over three zones in prod", async () => {
    const deployment = await stackDeployment("prod");
    expect(deployment.one("awsx:ec2:Vpc").inputs["availabilityZoneNames"]).to.have.length(3);
    expect(deployment.one("aws:opensearch/domain:Domain").inputs["clusterConfig"]).to.deep.include({
      instanceCount: 3,
      zoneAwarenessConfig: { availabilityZoneCount: 3 },
      dedicatedMasterCount: 3,
    });
  });
});
