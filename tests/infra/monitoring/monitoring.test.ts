import { readFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { deliveryAlarms } from "../../../infra/delivery/monitoring";
import { metricFamilies } from "../../../infra/watch/metrics";
import {
  Monitoring,
  type MonitoringArgs,
  setOffByChanges,
} from "../../../infra/monitoring/monitoring";
import { type BodyWidget, metricsOf, misplaced, widgetsIn } from "../../support/dashboard-picture";
import { projectRoot } from "../../support/command";
import { deploy, type Registration, type Deployment, refusal } from "../../support/mocks";

const alarmType = "aws:cloudwatch/metricAlarm:MetricAlarm";
const compositeType = "aws:cloudwatch/compositeAlarm:CompositeAlarm";
const stream = { name: "trips-1a2b", retentionHours: 24 };
const everything: MonitoringArgs = {
  title: "trips-dev",
  subscribers: ["on-call@example.com", "https://example.com/hook"],
  ticketSubscribers: ["tickets@example.com"],
  stream: { ...stream, maxLagSeconds: 30, fanOutConsumers: ["job"] },
  application: {
    name: "analytics-1a2b",
    logGroupName: "analytics-logs-1a2b",
    runtime: "FLINK-1_20",
    checkpointIntervalSeconds: 60,
  },
  delivery: { name: "archive-1a2b", bufferSeconds: 300, transformName: "transform-1a2b" },
  results: { name: "results-1a2b", retentionHours: 24 },
  resultsDelivery: { name: "results-archive-1a2b", bufferSeconds: 300 },
  eventsDelivery: { name: "events-1a2b", bufferSeconds: 60, destination: "OpenSearch" },
  domain: {
    name: "search",
    accountId: "123456789012",
    dataNodes: 3,
    dedicatedMasters: 3,
    volumeGiB: 100,
    snapshotBucketName: "snapshots-1a2b",
  },
  function: {
    name: "counter-1a2b",
    mappingId: "mapping-1",
    streamName: "trips-1a2b",
    retentionHours: 24,
    maxAgeSeconds: 43_200,
    maxLagSeconds: 60,
  },
  functionDelivery: { name: "counted-1a2b", bufferSeconds: 300 },
  canary: { streamName: "trips-1a2b" },
  host: { instanceId: "i-1" },
  queries: { workgroupName: "archive" },
  ingestion: {
    apiName: "ingestion-1a2b",
    apiId: "abc123",
    apiStageName: "v1",
    requestsPerSecond: 1800,
  },
  scaling: {
    functionName: "scaler-1a2b",
    apiName: "api-1a2b",
    apiStageName: "v1",
    vpcId: "vpc-1",
    targets: [
      { kind: "stream", name: "trips-1a2b", max: 8 },
      { kind: "application", name: "analytics-1a2b", max: 4 },
    ],
  },
  kmsKeyArn: "arn:key",
};

function monitor(args: MonitoringArgs): Promise<Deployment> {
  return deploy(() => new Monitoring("monitoring", args));
}

async function widgets(args: MonitoringArgs): Promise<BodyWidget[]> {
  const { inputs } = (await monitor(args)).one("aws:cloudwatch/dashboard:Dashboard");
  return widgetsIn(inputs["dashboardBody"]);
}

interface Options {
  readonly label?: string;
  readonly id?: string;
  readonly expression?: string;
}

function optionsOf({ properties }: BodyWidget): Options[] {
  return (properties.metrics ?? []).map((row) => row.at(-1) as Options);
}

describe("Monitoring", () => {
  it("pages for critical alarms, and makes tickets of the others, when they go on and off", async () => {
    const deployment = await monitor(everything);
    const topic = (purpose: string) => [
      `arn:aws:test:us-east-1:123456789012:monitoring-${purpose}`,
    ];
    const alarms = deployment.ofType(alarmType);
    expect(alarms.length).to.be.at.least(40);
    const counts = { page: 0, ticket: 0, history: 0 };
    for (const { name, inputs } of alarms) {
      const isSummed =
        name.includes("freshness") ||
        [...setOffByChanges, "changing"].includes(name.replace("monitoring-", ""));
      const severity = / Severity: (\w+)\./.exec(String(inputs["alarmDescription"]))?.[1];
      const purpose = isSummed ? "history" : severity === "critical" ? "page" : "ticket";
      counts[purpose] += 1;
      expect(inputs["alarmActions"], name).to.deep.equal(topic(purpose));
      expect(inputs["okActions"], name).to.deep.equal(topic(purpose));
      expect(inputs, name).not.to.have.property("actionsEnabled");
    }
    // Those on freshness are two windows each.
    expect(counts.history).to.equal(setOffByChanges.length + 1 + 4);
    expect(counts.page).to.be.above(10);
    expect(counts.ticket).to.be.above(20);
  });

  it("gives every alarm its severity and the runbook", async () => {
    const runbookUrl = "https://example.com/docs/operations.md";
    for (const [args, place] of [
      [everything, "docs/operations.md"],
      [{ ...everything, runbookUrl }, runbookUrl],
    ] as const) {
      for (const { name, inputs } of (await monitor(args)).ofType(alarmType)) {
        if (name === "monitoring-changing") continue;
        expect(inputs["alarmDescription"], name).to.match(
          /\. Severity: (critical|warning)\. Runbook: \S+#alarms$/,
        );
        expect(inputs["alarmDescription"], name).to.contain(` ${place}#alarms`);
      }
    }
  });

  it("suppresses, while a change is under way, what changes set off", async () => {
    const deployment = await monitor(everything);
    const rules: string[] = [];
    for (const [suffix, topic] of [
      ["page", "page"],
      ["ticket", "ticket"],
    ] as const) {
      const { inputs } = deployment.one(compositeType, `monitoring-${suffix}`);
      rules.push(String(inputs["alarmRule"]));
      expect(inputs["alarmName"]).to.equal(`trips-dev-${suffix}`);
      expect(inputs["alarmActions"]).to.deep.equal([
        `arn:aws:test:us-east-1:123456789012:monitoring-${topic}`,
      ]);
      expect(inputs["actionsSuppressor"]).to.deep.equal({
        alarm: "monitoring-changing",
        waitPeriod: 240,
        extensionPeriod: 900,
      });
    }
    const summed = [...rules.join().matchAll(/"monitoring-([\w-]+)"/g)].map(([, name]) => name);
    const windows = ["fast", "fast-lately", "slow", "slow-lately"].map((end) => `freshness-${end}`);
    expect(summed).to.have.members([...setOffByChanges, ...windows]);
    expect(rules[0]).to.contain(
      '(ALARM("monitoring-freshness-fast") AND ALARM("monitoring-freshness-fast-lately"))',
    );
    const { inputs } = deployment.one(alarmType, "monitoring-changing");
    expect(JSON.stringify(inputs["metricQueries"])).to.contain(
      "MAX([FILL(stream, 0), FILL(application, 0)])",
    );
  });

  it("notifies without suppression where nothing sees changes", async () => {
    const { scaling, ...others } = everything;
    expect(scaling).not.to.equal(undefined);
    const { inputs } = (await monitor(others)).one(compositeType, "monitoring-page");
    expect(inputs).not.to.have.property("actionsSuppressor");
  });

  it("sums up the critical alarms in one", async () => {
    const { inputs } = (await monitor(everything)).one(compositeType, "monitoring");
    expect(inputs["alarmName"]).to.equal("trips-dev-unhealthy");
    const rule = String(inputs["alarmRule"]);
    expect(rule.split(" OR ")).to.deep.equal(
      [
        "stream-loss",
        "stream-loss-job",
        "stream-write-throttled",
        "application-down",
        "application-silent",
        "application-checkpoints-failed",
        "delivery-late",
        "delivery-silent",
        "domain-red",
        "domain-storage",
        "domain-writes-blocked",
        "domain-master-unreachable",
        "domain-silent",
        "freshness-fast",
        "ingestion-errors",
        "results-silent",
        "results-stream-loss",
        "results-stream-write-throttled",
        "results-delivery-late",
        "results-delivery-silent",
        "events-delivery-late",
        "events-delivery-silent",
        "function-loss",
        "function-silent",
        "function-records-lost",
        "function-delivery-late",
      ].map((name) =>
        name === "freshness-fast"
          ? '(ALARM("monitoring-freshness-fast") AND ALARM("monitoring-freshness-fast-lately"))'
          : `ALARM("monitoring-${name}")`,
      ),
    );
    // https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
    expect(rule.length).to.be.at.most(10_240);
  });

  it("encrypts the topic with the key it is given, and takes messages of this account's alarms alone", async () => {
    const deployment = await monitor(everything);
    for (const { inputs } of deployment.ofType("aws:sns/topic:Topic")) {
      expect(inputs).to.deep.equal({ kmsMasterKeyId: "arn:key" });
    }
    const { policy } = deployment.one("aws:sns/topicPolicy:TopicPolicy", "monitoring-page").inputs;
    expect(JSON.parse(String(policy)))
      .to.have.property("Statement")
      .with.length(2);
    const [allowed, denied] = (JSON.parse(String(policy)) as { Statement: object[] }).Statement;
    expect(allowed).to.deep.include({
      Effect: "Allow",
      Principal: { Service: "cloudwatch.amazonaws.com" },
      Condition: { StringEquals: { "aws:SourceAccount": "123456789012" } },
    });
    expect(denied).to.deep.include({
      Effect: "Deny",
      Principal: "*",
      Condition: { Bool: { "aws:SecureTransport": "false" } },
    });
    const plain = await monitor({ title: "t", stream });
    expect(plain.one("aws:sns/topic:Topic", "monitoring-page").inputs).to.deep.equal({});
  });

  it("subscribes mail and hooks", async () => {
    const subscriptions = (await monitor(everything)).ofType(
      "aws:sns/topicSubscription:TopicSubscription",
    );
    const endpoint = ({ inputs }: Registration) =>
      // The URL is a secret.
      inputs["protocol"] === "https"
        ? (inputs["endpoint"] as { readonly value: string }).value
        : inputs["endpoint"];
    expect(
      subscriptions.map((one) => [
        one.name.replace(/-[0-9a-f]{8}$/, ""),
        one.inputs["protocol"],
        endpoint(one),
      ]),
    ).to.have.deep.members([
      ["monitoring-page", "email", "on-call@example.com"],
      ["monitoring-page", "https", "https://example.com/hook"],
      ["monitoring-ticket", "email", "tickets@example.com"],
    ]);
  });

  it("keeps the addresses of subscribers out of the inputs of components", async () => {
    const ticketHook = "https://example.com/tickets";
    const { resources } = await monitor({ ...everything, ticketSubscribers: [ticketHook] });
    const components = resources.filter(({ custom }) => !custom);
    expect(components.map(({ type }) => type)).to.include("streaming:infra:Monitoring");
    expect(JSON.stringify(components.map(({ inputs }) => inputs)))
      .not.to.include("https://example.com/hook")
      .and.not.to.include(ticketHook);
  });

  it("watches only what it is given", async () => {
    const deployment = await monitor({ title: "t", stream });
    expect(deployment.ofType(alarmType).map(({ name }) => name)).to.deep.equal([
      "monitoring-stream-loss",
      "monitoring-stream-write-throttled",
      "monitoring-stream-read-throttled",
      "monitoring-stream-put-failures",
      "monitoring-stream-get-failures",
      "monitoring-stream-idle",
      "monitoring-stream-lag",
    ]);
    expect(JSON.stringify(await widgets({ title: "t", stream }))).not.to.match(
      /AWS\/(ES|EC2|Firehose|KinesisAnalytics|Lambda)/,
    );
  });

  it("watches a second stream and further deliveries by names that say what they hold", async () => {
    const { results, resultsDelivery, eventsDelivery } = everything;
    const deployment = await monitor({
      title: "t",
      stream,
      results,
      resultsDelivery,
      eventsDelivery,
    });
    const lag = deployment.one(alarmType, "monitoring-results-stream-lag").inputs;
    expect(lag["dimensions"]).to.deep.equal({ StreamName: "results-1a2b" });
    expect(lag["alarmDescription"]).to.match(/^Of results: /);
    expect(
      deployment.one(alarmType, "monitoring-results-delivery-late").inputs["dimensions"],
    ).to.deep.equal({ DeliveryStreamName: "results-archive-1a2b" });
    expect(deployment.one(alarmType, "monitoring-events-delivery-late").inputs).to.deep.include({
      metricName: "DeliveryToAmazonOpenSearchService.DataFreshness",
      dimensions: { DeliveryStreamName: "events-1a2b" },
    });
  });

  it("lists everything that is wrong", async () => {
    const program = () =>
      new Monitoring("monitoring", {
        title: "trips dev",
        subscribers: ["on-call", "http://example.com"],
        stream: { name: "s", retentionHours: 23, maxLagSeconds: 0 },
        application: {
          name: "a",
          logGroupName: "l",
          runtime: "flink",
          checkpointIntervalSeconds: 4,
        },
        delivery: { name: "d", bufferSeconds: 901 },
        runbookUrl: "http://example.com/#alarms",
      });
    const [heading, ...problems] = (await refusal(program)).split("\n- ");
    expect(heading).to.equal('Monitoring "monitoring" has invalid arguments:');
    expect(problems.map((problem) => problem.replace(/ must .*; got/, ":"))).to.deep.equal([
      'title: "trips dev"',
      'subscribers: "on-call"',
      'subscribers: "http://example.com"',
      'runbookUrl: "http://example.com/#alarms"',
      "stream.retentionHours: 23",
      "stream.maxLagSeconds: 0",
      'application.runtime: "flink"',
      "application.checkpointIntervalSeconds: 4",
      "delivery.bufferSeconds: 901",
    ]);
    expect(await refusal(() => new Monitoring("monitoring", { title: "t" }))).to.contain(
      "say what to watch",
    );
  });
});

describe("the dashboard", () => {
  it("goes the way of the data", async () => {
    const headings = (await widgets(everything)).flatMap(
      ({ properties }) => properties.markdown ?? [],
    );
    expect(headings).to.deep.equal([
      "## Producer",
      "## HTTP ingestion",
      "## Stream",
      "## Flink application",
      "## Results stream",
      "## Search domain",
      "## Archive",
      "## Queries of the archive",
      "## Function on the stream",
      "## Scaling",
      "## Alarms",
    ]);
  });

  it("begins with the alarms that are on, six figures and the delay of each hop", async () => {
    const [on, ...others] = await widgets(everything);
    expect(on).to.deep.include({ type: "alarm", x: 0, y: 0, width: 24 });
    expect(on?.properties).to.deep.include({ states: ["ALARM"], sortBy: "timestamp" });
    const figures = others.slice(0, 6);
    expect(figures.map(({ properties }) => properties.title)).to.deep.equal([
      "Records in",
      "Result age",
      "Throttled",
      "Checkpoint age",
      "Dead letters",
      "Free storage",
    ]);
    for (const { y, properties } of figures) {
      expect([y, properties.view]).to.deep.equal([3, "singleValue"]);
      expect(properties.metrics?.filter((row) => row.length === 1)).to.have.length(1);
    }
    const delay = others[6];
    expect(delay?.properties.title).to.equal("Delay of each hop (s)");
    const labels = optionsOf(delay as BodyWidget).flatMap(({ label }) => label ?? []);
    expect(labels).to.deep.equal([
      "producer to stream",
      "stream to job",
      "into the index",
      "results to readers",
      "stream to archive",
      "results to archive",
      "stream to index of events",
      "function to its bucket",
    ]);
  });

  it("links its headings to the runbook where its address is known", async () => {
    const runbookUrl = "https://example.com/docs/operations.md";
    const headings = (await widgets({ ...everything, runbookUrl })).flatMap(
      ({ properties }) => properties.markdown ?? [],
    );
    const text = readFileSync(path.join(projectRoot, "docs/operations.md"), "utf8");
    const anchors = [...text.matchAll(/^## (.*)$/gm)].map(([, title = ""]) =>
      title
        .toLowerCase()
        .replace(/[^a-z ]/g, "")
        .replaceAll(" ", "-"),
    );
    for (const heading of headings) {
      const [, url, anchor] = / \[Runbook\]\((.*)#(.*)\)$/.exec(heading) ?? [];
      expect(url, heading).to.equal(runbookUrl);
      expect(anchors, heading).to.include(anchor);
    }
    expect(JSON.stringify(await widgets(everything))).not.to.contain("Runbook");
  });

  it("shows metrics that exist, with all of their dimensions", async () => {
    const known = Object.values(metricFamilies).map(({ namespace, metrics, dimensions }) => ({
      namespace,
      names: metrics.map(String),
      dimensions: dimensions.map(String),
    }));
    const shown = (await widgets(everything)).flatMap(metricsOf);
    expect(shown.length).to.be.above(60);
    for (const [namespace, name, ...dimensions] of shown) {
      const keys = dimensions.filter((_, index) => index % 2 === 0);
      const found = known.some(
        (family) =>
          family.namespace === namespace &&
          family.names.includes(String(name)) &&
          family.dimensions.join() === keys.join(),
      );
      expect(found, [namespace, name, ...keys].join(" ")).to.equal(true);
    }
  });

  it("names the resources by the values of their dimensions", async () => {
    const values = (await widgets(everything))
      .flatMap(metricsOf)
      .flatMap(([, , ...dimensions]) => dimensions.filter((_, index) => index % 2 === 1));
    expect([...new Set(values)]).to.have.members([
      "i-1",
      "trips-1a2b",
      "results-1a2b",
      "job",
      "analytics-1a2b",
      "search",
      "123456789012",
      "archive-1a2b",
      "results-archive-1a2b",
      "events-1a2b",
      "transform-1a2b",
      "archive",
      "SUCCEEDED",
      "FAILED",
      "CANCELED",
      "DML",
      "counter-1a2b",
      "mapping-1",
      "counted-1a2b",
      "scaler-1a2b",
      "api-1a2b",
      "ingestion-1a2b",
      "abc123",
      "v1",
      "stream-shards",
      "subnets",
      "vpc-1",
      "application-parallelism",
    ]);
  });

  it("shows each metric of the table somewhere, or has an alarm on it", async () => {
    const shown = new Set((await widgets(everything)).flatMap(metricsOf).map(([, name]) => name));
    const watched = (await monitor(everything)).ofType(alarmType).map(({ inputs }) => inputs);
    const elsewhereTo = (["Http", "Splunk", "Redshift"] as const).map((destination) =>
      deliveryAlarms({ name: "delivery", bufferSeconds: 60, destination }),
    );
    const text = JSON.stringify([watched, elsewhereTo]);
    // Of the other runtimes, and of what this delivery and domain do not use.
    const elsewhere = [
      "FailedConversion.Records",
      "KMSKeyError",
      "KMSKeyInaccessible",
      "cancellingTime",
      "failingTime",
      "numRestarts",
      "restartingTime",
      "runningTime",
    ];
    for (const { metrics } of Object.values(metricFamilies)) {
      for (const name of metrics) {
        if (elsewhere.includes(name) || /^KMSKey/.test(name)) continue;
        expect(shown.has(name) || text.includes(`"${name}"`), name).to.equal(true);
      }
    }
  });

  it("gives every line of metric math ids of its own, and hides what goes into it", async () => {
    const graphs = (await widgets(everything)).filter(({ type }) => type === "metric");
    for (const graph of graphs) {
      const ids = optionsOf(graph).flatMap(({ id }) => id ?? []);
      expect(new Set(ids).size, graph.properties.title).to.equal(ids.length);
      for (const { expression } of optionsOf(graph)) {
        if (expression === undefined) continue;
        const used = expression.match(/\b[a-z]\w*\b/g) ?? [];
        expect(ids, graph.properties.title).to.include.members(used);
      }
    }
    const records = graphs.find(({ properties }) => /all operators/.test(properties.title ?? ""));
    expect(records?.properties.metrics).to.deep.equal([
      [{ expression: "samples0 / 4", label: "in", id: "line0" }],
      [
        "AWS/KinesisAnalytics",
        "numRecordsInPerSecond",
        "Application",
        "analytics-1a2b",
        { id: "samples0", stat: "Sum", visible: false },
      ],
      [{ expression: "samples1 / 4", label: "out", id: "line1" }],
      [
        "AWS/KinesisAnalytics",
        "numRecordsOutPerSecond",
        "Application",
        "analytics-1a2b",
        { id: "samples1", stat: "Sum", visible: false },
      ],
    ]);
  });

  it("lays its widgets out inside 24 columns and none over another", async () => {
    const placed = await widgets(everything);
    expect(misplaced(placed)).to.deep.equal([]);
    // https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html
    expect(placed.length).to.be.at.most(500);
  });

  it("shows every alarm, first the one that sums up", async () => {
    const transformName = "flatten-1a2b";
    const most = {
      ...everything,
      application: { ...everything.application, snapshotsKept: true },
      domain: { ...everything.domain, customerKey: true },
      eventsDelivery: { ...everything.eventsDelivery, transformName },
      functionDelivery: { ...everything.functionDelivery, transformName },
    } as MonitoringArgs;
    const deployment = await monitor(most);
    const shown = (await widgets(most))
      .filter(({ properties }) => properties.title === "All alarms")
      .map(({ properties }) => properties.alarms ?? []);
    const arn = (name: string) => `arn:aws:test:us-east-1:123456789012:${name}`;
    const [first, ...others] = shown.flat();
    expect(first).to.equal(arn("monitoring"));
    const names = deployment.ofType(alarmType).map(({ name }) => name);
    expect(others).to.have.members(
      names.filter((name) => name !== "monitoring-changing").map((name) => arn(name)),
    );
    // A widget takes 100 at most: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
    expect(shown.map(({ length }) => length)).to.deep.equal([100, others.length - 99]);
  });

  it("looks for errors in the job's log, in its region", async () => {
    const logs = (await widgets(everything)).filter(({ type }) => type === "log");
    expect(logs).to.have.length(2);
    for (const { properties } of logs) {
      expect(properties.query).to.match(/^SOURCE 'analytics-logs-1a2b' \| /);
      expect(properties.region).to.equal("us-east-1");
    }
  });

  it("marks the thresholds of the alarms", async () => {
    const text = JSON.stringify(await widgets(everything));
    expect(text).to.contain('{"label":"late","value":30000}');
    expect(text).to.contain('{"label":"half of the interval","value":30000}');
    expect(text).to.contain('{"label":"a quarter","value":25600}');
    expect(text).to.contain('{"label":"maximum","value":8}');
  });

  it("shows restarts by the metrics of Flink 2 where that runs", async () => {
    const { application } = everything;
    if (application === undefined) throw new Error("There is no application");
    const text = JSON.stringify(
      await widgets({ title: "t", application: { ...application, runtime: "FLINK-2_2" } }),
    );
    expect(text).to.contain("numRestarts").and.not.to.contain("fullRestarts");
  });
});
