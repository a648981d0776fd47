import { GetMetricDataCommand, PutMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import type { PutRecordCommand } from "@aws-sdk/client-kinesis";
import { expect } from "chai";
import { canaryAlarms } from "../../../infra/canary/monitoring";
import { Canary } from "../../../infra/canary/canary";
import { measure, type Services } from "../../../infra/canary/handler";
import { completeness, completenessQueries } from "../../../infra/canary/measures";
import { outcomes } from "../../../infra/watch/metrics";
import { actionsOf, statementFor } from "../policy-documents";
import { deploy } from "../../support/mocks";

const settings = {
  stream: "trips",
  application: "analytics",
  endpoint: "https://domain",
  index: "canaries",
};
const now = new Date("2026-03-01T12:00:00.000Z");

/** Services that answer with the newest canary and with metrics, and record what is sent. */
function fakes(newest: string | undefined, minutes: Readonly<Record<string, readonly number[]>>) {
  const sent: string[] = [];
  const published: Record<string, number | undefined> = {};
  const paths: string[] = [];
  const services = {
    kinesis: {
      send: ({ input }: PutRecordCommand) => {
        sent.push(`${input.StreamName} ${Buffer.from(input.Data ?? []).toString()}`);
        return Promise.resolve({});
      },
    },
    cloudWatch: {
      send: (command: GetMetricDataCommand | PutMetricDataCommand) => {
        if (command instanceof GetMetricDataCommand) {
          const MetricDataResults = Object.entries(minutes).map(([Id, Values]) => ({ Id, Values }));
          return Promise.resolve({ MetricDataResults });
        }
        expect(command).to.be.instanceOf(PutMetricDataCommand);
        const { Namespace, MetricData: [data] = [] } = command.input as {
          Namespace?: string;
          MetricData?: { MetricName?: string; Value?: number }[];
        };
        published[`${Namespace} ${data?.MetricName}`] = data?.Value;
        return Promise.resolve({});
      },
    },
    domain: {
      request: (method: string, path: string) => {
        paths.push(`${method} ${path}`);
        const hits = newest === undefined ? [] : [{ _source: { canary: newest } }];
        return Promise.resolve({ status: 200, body: { hits: { hits } } });
      },
    },
  } as unknown as Services;
  return { services, sent, published, paths };
}

describe("The canary", () => {
  it("sends a record that the job knows and publishes the age of the newest in the index", async () => {
    const { services, sent, published, paths } = fakes("2026-03-01T11:58:30.000Z", {});
    await measure(settings, services, now);
    expect(sent).to.deep.equal(['trips {"canary":"2026-03-01T12:00:00.000Z"}']);
    expect(published).to.deep.equal({ "StreamingPipeline/Canary Age": 90 });
    expect(paths).to.deep.equal([
      "GET /canaries/_search?size=1&sort=canary:desc&ignore_unavailable=true",
    ]);
  });

  it("publishes no age before the first has arrived, which counts as stale", async () => {
    const { services, published } = fakes(undefined, {});
    await measure(settings, services, now);
    expect(published).to.deep.equal({});
    const [fast] = canaryAlarms({ streamName: "trips" }, 60);
    expect(fast?.missing).to.equal("breaching");
  });

  it("publishes the completeness although the domain is away, and fails all the same", async () => {
    const metrics = { incoming: [100, 100], average: [0, 50, 100], reports: [8, 8, 8] };
    const { services, published } = fakes(undefined, metrics);
    const away = {
      ...services,
      domain: { request: () => Promise.reject(new Error("The domain is not ready")) },
    };
    const failure: unknown = await measure(settings, away, now).catch((error: unknown) => error);
    expect(String(failure)).to.contain("The domain is not ready");
    expect(published).to.deep.equal({ "StreamingPipeline/Canary Completeness": 100 });
  });

  it("asks for what became of each record: results, late, dead letters, duplicates", () => {
    const queries = completenessQueries(settings);
    const read = queries.flatMap(({ Id, MetricStat, ReturnData }) =>
      MetricStat ? [[Id, MetricStat.Metric?.MetricName, MetricStat.Stat, ReturnData]] : [],
    );
    expect(read).to.deep.equal([
      ["incoming", "IncomingRecords", "Sum", undefined],
      ...outcomes.map((name) => [name, name, "Average", false]),
      ["reports", "records", "SampleCount", undefined],
    ]);
    expect(queries.find(({ Id }) => Id === "average")?.Expression).to.equal(
      "SUM([admitted, canaries, duplicates, future, late, malformed, outside])",
    );
  });

  it("counts what the job has read over restarts, of all subtasks", () => {
    const of = (incoming: number[], average: number[], reports: number[]) =>
      completeness(
        Object.entries({ incoming, average, reports }).map(([Id, Values]) => ({ Id, Values })),
      );
    expect(of([1000, 1000], [5000, 5500, 5900], [4, 4, 4])).to.equal(45);
    expect(of([1000, 1000], [5000, 5500, 5950], [8, 8, 7])).to.equal(95);
    // A restart: the counter begins again, and what was read twice is no more than all.
    expect(of([1000, 1000], [5000, 400, 900], [4, 4, 4])).to.equal(45);
    expect(of([100], [5000, 400], [4, 4])).to.equal(100);
    expect(of([], [5000, 400], [4, 4])).to.equal(undefined);
    expect(of([100], [], [])).to.equal(undefined);
    expect(of([100], [5000, 5000], [4, 4])).to.equal(0);
  });

  it("burns its budget in two windows each, for a page and for a ticket", () => {
    const [fast, slow] = canaryAlarms({ streamName: "trips" }, 60);
    const words = (alarm = fast) =>
      [alarm, alarm?.lately].map(
        (window) => `${window?.breaching} of ${window?.periods} x ${window?.periodSeconds} s`,
      );
    expect(fast?.severity).to.equal("critical");
    expect(words()).to.deep.equal(["9 of 60 x 60 s", "1 of 5 x 60 s"]);
    expect(slow?.severity).to.equal("warning");
    expect(words(slow)).to.deep.equal(["5 of 72 x 300 s", "1 of 6 x 300 s"]);
    // 14.4 and 6 times 1 % of the minutes.
    for (const [alarm, rate] of [
      [fast, 14.4],
      [slow, 6],
    ] as const) {
      for (const { breaching = 0, periods = 0 } of [alarm, alarm?.lately].flatMap((w) => w ?? [])) {
        expect(breaching).to.equal(Math.ceil((rate / 100) * periods));
      }
    }
    expect(fast?.threshold).to.equal(180);
  });

  it("may put records, read its index and publish its own metrics, and no more", async () => {
    const deployment = await deploy(
      () =>
        new Canary("canary", {
          streamName: "trips",
          streamArn: "arn:stream",
          applicationName: "analytics",
          endpoint: "https://domain",
          domainArn: "arn:aws:es:us-east-1:123456789012:domain/search",
          index: "canaries",
          role: { arn: "arn:aws:iam::123456789012:role/canary", name: "canary" },
          vpc: { vpcId: "vpc-1", subnetIds: ["subnet-a"], securityGroupIds: ["sg-clients"] },
          logRetentionDays: 30,
        }),
    );
    const { policy } = deployment.one("aws:iam/rolePolicy:RolePolicy").inputs;
    expect(actionsOf(policy).filter((action) => !/^(ec2|logs|xray):/.test(action))).to.have.members(
      ["kinesis:PutRecord", "es:ESHttpGet", "cloudwatch:GetMetricData", "cloudwatch:PutMetricData"],
    );
    expect(statementFor(policy, "es:ESHttpGet").Resource).to.deep.equal([
      "arn:aws:es:us-east-1:123456789012:domain/search/canaries/_search",
    ]);
    expect(
      deployment.one("aws:cloudwatch/eventRule:EventRule").inputs["scheduleExpression"],
    ).to.equal("rate(1 minute)");
  });
});
