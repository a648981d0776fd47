import { expect } from "chai";
import { type Alarm, metricAlarmArgs, type Reading } from "../../../infra/watch/alarm";
import { applicationAlarms, isFlink2 } from "../../../infra/flink/monitoring";
import { deliveryAlarms, maxFreshnessSeconds } from "../../../infra/delivery/monitoring";
import { domainAlarms, indexSilenceAlarm } from "../../../infra/search/monitoring";
import { canaryAlarms } from "../../../infra/canary/monitoring";
import { functionAlarms } from "../../../infra/function/monitoring";
import { ingestionAlarms } from "../../../infra/ingestion/monitoring";
import { hostAlarms } from "../../../infra/replay/monitoring";
import { scalingAlarms } from "../../../infra/scaling/monitoring";
import {
  idleAlarm,
  readerLagAlarms,
  resultsSilenceAlarm,
  streamAlarms,
} from "../../../infra/stream/monitoring";

const watched = { name: "trips-1a2b", retentionHours: 24 };
const stream = [...readerLagAlarms(watched), ...streamAlarms(watched), idleAlarm(watched)];
const share = "IF(RATE(records) > 0, 100 * RATE(part) / RATE(records))";
const stoppedFlow = "IF(FILL(incoming, 0) > 0 AND FILL(outgoing, 0) <= 0, 1, 0)";
const watchedApplication = {
  name: "analytics-1a2b",
  runtime: "FLINK-1_20",
  checkpointIntervalSeconds: 60,
  snapshotsKept: true,
  logGroupName: "analytics-logs",
  source: watched,
};
const application = applicationAlarms(watchedApplication);
const delivery = deliveryAlarms({
  name: "archive-1a2b",
  sourceName: "trips-1a2b",
  bufferSeconds: 300,
  transformName: "transform-1a2b",
  converts: true,
  partitions: true,
  customerKey: true,
});
const watchedDomain = {
  name: "search",
  accountId: "123456789012",
  dataNodes: 3,
  dedicatedMasters: 3,
  volumeGiB: 100,
  snapshotBucketName: "snapshots-1a2b",
  customerKey: true,
};
const domain = domainAlarms(watchedDomain);
const scaling = scalingAlarms({
  functionName: "scaler-1a2b",
  apiName: "api-1a2b",
  apiStageName: "v1",
  targets: [
    { kind: "stream", name: "trips-1a2b", max: 8 },
    { kind: "application", name: "analytics-1a2b", max: 32 },
  ],
  vpcId: "vpc-1",
});
const host = hostAlarms({ instanceId: "i-1" });
const canary = canaryAlarms({ streamName: "trips-1a2b" }, 60);
const streamFunction = functionAlarms({
  name: "counter-1a2b",
  mappingId: "mapping-1",
  streamName: "trips-1a2b",
  retentionHours: 24,
  maxAgeSeconds: 7200,
  maxLagSeconds: 60,
});
const ingestion = ingestionAlarms({
  apiName: "ingestion-1a2b",
  apiId: "abc123",
  apiStageName: "v1",
  requestsPerSecond: 1800,
});
const all = [
  ...stream,
  ...application,
  ...delivery,
  ...domain,
  ...scaling,
  ...host,
  ...canary,
  ...streamFunction,
  ...ingestion,
];

/** An alarm in one line: what, when, how long, and what silence means. */
function inWords({
  value,
  comparison = ">=",
  threshold,
  periods = 1,
  breaching = periods,
  periodSeconds = 300,
  missing = "notBreaching",
}: Alarm): string {
  const what =
    "expression" in value
      ? value.expression
      : `${value.statistic} ${value.metric.name.replace(/^[^.]+\.(?=I|M)/, "")}`;
  return `${what} ${comparison} ${threshold}, ${breaching} of ${periods} x ${periodSeconds} s, ${missing}`;
}

function described(alarms: readonly Alarm[]): Record<string, string> {
  return Object.fromEntries(alarms.map((alarm) => [alarm.name, inWords(alarm)]));
}

function readings({ value }: Alarm): Reading[] {
  return "expression" in value ? Object.values(value.readings) : [value];
}

describe("alarms", () => {
  it("on a stream follow its retention and the lag that is allowed", () => {
    expect(described(stream)).to.deep.equal({
      "stream-lag": "Maximum IteratorAgeMilliseconds > 60000, 5 of 5 x 60 s, notBreaching",
      "stream-loss": "Maximum IteratorAgeMilliseconds >= 43200000, 1 of 1 x 300 s, notBreaching",
      "stream-idle": "Sum IncomingRecords <= 0, 12 of 12 x 300 s, breaching",
      "stream-write-throttled":
        "Average WriteProvisionedThroughputExceeded >= 0.01, 5 of 5 x 60 s, notBreaching",
      "stream-read-throttled":
        "Average ReadProvisionedThroughputExceeded >= 0.01, 5 of 5 x 60 s, notBreaching",
      "stream-put-failures": "Average PutRecords.Success <= 0.95, 5 of 5 x 60 s, notBreaching",
      "stream-get-failures": "Average GetRecords.Success <= 0.98, 5 of 5 x 60 s, notBreaching",
    });
    const other = { name: "s", retentionHours: 168, maxLagSeconds: 10 };
    const longer = described([...readerLagAlarms(other), ...streamAlarms(other)]);
    expect(longer["stream-lag"]).to.contain("> 10000,");
    expect(longer["stream-loss"]).to.contain(">= 302400000,");
  });

  it("on a stream watch each consumer with enhanced fan-out by itself", () => {
    const other = { name: "s", retentionHours: 24, fanOutConsumers: ["job"] };
    const alarms = [...readerLagAlarms(other), ...streamAlarms(other)];
    const lag = alarms.find(({ name }) => name === "stream-lag-job");
    expect(lag && readings(lag)).to.deep.equal([
      {
        metric: {
          namespace: "AWS/Kinesis",
          name: "SubscribeToShardEvent.MillisBehindLatest",
          dimensions: { StreamName: "s", ConsumerName: "job" },
        },
        statistic: "Maximum",
      },
    ]);
    expect(alarms.map(({ name }) => name)).to.include("stream-loss-job");
  });

  it("on a function follow what is allowed to wait, and tell what was given up from what is lost", () => {
    expect(described(streamFunction)).to.deep.equal({
      "function-lag": "Maximum IteratorAge > 60000, 5 of 5 x 60 s, notBreaching",
      "function-loss": "Maximum IteratorAge >= 3600000, 1 of 1 x 300 s, notBreaching",
      "function-silent": `${stoppedFlow} >= 1, 3 of 3 x 300 s, notBreaching`,
      "function-errors": "Sum Errors > 0, 3 of 3 x 300 s, notBreaching",
      "function-throttled": "Sum Throttles > 0, 3 of 3 x 300 s, notBreaching",
      "function-records-failed":
        "Sum OnFailureDestinationDeliveredEventCount > 0, 1 of 1 x 300 s, notBreaching",
      "function-records-lost": "Sum DroppedEventCount > 0, 1 of 1 x 300 s, notBreaching",
    });
  });

  it("on a Flink application follow the checkpoint interval", () => {
    expect(described(application)).to.deep.equal({
      "application-restarts": "RATE(restarts) > 0, 2 of 3 x 300 s, notBreaching",
      "application-late": `${share} > 1, 3 of 3 x 300 s, notBreaching`,
      "application-malformed": `${share} > 1, 3 of 3 x 300 s, notBreaching`,
      "application-rejected": `${share} > 0.1, 3 of 3 x 300 s, notBreaching`,
      "application-silent": `${stoppedFlow} >= 1, 3 of 3 x 300 s, notBreaching`,
      "application-lag": "Maximum millisBehindLatest > 60000, 5 of 5 x 60 s, notBreaching",
      "application-snapshot-age": "Minimum Age > 43200, 3 of 3 x 300 s, breaching",
      "application-snapshots": "Maximum Count >= 800, 1 of 1 x 300 s, notBreaching",
      "application-down": "Average downtime > 0, 1 of 1 x 60 s, breaching",
      "application-checkpoints-failed": "RATE(failed) > 0, 1 of 1 x 300 s, notBreaching",
      "application-checkpoints-slow":
        "Maximum lastCheckpointDuration > 30000, 3 of 3 x 300 s, notBreaching",
      "application-kpus": "Maximum KPUs >= 51.2, 1 of 1 x 3600 s, notBreaching",
      "application-cpu": "Maximum cpuUtilization > 80, 3 of 3 x 300 s, missing",
      "application-heap": "Maximum heapMemoryUtilization > 90, 3 of 3 x 300 s, missing",
      "application-memory": "Maximum containerMemoryUtilization > 85, 3 of 3 x 300 s, missing",
      "application-garbage": "milliseconds * 100 / 60000 > 60, 3 of 3 x 60 s, notBreaching",
    });
  });

  it("on a Flink application use the metrics that its runtime has", () => {
    const names = (runtime: string) =>
      applicationAlarms({ ...watchedApplication, runtime })
        .flatMap(readings)
        .map(({ metric }) => metric.name);
    expect(names("FLINK-1_19")).to.include("downtime");
    expect(names("FLINK-2_2"))
      .to.include.members(["restartingTime", "failingTime", "cancellingTime"])
      .and.not.to.include("downtime");
    expect(["FLINK-1_15", "FLINK-1_20", "FLINK-2_2", "FLINK-10_0"].map(isFlink2)).to.deep.equal([
      false,
      false,
      true,
      true,
    ]);
  });

  it("on a delivery stream follow its buffer, and watch what it does", () => {
    expect(described(delivery)).to.deep.equal({
      "delivery-late": "Maximum DeliveryToS3.DataFreshness > 900, 1 of 1 x 300 s, notBreaching",
      "delivery-silent": `${stoppedFlow} >= 1, 3 of 3 x 300 s, notBreaching`,
      "delivery-lag": "Maximum KinesisMillisBehindLatest > 900000, 3 of 3 x 300 s, notBreaching",
      "delivery-failures": "Average DeliveryToS3.Success < 0.95, 3 of 3 x 300 s, notBreaching",
      "delivery-transform-failures":
        "Average ExecuteProcessing.Success < 0.95, 1 of 1 x 300 s, notBreaching",
      "delivery-conversion-failures":
        "Sum FailedConversion.Records > 0, 1 of 1 x 300 s, notBreaching",
      "delivery-partitions-exceeded":
        "Maximum PartitionCountExceeded > 0, 1 of 1 x 300 s, notBreaching",
      "delivery-key-failures":
        "MAX([denied, disabled, invalid, absent]) > 0, 1 of 1 x 300 s, notBreaching",
    });
    expect(Object.keys(described(deliveryAlarms({ name: "a", bufferSeconds: 0 })))).to.deep.equal([
      "delivery-late",
      "delivery-lag",
      "delivery-failures",
    ]);
    expect([0, 300, 450, 451, 900].map(maxFreshnessSeconds)).to.deep.equal([
      900, 900, 900, 902, 1800,
    ]);
  });

  it("on a domain follow its nodes and volumes", () => {
    expect(described(domain)).to.deep.equal({
      "domain-red": "Maximum ClusterStatus.red >= 1, 1 of 1 x 60 s, notBreaching",
      "domain-yellow": "Maximum ClusterStatus.yellow >= 1, 5 of 5 x 60 s, notBreaching",
      "domain-nodes": "Minimum Nodes < 6, 1 of 1 x 86400 s, breaching",
      "domain-storage": "Minimum FreeStorageSpace <= 25600, 1 of 1 x 60 s, notBreaching",
      "domain-writes-blocked":
        "Maximum ClusterIndexWritesBlocked >= 1, 1 of 1 x 300 s, notBreaching",
      "domain-snapshot": "Maximum AutomatedSnapshotFailure >= 1, 1 of 1 x 60 s, notBreaching",
      "domain-cpu": "Maximum CPUUtilization >= 80, 3 of 3 x 900 s, notBreaching",
      "domain-memory": "Maximum JVMMemoryPressure >= 95, 3 of 3 x 60 s, notBreaching",
      "domain-old-memory": "Maximum OldGenJVMMemoryPressure >= 80, 3 of 3 x 60 s, notBreaching",
      "domain-write-queue": "Average ThreadpoolWriteQueue >= 100, 1 of 1 x 60 s, notBreaching",
      "domain-write-rejected": "DIFF(rejected) >= 1, 1 of 1 x 60 s, notBreaching",
      "domain-search-queue": "Average ThreadpoolSearchQueue >= 500, 1 of 1 x 60 s, notBreaching",
      "domain-search-queue-peak":
        "Maximum ThreadpoolSearchQueue >= 5000, 1 of 1 x 60 s, notBreaching",
      "domain-search-rejected": "DIFF(rejected) >= 1, 1 of 1 x 60 s, notBreaching",
      "domain-master-cpu": "Maximum MasterCPUUtilization >= 50, 3 of 3 x 900 s, notBreaching",
      "domain-master-memory": "Maximum MasterJVMMemoryPressure >= 95, 3 of 3 x 60 s, notBreaching",
      "domain-master-unreachable":
        "Minimum MasterReachableFromNode < 1, 1 of 1 x 60 s, notBreaching",
      "domain-key-error": "Maximum KMSKeyError >= 1, 1 of 1 x 60 s, notBreaching",
      "domain-key-inaccessible": "Maximum KMSKeyInaccessible >= 1, 1 of 1 x 60 s, notBreaching",
      "domain-snapshots": "FILL(snapshots, 0) < 1, 2 of 2 x 86400 s, notBreaching",
    });
    const small = { name: "s", accountId: "1", dataNodes: 1, dedicatedMasters: 0, volumeGiB: 20 };
    const alarms = described(domainAlarms(small));
    expect(alarms["domain-nodes"]).to.contain("< 1,");
    expect(alarms["domain-storage"]).to.contain("<= 5120,");
    expect(Object.keys(alarms).filter((name) => /master|key|snapshots/.test(name))).to.deep.equal(
      [],
    );
    const warm = described(domainAlarms({ ...small, warmNodes: 2 }));
    expect(warm["domain-nodes"]).to.contain("< 3,");
  });

  it("on the scaler tell that it fails and that it has no room", () => {
    expect(described(scaling)).to.deep.equal({
      "scaling-api-refused": "Sum 4XXError >= 1, 3 of 3 x 300 s, notBreaching",
      "function-concurrency":
        "Maximum ClaimedAccountConcurrency >= 800, 3 of 3 x 300 s, notBreaching",
      "network-addresses": "Maximum AddressesUsed >= 80, 1 of 1 x 300 s, notBreaching",
      "scaling-application-silent": "Maximum Capacity < 1, 3 of 3 x 300 s, breaching",
      "scaling-application-failed": "Maximum FailedActivities >= 1, 3 of 3 x 300 s, notBreaching",
      "scaling-application-refused": "Maximum RefusedScaleOut >= 1, 1 of 1 x 300 s, notBreaching",
      "scaling-application-maximum": "Minimum Capacity >= 32, 12 of 12 x 300 s, notBreaching",
      "scaling-stream-silent": "Maximum Capacity < 1, 3 of 3 x 300 s, breaching",
      "scaling-stream-failed": "Maximum FailedActivities >= 1, 3 of 3 x 300 s, notBreaching",
      "scaling-stream-changes": "Minimum ChangesLeft <= 2, 1 of 1 x 300 s, notBreaching",
      "scaling-function-errors": "Sum Errors >= 1, 3 of 3 x 300 s, notBreaching",
      "scaling-api-errors": "Sum 5XXError >= 1, 3 of 3 x 300 s, notBreaching",
      "scaling-stream-refused": "Maximum RefusedScaleOut >= 1, 1 of 1 x 300 s, notBreaching",
      "scaling-stream-maximum": "Minimum Capacity >= 8, 12 of 12 x 300 s, notBreaching",
    });
  });

  it("say what they mean and what to do", () => {
    for (const { name, description } of all) {
      expect(description, name).to.match(/^[A-Z].{40,}\.$/s);
      expect(description.length, name).to.be.at.most(1024);
    }
    expect(new Set(all.map(({ name }) => name)).size).to.equal(all.length);
  });

  it("call silence a failure only where something always speaks while it lives", () => {
    expect(
      all.filter(({ missing }) => missing === "breaching").map(({ name }) => name),
    ).to.have.members([
      "application-down",
      "application-snapshot-age",
      "domain-nodes",
      "freshness-fast",
      "freshness-slow",
      "scaling-application-silent",
      "scaling-stream-silent",
      "host-status",
      "stream-idle",
    ]);
  });

  it("look at the growth of what counts from the start, not at the count", () => {
    const counters = [
      "numberOfFailedCheckpoints",
      "fullRestarts",
      "numRestarts",
      "ThreadpoolWriteRejected",
      "ThreadpoolSearchRejected",
    ];
    const counted = all.filter((alarm) =>
      readings(alarm).some(({ metric }) => counters.includes(metric.name)),
    );
    expect(counted).to.have.length(4);
    for (const { name, value } of counted) {
      expect("expression" in value && value.expression, name).to.match(/^(RATE|DIFF)\(/);
    }
  });

  it("each have an alarm for the failure that makes their metric absent", () => {
    const every = [
      ...all,
      indexSilenceAlarm(watchedDomain, "trips-1a2b"),
      resultsSilenceAlarm("trips-1a2b", "results-1a2b"),
    ];
    /** The failure that makes a metric absent, the alarm that fires then, and the alarms on such metrics. */
    const absences: readonly (readonly [failure: string, fires: string, alarms: string])[] = [
      [
        "producers put nothing",
        "stream-idle",
        "stream-idle stream-write-throttled stream-put-failures host-status ingestion-errors " +
          "ingestion-refused ingestion-slow ingestion-throttled",
      ],
      [
        "no reader polls the stream",
        "application-silent",
        "application-silent stream-loss stream-read-throttled stream-get-failures",
      ],
      ["no reader polls the results", "results-silent", "results-silent stream-lag"],
      [
        "the application does not run",
        "application-down",
        "application-down application-lag application-restarts application-late " +
          "application-malformed application-rejected application-checkpoints-failed " +
          "application-checkpoints-slow application-kpus application-cpu application-heap " +
          "application-memory application-garbage",
      ],
      [
        "Firehose does not read, and so delivers, transforms and encrypts nothing",
        "delivery-silent",
        "delivery-silent delivery-late delivery-lag delivery-failures delivery-transform-failures " +
          "delivery-conversion-failures delivery-partitions-exceeded delivery-key-failures",
      ],
      ["the domain loses its nodes", "domain-nodes", "domain-nodes"],
      [
        "the domain does not answer",
        "domain-silent",
        "domain-silent domain-red domain-yellow domain-storage domain-writes-blocked " +
          "domain-snapshot domain-snapshots domain-cpu domain-memory domain-old-memory domain-write-queue " +
          "domain-write-rejected domain-search-queue domain-search-queue-peak " +
          "domain-search-rejected domain-master-cpu domain-master-memory " +
          "domain-master-unreachable domain-key-error domain-key-inaccessible",
      ],
      [
        "the canary's function does not run, or no canary arrives",
        "freshness-fast",
        "freshness-fast completeness",
      ],
      ["the same, for longer", "freshness-slow", "freshness-slow"],
      [
        "the scaling function is not called",
        "scaling-stream-silent",
        "scaling-stream-silent scaling-function-errors scaling-stream-refused " +
          "scaling-stream-failed scaling-stream-maximum scaling-stream-changes function-concurrency",
      ],
      [
        "the scaling function does not read the application",
        "scaling-application-silent",
        "scaling-application-silent scaling-application-refused scaling-application-failed " +
          "scaling-application-maximum",
      ],
      [
        "the keeper of snapshots is not called",
        "application-snapshot-age",
        "application-snapshot-age application-snapshots",
      ],
      [
        "the function on the stream is not invoked",
        "function-silent",
        "function-silent function-lag function-loss function-errors function-throttled " +
          "function-records-failed function-records-lost",
      ],
      ["EC2 does not answer the scaling function", "scaling-function-errors", "network-addresses"],
      [
        "no request reaches the API, so that activities fail",
        "scaling-stream-failed",
        "scaling-api-errors scaling-api-refused",
      ],
    ];
    const named = (wanted: string): Alarm => {
      const found = every.find(({ name }) => name === wanted);
      if (found === undefined) throw new Error(`There is no alarm ${wanted}`);
      return found;
    };
    const namespaces = (alarm: Alarm) => readings(alarm).map(({ metric }) => metric.namespace);
    for (const [failure, fires, names] of absences) {
      const other = named(fires);
      const isFilled =
        "expression" in other.value && /FILL\(outgoing, 0\)/.test(other.value.expression);
      for (const name of names.split(" ")) {
        // Either silence breaches the other alarm, or the failure leaves its metric alone.
        const speaks =
          other.missing === "breaching" ||
          isFilled ||
          !namespaces(named(name)).some((namespace) => namespaces(other).includes(namespace));
        expect(speaks, `${failure}: ${name}`).to.equal(true);
      }
    }
    expect(absences.flatMap(([, , names]) => names.split(" ")).sort()).to.deep.equal(
      every.map(({ name }) => name).sort(),
    );
  });

  it("stay inside what CloudWatch evaluates", () => {
    for (const { name, periods = 1, breaching = periods, periodSeconds = 300 } of all) {
      expect(periodSeconds % 60, name).to.equal(0);
      // https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
      const longest = periodSeconds < 3600 ? 86_400 : 604_800;
      expect(periods * periodSeconds, name).to.be.at.most(longest);
      expect(breaching, name).to.be.at.least(1).and.at.most(periods);
    }
  });
});

describe("an alarm as CloudWatch takes it", () => {
  const actions = { alarm: ["arn:topic"], ok: ["arn:topic"] };
  const [lag] = stream;

  it("names one metric, its dimensions and what to do", () => {
    expect(lag && metricAlarmArgs(lag, actions)).to.deep.equal({
      alarmDescription: lag?.description,
      comparisonOperator: "GreaterThanThreshold",
      threshold: 60_000,
      evaluationPeriods: 5,
      datapointsToAlarm: 5,
      treatMissingData: "notBreaching",
      alarmActions: ["arn:topic"],
      okActions: ["arn:topic"],
      namespace: "AWS/Kinesis",
      metricName: "GetRecords.IteratorAgeMilliseconds",
      dimensions: { StreamName: "trips-1a2b" },
      period: 60,
      statistic: "Maximum",
    });
  });

  it("compares what an expression gives, not what goes into it", () => {
    const alarm = application.find(({ name }) => name === "application-checkpoints-failed");
    expect(alarm && metricAlarmArgs(alarm, actions).metricQueries).to.deep.equal([
      {
        id: "value",
        expression: "RATE(failed)",
        label: "failed checkpoints per second",
        returnData: true,
      },
      {
        id: "failed",
        returnData: false,
        metric: {
          metricName: "numberOfFailedCheckpoints",
          namespace: "AWS/KinesisAnalytics",
          period: 300,
          stat: "Average",
          dimensions: { Application: "analytics-1a2b" },
        },
      },
    ]);
  });

  it("gives percentiles their own property", () => {
    if (lag === undefined || "expression" in lag.value) throw new Error("No single reading");
    const alarm: Alarm = { ...lag, value: { ...lag.value, statistic: "p99" } };
    expect(metricAlarmArgs(alarm, actions))
      .to.include({ extendedStatistic: "p99" })
      .and.not.to.have.property("statistic");
  });
});
