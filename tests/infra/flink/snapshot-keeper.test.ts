import type { PutMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { KinesisAnalyticsV2Client } from "@aws-sdk/client-kinesis-analytics-v2";
import { expect } from "chai";
import { keepSnapshots } from "../../../infra/flink/keep-snapshots";
import { SnapshotKeeper } from "../../../infra/flink/snapshot-keeper";
import { FakeManagedFlink, type Snapshot } from "../../support/fake-managed-flink";
import { deploy, refusal } from "../../support/mocks";
import { actionsOf, statementFor } from "../policy-documents";

const now = new Date("2026-03-01T12:00:00.000Z");
const settings = { application: "analytics", everyHours: 6, keep: 2 };

/** A snapshot by its name, the hours since it was taken, and the version of the application that it is of. */
function snapshot(
  SnapshotName: string,
  hours: number,
  ApplicationVersionId = 1,
  SnapshotStatus: Snapshot["SnapshotStatus"] = "READY",
): Snapshot {
  const SnapshotCreationTimestamp = now.getTime() / 1000 - hours * 3600;
  return { SnapshotName, SnapshotStatus, ApplicationVersionId, SnapshotCreationTimestamp };
}

const taken = "scheduled-2026-03-01T12-00-00.000Z";

describe("The function that keeps snapshots", () => {
  let flink: FakeManagedFlink;
  let client: KinesisAnalyticsV2Client;
  let published: Record<string, number | undefined>;

  beforeEach(async () => {
    flink = new FakeManagedFlink("analytics", 2);
    client = new KinesisAnalyticsV2Client({
      region: "us-east-1",
      endpoint: await flink.start(),
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
      maxAttempts: 1,
    });
    published = {};
  });

  afterEach(() => {
    client.destroy();
    flink.stop();
  });

  const cloudWatch = {
    send: ({ input: { Namespace, MetricData = [] } }: PutMetricDataCommand) => {
      for (const { MetricName, Value, Dimensions: [dimension] = [] } of MetricData) {
        published[`${Namespace} ${MetricName} ${dimension?.Name}=${dimension?.Value}`] = Value;
      }
      return Promise.resolve({});
    },
  };

  /** Names of the snapshots that are there afterwards. */
  async function keep(): Promise<string[]> {
    await keepSnapshots(settings, { flink: client, cloudWatch: cloudWatch as never }, now);
    return flink.snapshots.map(({ SnapshotName }) => SnapshotName);
  }

  const cases: readonly (readonly [string, () => void, readonly string[]])[] = [
    ["takes the first one", () => undefined, [taken]],
    ["waits for the next", () => flink.snapshots.push(snapshot("a", 5.9)), ["a"]],
    ["takes the next", () => flink.snapshots.push(snapshot("a", 6)), ["a", taken]],
    [
      "waits for one that is being taken",
      () => flink.snapshots.push(snapshot("old", 9), snapshot("new", 0.1, 1, "CREATING")),
      ["old", "new"],
    ],
    [
      "takes another one after one that failed, which it deletes",
      () => flink.snapshots.push(snapshot("old", 9), snapshot("failed", 0.1, 1, "FAILED")),
      ["old", taken],
    ],
    [
      "leaves an application alone that is being changed",
      () => {
        flink.snapshots.push(snapshot("a", 9), snapshot("b", 10), snapshot("c", 11));
        flink.status = "UPDATING";
      },
      ["a", "b", "c"],
    ],
    [
      "deletes all but the newest",
      () => flink.snapshots.push(snapshot("c", 11), snapshot("a", 9), snapshot("b", 10)),
      ["a", "b", taken],
    ],
    [
      "keeps the newest of a release before, whatever versions scaling has made since",
      () => {
        Object.assign(flink.codes, { 1: "one.jar", 2: "two.jar", 3: "three.jar", 4: "three.jar" });
        flink.snapshots.push(
          snapshot("four", 9, 4),
          snapshot("three", 10, 3),
          snapshot("three-before", 11, 3),
          snapshot("two", 12, 2),
          snapshot("two-before", 13, 2),
          snapshot("one", 14, 1),
        );
      },
      ["four", "three", "two", taken],
    ],
    [
      "keeps the one that the application was restored from",
      () => {
        flink.snapshots.push(snapshot("a", 9), snapshot("b", 10), snapshot("c", 11));
        flink.snapshots.push(snapshot("restored", 99));
        flink.restored = "restored";
      },
      ["a", "b", "restored", taken],
    ],
    [
      "makes room first where the quota is used up",
      () => {
        flink.maxSnapshots = 3;
        flink.snapshots.push(snapshot("a", 9), snapshot("b", 10), snapshot("c", 11));
      },
      ["a", "b", taken],
    ],
  ];
  for (const [what, given, left] of cases) {
    it(what, async () => {
      given();
      expect(await keep()).to.deep.equal(left);
    });
  }

  it("publishes count and age of the newest complete one", async () => {
    flink.snapshots.push(snapshot("a", 2), snapshot("b", 1, 1, "CREATING"));
    await keep();
    expect(published).to.deep.equal({
      "StreamingPipeline/Snapshots Age Application=analytics": 7200,
      "StreamingPipeline/Snapshots Count Application=analytics": 2,
    });
  });

  it("publishes them also where no snapshot can be taken, and fails", async () => {
    flink.maxSnapshots = 1;
    flink.snapshots.push(snapshot("a", 30));
    const failure: unknown = await keep().catch((error: unknown) => error);
    expect(failure).to.have.property("name", "LimitExceededException");
    expect(published).to.include({
      "StreamingPipeline/Snapshots Age Application=analytics": 108_000,
    });
  });
});

describe("SnapshotKeeper", () => {
  const args = {
    applicationName: "analytics",
    arn: "arn:application",
    everyHours: 6,
    keep: 10,
    logRetentionDays: 30,
  };

  it("may work with the snapshots of its application, publish its own metrics, and no more", async () => {
    const deployment = await deploy(() => new SnapshotKeeper("keeper", args));
    const { policy } = deployment.one("aws:iam/rolePolicy:RolePolicy").inputs;
    expect(actionsOf(policy).filter((action) => !/^(logs|xray):/.test(action))).to.have.members([
      "kinesisanalytics:CreateApplicationSnapshot",
      "kinesisanalytics:DeleteApplicationSnapshot",
      "kinesisanalytics:DescribeApplication",
      "kinesisanalytics:DescribeApplicationVersion",
      "kinesisanalytics:ListApplicationSnapshots",
      "cloudwatch:PutMetricData",
    ]);
    expect(
      statementFor(policy, "kinesisanalytics:DeleteApplicationSnapshot").Resource,
    ).to.deep.equal(["arn:application"]);
    expect(
      deployment.one("aws:cloudwatch/eventRule:EventRule").inputs["scheduleExpression"],
    ).to.equal("rate(5 minutes)");
    expect(
      JSON.parse(String(deployment.one("aws:cloudwatch/eventTarget:EventTarget").inputs["input"])),
    ).to.deep.equal({ application: "analytics", everyHours: 6, keep: 10 });
  });

  it("refuses what would roll a release back to itself or keep nothing", async () => {
    const message = await refusal(
      () => new SnapshotKeeper("keeper", { ...args, everyHours: 1, keep: 0 }),
    );
    expect(message)
      .to.match(/everyHours .* 2 to 24.*got 1/)
      .and.match(/keep .* 1 to 100.*got 0/);
  });
});
