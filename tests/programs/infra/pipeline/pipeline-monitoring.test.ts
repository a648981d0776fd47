import { readFileSync } from "node:fs";
import { expect } from "chai";
import { metricFamilies } from "../../../../infra/watch/metrics";
import {
  metricsOf,
  misplaced,
  picture,
  pictureFile,
  widgetsIn,
} from "../../../support/dashboard-picture";
import { type Deployment, type Inputs, type Registration } from "../../../support/mocks";
import { stackDeployment } from "../../../support/stack-deployment";

const alarms = async (stack: string) =>
  (await stackDeployment(stack)).ofType("aws:cloudwatch/metricAlarm:MetricAlarm");

interface Measured {
  readonly namespace: string;
  readonly metricName: string;
  readonly dimensions?: Readonly<Record<string, string>>;
}

/** The metrics that an alarm looks at. */
function measured({ inputs }: Registration): Measured[] {
  const queries = inputs["metricQueries"] as readonly { metric?: Measured }[] | undefined;
  if (queries === undefined) return [inputs as unknown as Measured];
  return queries.flatMap(({ metric }) => metric ?? []);
}

/** What a dimension names: the type of the resource whose name or id it is. */
const named: Readonly<Record<string, readonly string[]>> = {
  StreamName: ["aws:kinesis/stream:Stream"],
  Stream: ["aws:kinesis/stream:Stream"],
  Application: ["aws:kinesisanalyticsv2/application:Application"],
  DeliveryStreamName: ["aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream"],
  BucketName: ["aws:s3/bucketMetric:BucketMetric"],
  DomainName: ["aws:opensearch/domain:Domain"],
  FunctionName: ["aws:lambda/function:Function"],
  ApiName: ["aws:apigateway/restApi:RestApi"],
  WorkGroup: ["aws:athena/workgroup:Workgroup"],
  Stage: ["aws:apigateway/stage:Stage"],
  InstanceId: ["aws:ec2/instance:Instance"],
  Name: ["aws:kinesis/stream:Stream", "aws:kinesisanalyticsv2/application:Application"],
};

/** @throws AssertionError unless the value of a dimension names a resource of the stack. */
function expectNamed(
  deployment: Deployment,
  dimension: string,
  value: string,
  message: string,
): void {
  if (dimension === "QueryState") expect(value).to.match(/^(SUCCEEDED|FAILED|CANCELED)$/);
  else if (dimension === "QueryType") expect(value).to.equal("DML");
  else if (dimension === "ClientId") expect(value).to.equal("123456789012");
  else if (dimension === "Target") expect(value).to.match(/^((stream|application)-|subnets$)/);
  else if (value === "pipeline-network-id") expect(dimension, message).to.equal("Name");
  else if (dimension === "ConsumerName" || dimension === "FilterId") {
    const given = deployment.ofType(
      dimension === "FilterId"
        ? "aws:s3/bucketMetric:BucketMetric"
        : "aws:kinesis/streamConsumer:StreamConsumer",
    );
    expect(
      given.map(({ inputs }) => inputs["name"]),
      message,
    ).to.include(value);
  } else {
    const names = (named[dimension] ?? []).flatMap((type) =>
      deployment
        .ofType(type)
        .flatMap(({ name, inputs }) => [
          ...[inputs["domainName"], inputs["stageName"]].filter(Boolean),
          ...(type === "aws:ec2/instance:Instance" ? [`${name}-id`] : [name]),
        ]),
    );
    expect(names, message).to.include(value);
  }
}

describe("The pipeline's monitoring and scaling", function () {
  // More than a hundred resources a deployment.
  this.timeout(60_000);

  for (const stack of ["dev", "prod", "local"]) {
    it(`has alarms in ${stack} whose dimensions name resources of the stack`, async () => {
      const deployment = await stackDeployment(stack);
      for (const alarm of await alarms(stack)) {
        for (const { dimensions = {}, metricName } of measured(alarm)) {
          // One metric is the account's.
          const isAccounts = metricName === "ClaimedAccountConcurrency";
          expect(Object.keys(dimensions).length === 0, alarm.name).to.equal(isAccounts);
          for (const [dimension, value] of Object.entries(dimensions)) {
            expectNamed(deployment, dimension, value, `${alarm.name}: ${dimension}`);
          }
        }
      }
    });

    it(`has a dashboard in ${stack} in its place, of metrics that resources of the stack have`, async () => {
      const deployment = await stackDeployment(stack);
      const widgets = widgetsIn(
        deployment.one("aws:cloudwatch/dashboard:Dashboard").inputs["dashboardBody"],
      );
      expect(misplaced(widgets)).to.deep.equal([]);
      for (const [, metric, ...dimensions] of widgets.flatMap(metricsOf)) {
        for (let at = 0; at < dimensions.length; at += 2) {
          const [dimension = "", value = ""] = dimensions.slice(at, at + 2);
          expectNamed(deployment, dimension, value, `${metric}: ${dimension}`);
        }
      }
      if (stack === "prod") {
        expect(picture(widgets), "docs/images/dashboard.svg; `npm run registrations`").to.equal(
          readFileSync(pictureFile, "utf8"),
        );
      }
    });

    it(`has alarms in ${stack} on metrics that exist with those dimensions, and with an action each`, async () => {
      for (const alarm of await alarms(stack)) {
        for (const { namespace, metricName, dimensions = {} } of measured(alarm)) {
          const families = Object.values(metricFamilies).filter(
            (family) =>
              family.namespace === namespace &&
              family.metrics.map(String).includes(metricName) &&
              [...family.dimensions].sort().join() === Object.keys(dimensions).sort().join(),
          );
          expect(families, `${alarm.name}: ${metricName}`).to.have.length(1);
        }
        expect(alarm.inputs["alarmActions"], alarm.name).to.have.length(1);
      }
    });
  }

  it("follows the configuration of the stack", async () => {
    const threshold = async (stack: string, name: string) =>
      (await stackDeployment(stack)).one(
        "aws:cloudwatch/metricAlarm:MetricAlarm",
        `pipeline-monitoring-${name}`,
      ).inputs["threshold"];
    const both = async (name: string) => [
      await threshold("dev", name),
      await threshold("prod", name),
    ];
    expect(await both("stream-loss")).to.deep.equal([43_200_000, 302_400_000]);
    expect(await both("domain-nodes")).to.deep.equal([1, 6]);
    expect(await both("domain-storage")).to.deep.equal([5120, 25_600]);
    expect(await both("scaling-stream-maximum")).to.deep.equal([4, 8]);
    expect(await threshold("local", "application-checkpoints-slow")).to.equal(5000);
  });

  it("leaves shards and parallelism to the scaler where there is one, and only there", async () => {
    const ignored = async (stack: string, changes: Inputs = {}) => {
      const deployment = await stackDeployment(stack, changes);
      return [
        deployment.one("aws:kinesis/stream:Stream"),
        deployment.one("aws:kinesisanalyticsv2/application:Application"),
      ].map(({ ignoreChanges }) => ignoreChanges);
    };
    expect(await ignored("dev")).to.deep.equal([
      ["shardCount"],
      [
        "applicationConfiguration.flinkApplicationConfiguration.parallelismConfiguration.parallelism",
      ],
    ]);
    expect(await ignored("local")).to.deep.equal([[], []]);
  });

  it("makes no scaler where nobody asks for one", async () => {
    const deployment = await stackDeployment("local");
    expect(
      deployment.resources.filter(({ name }) => name.startsWith("pipeline-scaling")),
    ).to.deep.equal([]);
    expect(deployment.ofType("aws:cloudwatch/dashboard:Dashboard")).to.have.length(1);
  });

  it("lets the service scale the application when told so", async () => {
    const autoScaling = async (flinkScaling: string) => {
      const { inputs } = (await stackDeployment("dev", { flinkScaling })).one(
        "aws:kinesisanalyticsv2/application:Application",
      );
      return JSON.stringify(inputs["applicationConfiguration"]).includes(
        '"autoScalingEnabled":true',
      );
    };
    expect(await autoScaling("Service")).to.equal(true);
    expect(await autoScaling("Alarms")).to.equal(false);
  });
});
