import { CompositeAlarm, MetricAlarm } from "@pulumi/aws/cloudwatch";
import { Topic, TopicSubscription } from "@pulumi/aws/sns";
import { expect } from "chai";
import {
  alarmActions,
  alarmDimensions,
  applicationAlarms,
  domainAlarms,
  streamAlarms,
} from "../../../policies/operations/alarms";
import {
  change,
  evaluateStack,
  resource,
  type TestResource,
  unknownNumber,
  unknownString,
} from "../../support/policy";
import { alarmOn, alarms } from "../alarm-fixtures";
import { application, domain, stream } from "../fixtures";

type Changes = Readonly<Record<string, unknown>>;

const lag = "GetRecords.IteratorAgeMilliseconds";
const subjects = {
  stream: [streamAlarms, stream],
  application: [applicationAlarms, application],
  domain: [domainAlarms, domain],
} as const;

/** Messages about a subject whose alarm on a metric is changed. */
async function messages(kind: keyof typeof subjects, metric: string, changes: Changes) {
  const [policy, target] = subjects[kind];
  const changed = alarms.map((one) =>
    one.name === `${target.name}-${metric}`
      ? {
          ...one,
          ...change(one, changes),
          dependencies: { dimensions: [target], metricQueries: [target] },
        }
      : one,
  );
  return (await evaluateStack(policy, [target, ...changed])).violations;
}

/** An alarm on an expression over the lag, which the query `lag` reads. */
function queries(expression: string, query: Changes = {}, metric: Changes = {}): Changes {
  const read = {
    namespace: "AWS/Kinesis",
    metricName: lag,
    dimensions: { StreamName: unknownString },
    period: 60,
    stat: "Maximum",
    ...metric,
  };
  return {
    ...Object.fromEntries(
      ["metricName", "namespace", "dimensions", "statistic", "period"].map((one) => [
        one,
        undefined,
      ]),
    ),
    metricQueries: [
      { id: "value", expression, returnData: true },
      { id: "lag", metric: read, ...query },
      { id: "half", expression: "lag / 2" },
    ],
  };
}

const red = "ClusterStatus.red";
const broken: readonly (readonly [keyof typeof subjects, string, Changes, string])[] = [
  [
    "stream",
    lag,
    { comparisonOperator: "LessThanThreshold" },
    "comparisonOperator is LessThanThreshold",
  ],
  [
    "domain",
    "FreeStorageSpace",
    { comparisonOperator: "GreaterThanThreshold" },
    "comparisonOperator is GreaterThanThreshold",
  ],
  ["domain", "FreeStorageSpace", { statistic: "Maximum" }, "statistic is Maximum"],
  ["domain", "FreeStorageSpace", { threshold: 0 }, "threshold is 0"],
  ["stream", lag, { statistic: "Minimum" }, "statistic is Minimum"],
  ["stream", lag, { statistic: "SampleCount" }, "statistic is SampleCount"],
  ["stream", lag, { statistic: undefined }, "statistic is not set"],
  ["stream", lag, { statistic: undefined, extendedStatistic: "p10" }, "statistic is p10"],
  ["stream", lag, { threshold: 1e12 }, "threshold is 1000000000000"],
  ["stream", lag, { threshold: 0 }, "threshold is 0"],
  ["stream", lag, { threshold: undefined }, "threshold is not set"],
  ["stream", lag, { period: undefined }, "period is not set"],
  ["stream", lag, { period: 86_400, evaluationPeriods: 7 }, "it looks back 10080 minutes"],
  ["application", "cpuUtilization", { threshold: 101 }, "threshold is 101"],
  [
    "application",
    "heapMemoryUtilization",
    { threshold: 100, comparisonOperator: "GreaterThanThreshold" },
    "threshold is 100",
  ],
  ["domain", "JVMMemoryPressure", { threshold: 200 }, "threshold is 200"],
  ["domain", red, { threshold: 1, comparisonOperator: "GreaterThanThreshold" }, "threshold is 1"],
  ["domain", "ClusterIndexWritesBlocked", { threshold: 2 }, "threshold is 2"],
  ["stream", lag, queries("1 + 1"), "the returned expression does not depend on it"],
  ["stream", lag, queries("lagging"), "the returned expression does not depend on it"],
];

const working: readonly (readonly [keyof typeof subjects, string, Changes])[] = [
  ["stream", lag, { statistic: undefined, extendedStatistic: "p99" }],
  ["stream", lag, { statistic: "Average", threshold: unknownNumber }],
  [
    "stream",
    lag,
    {
      comparisonOperator: "GreaterThanUpperThreshold",
      threshold: undefined,
      thresholdMetricId: "band",
    },
  ],
  ["application", "cpuUtilization", { threshold: 100 }],
  ["domain", red, { threshold: 0, comparisonOperator: "GreaterThanThreshold" }],
  ["stream", lag, queries("MAX([lag, half])")],
  ["stream", lag, queries("half * 2")],
  ["stream", lag, queries("MAX(METRICS())")],
  ["stream", lag, queries("-lag", {}, { stat: "Minimum" })],
  [
    "stream",
    lag,
    {
      metricName: undefined,
      dimensions: undefined,
      metricQueries: [
        { id: "q", expression: `SELECT MAX("${lag}") FROM SCHEMA("AWS/Kinesis", StreamName)` },
      ],
    },
  ],
  [
    "stream",
    lag,
    {
      metricName: undefined,
      dimensions: undefined,
      metricQueries: [
        { id: "q", expression: `MAX(SEARCH('{AWS/Kinesis,StreamName} ${lag}', 'Maximum'))` },
      ],
    },
  ],
];

describe("an alarm that a resource needs", () => {
  for (const [kind, metric, changes, fault] of broken) {
    it(`does not count on ${metric} with ${JSON.stringify(changes)}`, async () => {
      const [message, ...others] = await messages(kind, metric, changes);
      expect(message).to.include(`: ${fault} in `);
      expect(others).to.be.empty;
    });
  }
  for (const [kind, metric, changes] of working) {
    it(`counts on ${metric} with ${JSON.stringify(changes)}`, async () => {
      const changed = { ...changes };
      expect(await messages(kind, metric, changed)).to.be.empty;
    });
  }

  it("does not count in another region or account", async () => {
    const abroad = {
      ...stream,
      props: {
        ...stream.props,
        region: "eu-west-1",
        arn: "arn:aws:kinesis:eu-west-1:123456789012:stream/a",
        name: "a",
      },
    };
    const own = alarms.map((one) => ({
      ...one,
      ...change(one, { region: "eu-west-1", dimensions: { StreamName: "a" } }),
    }));
    const elsewhere = own.map((one) => ({ ...one, ...change(one, { region: "us-east-1" }) }));
    const ofOther = own.map((one) => ({
      ...one,
      ...change(one, queries("lag", {}, { accountId: "210987654321" })),
    }));
    expect((await evaluateStack(streamAlarms, [abroad, ...own])).violations).to.be.empty;
    expect((await evaluateStack(streamAlarms, [abroad, ...elsewhere])).violations).to.have.length(
      1,
    );
    expect((await evaluateStack(streamAlarms, [abroad, ...ofOther])).violations).to.have.length(1);
  });

  it("may watch a resource of another stack that is configured", async () => {
    const other = alarmOn(stream, "AWS/Kinesis", "StreamName", lag);
    const named = {
      ...change(other, { dimensions: { StreamName: "billing-events" } }),
      dependencies: {},
    };
    expect((await evaluateStack(alarmDimensions, [stream, named])).violations).to.have.length(1);
    expect(
      (await evaluateStack(alarmDimensions, [stream, named], { elsewhere: ["billing-*"] }))
        .violations,
    ).to.be.empty;
  });
});

describe("the action of an alarm", () => {
  const topic = resource(Topic, "alarms", {});
  const subscription = {
    ...resource(TopicSubscription, "mail", {
      topic: unknownString,
      protocol: "email",
      endpoint: "a@example.com",
    }),
    dependencies: { topic: [topic] },
  };
  const alarm = (
    props: Changes,
    dependencies: TestResource["dependencies"] = {},
  ): TestResource => ({
    ...resource(MetricAlarm, "lag", {
      comparisonOperator: "GreaterThanThreshold",
      evaluationPeriods: 1,
      ...props,
    }),
    dependencies,
  });
  const toTopic = alarm({ alarmActions: [unknownString] }, { alarmActions: [topic] });
  const silent = alarm({ name: "lag-1" });
  const parent = (
    props: Changes,
    dependencies: TestResource["dependencies"] = {},
  ): TestResource => ({
    ...resource(CompositeAlarm, "all", {
      alarmName: "all",
      alarmRule: "ALARM(lag-1)",
      alarmActions: [unknownString],
      ...props,
    }),
    dependencies,
  });

  for (const [title, stack, refused, limits] of [
    ["a topic with a subscription", [toTopic, topic, subscription], undefined, {}],
    ["a topic without one", [toTopic, topic], "the topic alarms has no subscription", {}],
    [
      "a topic that is subscribed to elsewhere",
      [toTopic, topic],
      undefined,
      { subscribedElsewhere: ["alarms"] },
    ],
    [
      "a topic of another stack",
      [alarm({ alarmActions: ["arn:aws:sns:eu-west-1:123456789012:ops"] })],
      undefined,
      {},
    ],
    ["no ARN", [alarm({ alarmActions: ["ops"] })], "an action is ops; it must be an ARN", {}],
    ["nothing", [silent], "alarmActions is not set", {}],
    ["an empty list", [alarm({ alarmActions: [] })], "alarmActions is not set", {}],
    [
      "a switch that is off",
      [alarm({ alarmActions: [unknownString], actionsEnabled: false })],
      "actionsEnabled is false",
      {},
    ],
    ["a composite alarm that notifies", [silent, parent({})], undefined, {}],
    [
      "a composite alarm of unknown rule that is made of it",
      [silent, parent({ alarmRule: unknownString }, { alarmRule: [silent] })],
      undefined,
      {},
    ],
    [
      "a composite alarm of others",
      [silent, parent({ alarmRule: "ALARM(cpu)" })],
      "alarmActions is not set",
      {},
    ],
    [
      "a composite alarm of another whose name begins alike",
      [silent, parent({ alarmRule: 'ALARM("lag-10") OR ALARM(lag-100)' })],
      "alarmActions is not set",
      {},
    ],
    [
      "two silent composite alarms of each other",
      [
        silent,
        parent({ alarmName: "a", alarmRule: "ALARM(lag-1) OR ALARM(b)", alarmActions: [] }),
        parent({ alarmName: "b", alarmRule: "ALARM(a)", alarmActions: [] }),
      ],
      "alarmActions is not set",
      {},
    ],
    [
      "a composite alarm that is silent itself",
      [silent, parent({ alarmActions: undefined })],
      "alarmActions is not set",
      {},
    ],
  ] as const) {
    it(`is ${refused === undefined ? "enough" : "refused"} with ${title}`, async () => {
      const { violations } = await evaluateStack(alarmActions, stack, limits);
      expect(violations.join("\n")).to.include(refused ?? "");
      expect(violations.length > 0).to.equal(refused !== undefined);
    });
  }
});
