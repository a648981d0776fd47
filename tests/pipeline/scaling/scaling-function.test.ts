import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import {
  CloudWatchClient,
  GetMetricDataCommand,
  PutMetricDataCommand,
} from "@aws-sdk/client-cloudwatch";
import {
  CreateStreamCommand,
  DescribeStreamSummaryCommand,
  type KinesisClient,
} from "@aws-sdk/client-kinesis";
import { expect } from "chai";
import { bundle } from "../../../infra/core/bundle";
import { scalingNamespace } from "../../../infra/watch/metrics";
import type { Rules } from "../../../infra/scaling/lambda/decisions";
import type { ApiResponse, Handler } from "../../../infra/scaling/lambda/handler";
import type { ScalableTargetDimension } from "../../../infra/scaling/lambda/scaler";
import { type ScalingSettings, settingsVariable } from "../../../infra/scaling/lambda/settings";
import { kinesisClient, startKinesisServer } from "../../../local/services/kinesis/kinesis-server";
import { freePorts } from "../../../local/machine/ports";
import type { ServiceProcess } from "../../../local/machine/process";
import { ServiceFolders } from "../../../local/machine/service-folders";
import { projectRoot } from "../../support/command";
import { FakeManagedFlink } from "../../support/fake-managed-flink";
import { Moto, needsMoto } from "../../support/moto";
import { needsServices, newFolder, removeFolder, streamActive } from "../services/support";

const region = "us-east-1";
const rules: Rules = {
  min: 1,
  max: 8,
  granularity: 1,
  outCooldownSeconds: 60,
  inCooldownSeconds: 60,
  changesPerDay: 10,
  maxLagMilliseconds: 60_000,
  lookBackMinutes: 0,
};

describe("The scaling function, as it is deployed", () => {
  const folder = newFolder();
  const environment = { ...process.env };
  const { info } = console;
  /** What the function wrote into its log. */
  const log: unknown[] = [];
  let moto: Moto;
  let server: ServiceProcess;
  let flink: FakeManagedFlink;
  let kinesis: KinesisClient;
  let cloudWatch: CloudWatchClient;
  let streams = 0;
  let stream: string;
  let handler: Handler;

  before(async function () {
    await needsMoto(this);
    await needsServices(this, "kinesisServer");
    const { port } = await freePorts(["port"]);
    moto = await Moto.start();
    server = await startKinesisServer({
      port,
      region,
      accountId: "123456789012",
      folders: new ServiceFolders(folder),
      onProgress: () => undefined,
      onExit: () => undefined,
    });
    Object.assign(process.env, {
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
      AWS_ENDPOINT_URL_CLOUDWATCH: moto.url,
      AWS_ENDPOINT_URL_APPLICATION_AUTO_SCALING: moto.url,
      AWS_ENDPOINT_URL_KINESIS: `http://127.0.0.1:${port}`,
    });
    kinesis = kinesisClient(`http://127.0.0.1:${port}`, region);
    cloudWatch = new CloudWatchClient({});
    console.info = (line: string) => log.push(JSON.parse(line));
    writeFileSync(
      path.join(folder, "index.js"),
      bundle(path.join(projectRoot, "infra/scaling/lambda/handler.ts")).text,
    );
  });

  after(async () => {
    process.env = environment;
    console.info = info;
    // What did not come up is undefined, whatever the compiler thinks.
    (moto as Moto | undefined)?.stop();
    await (server as ServiceProcess | undefined)?.stop();
    removeFolder(folder);
  });

  beforeEach(async () => {
    // Names of their own keep the metrics of the tests apart.
    stream = `trips-${(streams += 1)}`;
    await kinesis.send(new CreateStreamCommand({ StreamName: stream, ShardCount: 2 }));
    await active();
    flink = new FakeManagedFlink(`job-${streams}`, 2);
    process.env["AWS_ENDPOINT_URL_KINESIS_ANALYTICS_V2"] = await flink.start();
    handler = start({});
  });

  afterEach(() => {
    flink.stop();
  });

  /** A new instance of the function. */
  function start(changes: Partial<ScalingSettings>): Handler {
    const settings: ScalingSettings = {
      targets: {
        "stream-shards": { kind: "stream", name: stream, rules },
        "application-parallelism": {
          kind: "application",
          name: `job-${streams}`,
          rules: { ...rules, changesPerDay: undefined },
        },
      },
      lagMetrics: [
        {
          namespace: "AWS/Kinesis",
          metricName: "GetRecords.IteratorAgeMilliseconds",
          dimensions: { StreamName: stream },
        },
      ],
      dryRun: false,
      ...changes,
    };
    process.env[settingsVariable] = JSON.stringify(settings);
    const load = createRequire(__filename);
    const file = path.join(folder, "index.js");
    Reflect.deleteProperty(load.cache, file);
    return (load(file) as { handler: Handler }).handler;
  }

  const active = () => streamActive(kinesis, stream);
  const summary = async () =>
    (await kinesis.send(new DescribeStreamSummaryCommand({ StreamName: stream })))
      .StreamDescriptionSummary;

  async function call(
    httpMethod: string,
    id: string,
    body: string | null = null,
  ): Promise<ApiResponse> {
    const pathParameters = { scalableTargetDimensionId: id };
    const response = await handler({ httpMethod, pathParameters, body });
    if (response === undefined) throw new Error("The function did not answer");
    return response;
  }

  async function read(id: string): Promise<ScalableTargetDimension> {
    return content(await call("GET", id));
  }

  async function scale(id: string, desiredCapacity: number): Promise<ScalableTargetDimension> {
    return content(await call("PATCH", id, JSON.stringify({ desiredCapacity })));
  }

  function content({ statusCode, body }: ApiResponse): ScalableTargetDimension {
    expect(statusCode, body).to.equal(200);
    return JSON.parse(body) as ScalableTargetDimension;
  }

  /** Lets readers of the stream be so far behind. */
  async function measureLag(milliseconds: number): Promise<void> {
    await cloudWatch.send(
      new PutMetricDataCommand({
        Namespace: "AWS/Kinesis",
        MetricData: [
          {
            MetricName: "GetRecords.IteratorAgeMilliseconds",
            Dimensions: [{ Name: "StreamName", Value: stream }],
            Value: milliseconds,
          },
        ],
      }),
    );
  }

  async function published(metric: string, target: string, name: string): Promise<number[]> {
    const { MetricDataResults: [result] = [] } = await cloudWatch.send(
      new GetMetricDataCommand({
        StartTime: new Date(Date.now() - 3_600_000),
        EndTime: new Date(Date.now() + 60_000),
        MetricDataQueries: [
          {
            Id: "m",
            MetricStat: {
              Metric: {
                Namespace: scalingNamespace,
                MetricName: metric,
                Dimensions: [
                  { Name: "Target", Value: target },
                  { Name: "Name", Value: name },
                ],
              },
              Period: 60,
              Stat: "Maximum",
            },
          },
        ],
      }),
    );
    return result?.Values ?? [];
  }

  it("doubles the shards, and holds back until the cool-down is over", async () => {
    expect(await scale("stream-shards", 4)).to.deep.equal({
      scalableTargetDimensionId: "stream-shards",
      version: "1",
      resourceName: stream,
      dimensionName: "open shards",
      actualCapacity: 2,
      desiredCapacity: 4,
      scalingStatus: "InProgress",
    });
    await active();
    expect((await summary())?.OpenShardCount).to.equal(4);
    expect(await read("stream-shards")).to.include({
      actualCapacity: 4,
      desiredCapacity: 4,
      scalingStatus: "Successful",
    });

    const again = await scale("stream-shards", 8);
    expect(again).to.include({ desiredCapacity: 4, scalingStatus: "Failed" });
    expect(again.failureReason).to.match(/^the last change was at .*; the cool-down of 60 s ends/);
    expect((await summary())?.OpenShardCount).to.equal(4);
  });

  it("halves the shards only while readers keep up", async () => {
    expect((await scale("stream-shards", 1)).failureReason).to.match(/is not known/);
    await measureLag(1_000);
    expect(await scale("stream-shards", 1)).to.include({ scalingStatus: "InProgress" });
    await active();
    expect((await summary())?.OpenShardCount).to.equal(1);
  });

  it("does not halve the shards while readers are behind", async () => {
    await measureLag(90_000);
    expect((await scale("stream-shards", 1)).failureReason).to.match(/readers are 90000 ms behind/);
    expect((await summary())?.OpenShardCount).to.equal(2);
  });

  it("tells where a change under way will end", async () => {
    await scale("stream-shards", 3);
    const { OpenShardCount } = (await summary()) ?? {};
    const { scalingStatus, desiredCapacity } = await read("stream-shards");
    expect(desiredCapacity).to.equal(3);
    expect(scalingStatus).to.equal(OpenShardCount === 3 ? "Successful" : "InProgress");
  });

  it("changes the parallelism, and nothing else, of an application that runs", async () => {
    expect(await scale("application-parallelism", 4)).to.include({
      actualCapacity: 2,
      desiredCapacity: 4,
      scalingStatus: "InProgress",
    });
    expect(flink.updates).to.deep.equal([
      {
        FlinkApplicationConfigurationUpdate: {
          ParallelismConfigurationUpdate: {
            ConfigurationTypeUpdate: "CUSTOM",
            ParallelismUpdate: 4,
          },
        },
      },
    ]);
    expect(await read("application-parallelism")).to.include({
      actualCapacity: 2,
      desiredCapacity: 4,
      scalingStatus: "InProgress",
    });
    const refused = await scale("application-parallelism", 8);
    expect(refused.failureReason).to.match(/is UPDATING, not RUNNING/);
    expect(flink.updates).to.have.length(1);
  });

  it("leaves an application alone that the service scales, or that stands still", async () => {
    flink.autoScaling = true;
    expect((await scale("application-parallelism", 4)).failureReason).to.match(/service's own/);
    flink.autoScaling = false;
    flink.status = "READY";
    expect((await scale("application-parallelism", 4)).failureReason).to.match(/is READY/);
    expect(flink.updates).to.have.length(0);
  });

  it("gives way to whoever changes the application at the same time", async () => {
    flink.overtaken = true;
    const { scalingStatus, failureReason } = await scale("application-parallelism", 4);
    expect(scalingStatus).to.equal("Failed");
    expect(failureReason).to.match(/^ConcurrentModificationException/);
    expect(await published("RequestedCapacity", "application-parallelism", `job-${streams}`)).to.be
      .empty;
  });

  it("publishes the capacities that it finds and the changes that it makes", async () => {
    expect(await handler({ minute: {} })).to.equal(undefined);
    await scale("stream-shards", 4);
    expect(await published("Capacity", "stream-shards", stream)).to.deep.equal([2]);
    expect(await published("Capacity", "application-parallelism", `job-${streams}`)).to.deep.equal([
      2,
    ]);
    expect(await published("RequestedCapacity", "stream-shards", stream)).to.deep.equal([4]);
  });

  it("writes into its log what it decided and on what grounds", async () => {
    await measureLag(90_000);
    await scale("stream-shards", 1);
    expect(log.at(-1)).to.deep.equal({
      target: "stream-shards",
      name: stream,
      wish: 1,
      capacity: 2,
      lag: 90_000,
      dryRun: false,
      decision: {
        kind: "refuse",
        reason: "readers are 90000 ms behind, more than 60000 ms, so the capacity does not shrink",
      },
    });
  });

  it("changes nothing in a dry run", async () => {
    handler = start({ dryRun: true });
    expect((await scale("stream-shards", 4)).failureReason).to.equal(
      "dry run: it would change from 2 to 4",
    );
    expect((await summary())?.OpenShardCount).to.equal(2);
  });

  it("answers what it cannot do with a status and a sentence", async () => {
    const message = ({ statusCode, body }: ApiResponse) => [
      statusCode,
      (JSON.parse(body) as { message: string }).message,
    ];
    expect(message(await call("GET", "else"))).to.deep.equal([
      404,
      'There is no scalable target dimension "else"',
    ]);
    expect(message(await call("DELETE", "stream-shards"))).to.deep.equal([
      405,
      "DELETE is not supported",
    ]);
    for (const body of [null, "", "4", '{"desiredCapacity":"4"}', '{"desiredCapacity":0}', "{}"]) {
      expect(message(await call("PATCH", "stream-shards", body))[0], String(body)).to.equal(400);
    }
  });
});
