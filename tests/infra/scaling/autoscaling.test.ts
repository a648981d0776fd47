import { expect } from "chai";
import { Autoscaling, type AutoscalingArgs } from "../../../infra/scaling/autoscaling";
import { scalingApi } from "../../../infra/scaling/api";
import type { ScalingSettings } from "../../../infra/scaling/lambda/settings";
import { deploy, type Deployment, refusal } from "../../support/mocks";
import { actionsOf, statementFor } from "../policy-documents";

const stream = { name: "trips", arn: "arn:stream", min: 1, max: 8, byLoad: true };
const application = {
  name: "analytics",
  arn: "arn:application",
  min: 2,
  max: 16,
  byLoad: true,
  parallelismPerKpu: 2,
};
const base = { sourceStreamName: "trips", logRetentionDays: 7 };
const both: AutoscalingArgs = { ...base, stream, application };
const account = "123456789012";

const deployments = new Map<string, Promise<Deployment>>();

/** Deploys once what several tests look at; bundling the function takes most of the time. */
function scale(args: AutoscalingArgs = both): Promise<Deployment> {
  const key = JSON.stringify(args);
  const deployment = deployments.get(key) ?? deploy(() => new Autoscaling("scaling", args));
  deployments.set(key, deployment);
  return deployment;
}

function settingsOf(deployment: Deployment): ScalingSettings {
  const { inputs } = deployment.one("aws:lambda/function:Function");
  const { variables } = inputs["environment"] as { variables: Record<string, string> };
  return JSON.parse(variables["SCALING_SETTINGS"] ?? "") as ScalingSettings;
}

describe("Autoscaling", function () {
  // Each deployment bundles the function.
  this.timeout(30_000);

  it("registers stream and application with the URL that their capacity has", async () => {
    const deployment = await scale();
    const target = { serviceNamespace: "custom-resource" };
    const url = "https://scaling-api-id.execute-api.us-east-1.amazonaws.com/v1";
    expect(
      deployment.one("aws:appautoscaling/target:Target", "scaling-stream").inputs,
    ).to.deep.equal({
      ...target,
      scalableDimension: "custom-resource:ResourceType:Property",
      resourceId: `${url}/scalableTargetDimensions/stream-shards`,
      minCapacity: 1,
      maxCapacity: 8,
    });
    expect(
      deployment.one("aws:appautoscaling/target:Target", "scaling-application").inputs,
    ).to.include({
      resourceId: `${url}/scalableTargetDimensions/application-parallelism`,
      minCapacity: 2,
      maxCapacity: 16,
    });
  });

  it("may read the subnets of its network, with the settings for it", async () => {
    const network = { vpcId: "vpc-1", subnetIds: ["subnet-1", "subnet-2"] };
    const deployment = await scale({ ...both, network });
    const { policy } = deployment.one("aws:iam/rolePolicy:RolePolicy").inputs;
    expect(statementFor(policy, "ec2:DescribeSubnets").Condition).to.deep.equal({
      StringEquals: { "aws:RequestedRegion": "us-east-1" },
    });
    expect(settingsOf(deployment).subnets).to.deep.equal({
      ...network,
      host: "ec2.us-east-1.amazonaws.com",
    });
    const without = (await scale()).one("aws:iam/rolePolicy:RolePolicy").inputs;
    expect(actionsOf(without["policy"])).not.to.include("ec2:DescribeSubnets");
  });

  it("has the API ready before a target is registered, which reads it", async () => {
    for (const { dependsOn } of (await scale()).ofType("aws:appautoscaling/target:Target")) {
      expect(dependsOn.filter((name) => name === "scaling-api")).to.have.length(3);
    }
  });

  it("registers one target after the other, for the first makes the role of all", async () => {
    const [first, second] = (await scale()).ofType("aws:appautoscaling/target:Target");
    expect(first?.dependsOn).not.to.include("scaling-application");
    expect(second?.dependsOn).to.include("scaling-stream");
  });

  it("has alarms whose action is a policy that doubles or halves", async () => {
    const deployment = await scale();
    const steps = deployment
      .ofType("aws:appautoscaling/policy:Policy")
      .map(({ name, inputs }) => [name, inputs["stepScalingPolicyConfiguration"]]);
    const configuration = (cooldown: number, magnitude: number, step: object) => ({
      adjustmentType: "PercentChangeInCapacity",
      cooldown,
      metricAggregationType: "Average",
      minAdjustmentMagnitude: magnitude,
      stepAdjustments: [step],
    });
    const out = { metricIntervalLowerBound: "0", scalingAdjustment: 100 };
    const back = { metricIntervalUpperBound: "0", scalingAdjustment: -50 };
    expect(Object.fromEntries(steps)).to.deep.equal({
      "scaling-stream-out": configuration(120, 1, out),
      "scaling-stream-in": configuration(1800, 1, back),
      "scaling-application-out": configuration(600, 2, out),
      "scaling-application-in": configuration(1800, 2, back),
    });
    const alarms = deployment.ofType("aws:cloudwatch/metricAlarm:MetricAlarm");
    for (const { name, inputs } of alarms) {
      const policy = name.replace("surge", "out");
      expect(inputs["alarmActions"]).to.deep.equal([`arn:aws:test:us-east-1:${account}:${policy}`]);
    }
    expect(alarms.map(({ name }) => name)).to.have.members([
      "scaling-stream-out",
      "scaling-stream-surge",
      "scaling-stream-in",
      "scaling-application-out",
      "scaling-application-in",
    ]);
  });

  it("tells the function what it may do", async () => {
    expect(settingsOf(await scale())).to.deep.equal({
      targets: {
        "stream-shards": {
          kind: "stream",
          name: "trips",
          rules: {
            min: 1,
            max: 8,
            granularity: 1,
            outCooldownSeconds: 120,
            inCooldownSeconds: 1800,
            changesPerDay: 10,
            maxLagMilliseconds: 60_000,
            lookBackMinutes: 1440,
          },
        },
        "application-parallelism": {
          kind: "application",
          name: "analytics",
          rules: {
            min: 2,
            max: 16,
            granularity: 2,
            outCooldownSeconds: 600,
            inCooldownSeconds: 1800,
            maxLagMilliseconds: 60_000,
            lookBackMinutes: 0,
          },
        },
      },
      lagMetrics: [
        {
          namespace: "AWS/KinesisAnalytics",
          metricName: "millisBehindLatest",
          dimensions: { Application: "analytics" },
        },
      ],
      dryRun: false,
    } satisfies ScalingSettings);
  });

  it("gives the function the stream, the application and its own metrics, and no more", async () => {
    const { policy } = (await scale()).one(
      "aws:iam/rolePolicy:RolePolicy",
      "scaling-function-role",
    ).inputs;
    expect(actionsOf(policy)).to.have.members([
      "logs:CreateLogStream",
      "logs:PutLogEvents",
      "xray:PutTelemetryRecords",
      "xray:PutTraceSegments",
      "kinesis:DescribeStreamSummary",
      "kinesis:UpdateShardCount",
      "kinesisanalytics:DescribeApplication",
      "kinesisanalytics:UpdateApplication",
      "application-autoscaling:DescribeScalableTargets",
      "application-autoscaling:DescribeScalingActivities",
      "cloudwatch:GetMetricData",
      "cloudwatch:PutMetricData",
    ]);
    expect(statementFor(policy, "kinesis:UpdateShardCount").Resource).to.deep.equal(["arn:stream"]);
    expect(statementFor(policy, "kinesisanalytics:UpdateApplication").Resource).to.deep.equal([
      "arn:application",
    ]);
    expect(statementFor(policy, "cloudwatch:PutMetricData").Condition).to.deep.equal({
      StringEquals: { "cloudwatch:namespace": "StreamingPipeline/Scaling" },
    });
  });

  it("lets the function change an application whose state has a key of its own", async () => {
    const deployment = await scale({
      ...base,
      application: { ...application, stateKmsKeyArn: "arn:key" },
    });
    const { policy } = deployment.one(
      "aws:iam/rolePolicy:RolePolicy",
      "scaling-function-role",
    ).inputs;
    const throughService = { "kms:ViaService": "kinesisanalytics.us-east-1.amazonaws.com" };
    const forApplication = {
      ...throughService,
      "kms:EncryptionContext:aws:kinesisanalytics:arn": "arn:application",
    };
    expect(statementFor(policy, "kms:DescribeKey")).to.deep.include({
      Resource: ["arn:key"],
      Condition: { StringEquals: throughService },
    });
    expect(statementFor(policy, "kms:GenerateDataKeyWithoutPlaintext")).to.deep.include({
      Action: ["kms:Decrypt", "kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext"],
      Condition: { StringEquals: forApplication },
    });
    expect(statementFor(policy, "kms:CreateGrant").Condition).to.deep.equal({
      StringEquals: { ...forApplication, "kms:GrantConstraintType": "EncryptionContextSubset" },
      "ForAllValues:StringEquals": { "kms:GrantOperations": "Decrypt" },
    });
  });

  it("lets the function publish the capacities and enforce the bounds every minute", async () => {
    const deployment = await scale();
    expect(deployment.one("aws:cloudwatch/eventRule:EventRule").inputs).to.include({
      scheduleExpression: "rate(1 minute)",
    });
    expect(deployment.one("aws:cloudwatch/eventTarget:EventTarget").inputs).to.include({
      arn: `arn:aws:test:us-east-1:${account}:scaling-function`,
    });
    const { input } = deployment.one("aws:cloudwatch/eventTarget:EventTarget").inputs;
    const url = "https://scaling-api-id.execute-api.us-east-1.amazonaws.com/v1";
    expect(JSON.parse(String(input))).to.deep.equal({
      minute: {
        "stream-shards": `${url}/scalableTargetDimensions/stream-shards`,
        "application-parallelism": `${url}/scalableTargetDimensions/application-parallelism`,
      },
    });
    expect(
      deployment.one("aws:lambda/permission:Permission", "scaling-function-publish").inputs,
    ).to.include({ principal: "events.amazonaws.com" });
  });

  it("scales one of both, too", async () => {
    const deployment = await scale({ ...base, stream });
    expect(deployment.ofType("aws:appautoscaling/target:Target")).to.have.length(1);
    const { policy } = deployment.one(
      "aws:iam/rolePolicy:RolePolicy",
      "scaling-function-role",
    ).inputs;
    expect(actionsOf(policy).some((action) => action.startsWith("kinesisanalytics:"))).to.equal(
      false,
    );
  });

  it("scales by the clock alone, without alarms", async () => {
    const deployment = await scale({
      ...base,
      stream: {
        ...stream,
        byLoad: false,
        schedules: [
          {
            name: "rush-hour",
            schedule: "cron(0 6 ? * MON-FRI *)",
            timezone: "America/New_York",
            min: 4,
            max: 8,
          },
          { name: "night", schedule: "cron(0 22 * * ? *)", min: 1, max: 8 },
        ],
      },
    });
    expect(deployment.ofType("aws:cloudwatch/metricAlarm:MetricAlarm")).to.deep.equal([]);
    const actions = deployment
      .ofType("aws:appautoscaling/scheduledAction:ScheduledAction")
      .map(({ name, inputs }) => [
        name,
        inputs["schedule"],
        inputs["timezone"],
        inputs["scalableTargetAction"],
      ]);
    expect(actions).to.deep.equal([
      [
        "scaling-stream-rush-hour",
        "cron(0 6 ? * MON-FRI *)",
        "America/New_York",
        { minCapacity: 4, maxCapacity: 8 },
      ],
      ["scaling-stream-night", "cron(0 22 * * ? *)", "UTC", { minCapacity: 1, maxCapacity: 8 }],
    ]);
    // What a schedule has set is not undone by a deployment.
    const targetOf = (made: Deployment) => made.one("aws:appautoscaling/target:Target");
    expect(targetOf(deployment).ignoreChanges).to.deep.equal(["minCapacity", "maxCapacity"]);
    expect(targetOf(await scale({ ...base, stream })).ignoreChanges).to.deep.equal([]);
  });

  it("makes the account's role for the logs of API Gateway only when asked, and leaves it", async () => {
    expect((await scale()).ofType("aws:apigateway/account:Account")).to.deep.equal([]);
    const deployment = await scale({ ...both, createApiGatewayLogRole: true });
    const made = [
      deployment.one("aws:apigateway/account:Account"),
      deployment.one("aws:iam/role:Role", "scaling-api-account"),
      deployment.one("aws:iam/rolePolicy:RolePolicy", "scaling-api-account"),
    ];
    expect(made.map(({ retainOnDelete }) => retainOnDelete)).to.deep.equal([true, true, true]);
    expect(deployment.one("aws:apigateway/stage:Stage").dependsOn).to.include(
      "scaling-api-account",
    );
  });

  it("tells what to watch", async () => {
    let watched: unknown;
    await deploy(() => {
      ({ watched } = new Autoscaling("scaling", both));
    });
    expect(watched).to.have.property("apiStageName", "v1");
    expect(watched)
      .to.have.property("targets")
      .that.deep.equals([
        { kind: "stream", name: "trips", max: 8 },
        { kind: "application", name: "analytics", max: 16 },
      ]);
  });

  it("lists everything that is wrong", async () => {
    const program = () =>
      new Autoscaling("scaling", {
        ...base,
        logRetentionDays: 6,
        maxLagSeconds: 0,
        stream: { ...stream, min: 8, max: 8 },
        application: {
          ...application,
          min: 3,
          max: 300,
          byLoad: false,
          schedules: [
            { name: "Night", schedule: "at night", min: 1, max: 4, timezone: "Gotham" },
            { name: "Night", schedule: "rate(1 hour)", min: 4, max: 400 },
          ],
        },
      });
    const [heading, ...problems] = (await refusal(program)).split("\n- ");
    expect(heading).to.equal('Autoscaling "scaling" has invalid arguments:');
    expect(
      problems.map((problem) => problem.replace(/(must [^;,]*?)(,| such|;).*/s, "$1")),
    ).to.include.members([
      "stream.min must be less than stream.max",
      "application.max must be an integer from 1 to 256",
      "application.min must be a multiple of the parallelism per KPU",
      "application.schedules must have names that differ from each other",
    ]);
    expect(problems.join("\n"))
      .to.match(/Night: name must be 1 to 40 lower-case/)
      .and.match(/Night: schedule must be cron\(.*; got "at night"/)
      .and.match(/Night: min must be an integer from 3 to 300; got 1/)
      .and.match(/Night: max must be an integer from 4 to 300; got 400/)
      .and.match(/timezone must be an IANA time zone.*got "Gotham"/)
      .and.match(/maxLagSeconds must be an integer from 1 to 86400; got 0/)
      .and.match(/logRetentionDays must be one of/);
    expect(await refusal(() => new Autoscaling("scaling", base))).to.contain("say what to scale");
    expect(
      await refusal(
        () => new Autoscaling("scaling", { ...base, stream: { ...stream, byLoad: false } }),
      ),
    ).to.contain("nothing ever scales it");
  });
});

describe("scalingApi", function () {
  this.timeout(30_000);

  it("lets nobody in without a signature", async () => {
    const methods = (await scale()).ofType("aws:apigateway/method:Method");
    expect(
      methods.map(({ inputs }) => [inputs["httpMethod"], inputs["authorization"]]),
    ).to.deep.equal([
      ["GET", "AWS_IAM"],
      ["PATCH", "AWS_IAM"],
    ]);
  });

  it("leaves it to the account's own policies who calls, for whoever registers a target must be able to", async () => {
    const deployment = await scale();
    expect(deployment.one("aws:apigateway/restApi:RestApi").inputs).not.to.have.property("policy");
    expect(deployment.ofType("aws:apigateway/restApiPolicy:RestApiPolicy")).to.be.empty;
  });

  it("hands every request to the function, which only this API may call", async () => {
    const deployment = await scale();
    for (const { inputs } of deployment.ofType("aws:apigateway/integration:Integration")) {
      expect(inputs).to.include({
        type: "AWS_PROXY",
        integrationHttpMethod: "POST",
        uri: "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/scaling-function/invocations",
      });
    }
    expect(
      deployment.one("aws:lambda/permission:Permission", "scaling-api").inputs,
    ).to.deep.include({
      principal: "apigateway.amazonaws.com",
      sourceArn: `arn:aws:execute-api:us-east-1:${account}:scaling-api-id/*/*/scalableTargetDimensions/*`,
    });
  });

  it("is throttled, traced and logged", async () => {
    const deployment = await scale({ ...both, kmsKeyArn: "arn:key" });
    expect(
      deployment.one("aws:apigateway/methodSettings:MethodSettings").inputs["settings"],
    ).to.deep.equal({
      loggingLevel: "ERROR",
      metricsEnabled: true,
      dataTraceEnabled: false,
      throttlingRateLimit: 10,
      throttlingBurstLimit: 20,
    });
    const stage = deployment.one("aws:apigateway/stage:Stage").inputs;
    expect(stage).to.include({ xrayTracingEnabled: true, stageName: "v1" });
    expect(stage["accessLogSettings"]).to.include({
      destinationArn: `arn:aws:test:us-east-1:${account}:scaling-api-access-logs`,
    });
    expect(
      deployment.one("aws:cloudwatch/logGroup:LogGroup", "scaling-api-access-logs").inputs,
    ).to.include({ retentionInDays: 7, kmsKeyId: "arn:key" });
  });

  it("has the log group that API Gateway would make for itself, before there is a stage", async () => {
    const deployment = await scale();
    expect(
      deployment.one("aws:cloudwatch/logGroup:LogGroup", "scaling-api-execution-logs").inputs,
    ).to.deep.include({
      name: "API-Gateway-Execution-Logs_scaling-api-id/v1",
      retentionInDays: 7,
    });
    expect(deployment.one("aws:apigateway/stage:Stage").dependsOn).to.include(
      "scaling-api-execution-logs",
    );
  });

  it("is deployed anew when it calls another function, and not otherwise", async () => {
    const triggers = async (invokeArn: string) =>
      (
        await deploy(() =>
          scalingApi("api", { functionName: "scaler", invokeArn, logRetentionDays: 7 }, {}),
        )
      ).one("aws:apigateway/deployment:Deployment").inputs["triggers"];
    expect(await triggers("arn:one")).not.to.deep.equal(await triggers("arn:other"));
    expect(await triggers("arn:one")).to.deep.equal(await triggers("arn:one"));
  });
});
