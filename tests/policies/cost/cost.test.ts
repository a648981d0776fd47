import { expect } from "chai";
import fc from "fast-check";
import {
  applicationUsage,
  hoursPerMonth,
  instanceUsage,
  isPriced,
  monthlyCost,
  streamUsage,
  totalUsd,
} from "../../../policies/cost/cost";
import { monthlyBudget } from "../../../policies/cost/budget";
import { billedTypes, estimate, notInSum, unpricedTypes } from "../../../policies/cost/estimate";
import { sdkTypes } from "../../../policies/engine/sdk-types";
import { refused } from "../../../policies/operations/unjudged-types";
import { evaluateStack } from "../../support/policy";
import list from "../../../policies/cost/prices.json";
import {
  application,
  consumer,
  domain,
  instance,
  key,
  logGroup,
  parallelism,
  stream,
} from "../fixtures";

interface Price {
  readonly unit: string;
  readonly date: string;
  readonly source: string;
  readonly usd: Readonly<Record<string, number>>;
}

describe("the price list", () => {
  it("has a unit, a date, a source and us-east-1 with every price", () => {
    for (const [name, price] of Object.entries(list.prices as Readonly<Record<string, Price>>)) {
      expect(price.unit, name).not.to.be.empty;
      expect(price.source, name).to.match(/^https:\/\/aws\.amazon\.com\/.*pricing/);
      expect(new Date(price.date).toISOString().slice(0, 10), name).to.equal(price.date);
      expect(price.usd["us-east-1"], name).to.be.greaterThan(0);
    }
  });

  it("prices the sizes of an instance family in proportion", () => {
    const hour = (type: string): number =>
      monthlyCost({ what: type as "a.b", quantity: 1 }, "us-east-1").usd;
    expect(hour("r7g.16xlarge.search")).to.be.closeTo(32 * hour("r7g.large.search"), 1e-9);
    expect(hour("t4g.small")).to.be.closeTo(hour("t4g.large") / 4, 1e-9);
    expect(hour("m7g.large.search")).to.be.greaterThan(hour("m7g.large"));
  });

  it("falls back on us-east-1 and says so", () => {
    const shard = { what: "kinesis.shardHour", quantity: 10 } as const;
    expect(monthlyCost(shard, "us-west-2")).to.include({ region: "us-west-2", usd: 0.15 });
    expect(monthlyCost(shard, "sa-east-1")).to.include({ region: "us-east-1", usd: 0.15 });
  });

  it("refuses to guess a price", () => {
    for (const what of ["u7i-12tb.224xlarge", "m7g.metal", "m7g.large.cache"] as const) {
      expect(isPriced(what)).to.be.false;
      expect(() => monthlyCost({ what, quantity: 1 }, "us-east-1")).to.throw(
        RangeError,
        `There is no price for ${what}`,
      );
    }
  });
});

describe("the usage of a month", () => {
  it("never falls when there is more of anything", () => {
    const size = fc.record({
      shards: fc.integer({ min: 1, max: 10_000 }),
      retentionHours: fc.integer({ min: 24, max: 8760 }),
      fanOutConsumers: fc.integer({ min: 0, max: 20 }),
      shardLevelMetrics: fc.integer({ min: 0, max: 7 }),
    });
    const cost = (one: Parameters<typeof streamUsage>[0]): number =>
      totalUsd(streamUsage(one).map((usage) => monthlyCost(usage, "us-east-1")));
    fc.assert(
      fc.property(
        size,
        fc.constantFrom("shards", "retentionHours", "fanOutConsumers"),
        (one, more) => {
          expect(cost({ ...one, [more]: one[more] + 1 })).to.be.at.least(cost(one));
        },
      ),
    );
  });

  it("has storage for each KPU but the one for orchestration", () => {
    expect(applicationUsage({ kpus: 3 })).to.deep.equal([
      { what: "flink.kpuHour", quantity: 3 * hoursPerMonth },
      { what: "flink.runningStorage", quantity: 100 },
    ]);
  });

  it("leaves out what is not used", () => {
    expect(instanceUsage("m7g.large", 0)).to.be.empty;
    expect(streamUsage({ shards: 1, retentionHours: 24 })).to.have.length(1);
    expect(streamUsage({ shards: 1, retentionHours: 25 })).to.have.length(2);
  });
});

describe("the estimate of a stack", () => {
  const costs = (...resources: Parameters<typeof estimate>[0]) =>
    estimate(resources, "us-east-1").items.map(({ resource, what, quantity }) => [
      resource,
      what,
      quantity,
    ]);
  const declared = ({ type, name, props }: typeof stream) => ({
    type,
    name,
    props: props as Readonly<Record<string, unknown>>,
  });

  it("has an item for each thing that is billed because it is there", () => {
    expect(costs(declared(stream), declared({ ...consumer, protect: false }))).to.deep.equal([
      ["events", "kinesis.shardHour", 2 * hoursPerMonth],
      ["events", "kinesis.extendedRetentionShardHour", 2 * hoursPerMonth],
      ["events", "cloudwatch.metric", 10],
      ["reader", "kinesis.fanOutConsumerShardHour", 2 * hoursPerMonth],
    ]);
    expect(costs(declared({ ...application, protect: false }))).to.deep.equal([
      ["analytics", "flink.kpuHour", (parallelism.parallelism + 1) * hoursPerMonth],
      ["analytics", "flink.runningStorage", parallelism.parallelism * 50],
    ]);
    expect(costs(declared(domain))).to.deep.equal([
      ["search", "m7g.large.search", 3 * hoursPerMonth],
      ["search", "m7g.medium.search", 3 * hoursPerMonth],
      ["search", "opensearch.gp3", 300],
    ]);
    expect(costs(declared({ ...instance, protect: false }))).to.deep.equal([
      ["replay", "t4g.small", hoursPerMonth],
      ["replay", "ebs.gp3", 16],
    ]);
    expect(costs(declared(key))).to.deep.equal([["key", "kms.key", 1]]);
  });

  it("has none for what costs by use alone", () => {
    expect(costs(declared({ ...logGroup, protect: false }))).to.be.empty;
  });

  it("prices an instance by its launch template, where that is of the program", () => {
    const template = (id: string, instanceType?: string) => ({
      type: "aws:ec2/launchTemplate:LaunchTemplate",
      name: id,
      props: { id, name: `${id}-name`, ...(instanceType && { instanceType }) },
    });
    const host = (props: object) => ({
      type: "aws:ec2/instance:Instance",
      name: "host",
      props: { ...props },
    });
    const types = (...resources: Parameters<typeof estimate>[0]) => {
      const { items, unpriced } = estimate(resources, "us-east-1");
      return [...items, ...unpriced].map(({ what }) => what).filter((what) => what !== "ebs.gp3");
    };
    const [small, large] = [template("lt-1", "t4g.small"), template("lt-2", "m7g.large")];
    const byId = { launchTemplate: { id: "lt-2" } };
    expect(types(small, large, host(byId))).to.deep.equal(["m7g.large"]);
    expect(types(small, large, host({ launchTemplate: { name: "lt-1-name" } }))).to.deep.equal([
      "t4g.small",
    ]);
    expect(types(large, host({ ...byId, instanceType: "t4g.nano" }))).to.deep.equal(["t4g.nano"]);
    expect(types(template("lt-2"), host(byId))).to.be.empty;
    expect(types(host(byId))).to.be.empty;
    expect(types(large, host({ launchTemplate: null }))).to.deep.equal(["m1.small"]);
  });

  it("names what has no price instead of leaving it out", () => {
    const host = {
      type: "aws:ec2/instance:Instance",
      name: "host",
      props: { instanceType: "x.y" },
    };
    expect(estimate([host], "us-east-1").unpriced).to.deep.equal([
      { resource: "host", what: "x.y" },
    ]);
  });

  it("has each type of the SDK priced, outside of the sum with a reason, without a price, or refused", () => {
    const places = [
      new Set(billedTypes),
      ...Object.values(notInSum).map((types) => new Set(types)),
      unpricedTypes,
    ];
    for (const type of sdkTypes) {
      const [service = "", name = ""] = type.replace(/^aws:([^/]+).*:(\w+)$/, "$1 $2").split(" ");
      const isRefused = refused.has(service) || refused.has(`${service}.${name}`);
      const count = places.filter((one) => one.has(type)).length + Number(isRefused);
      expect(count, `${type} must be in policies/cost/billing.json`).to.equal(1);
    }
    expect([...unpricedTypes, ...Object.values(notInSum).flat()]).to.satisfy(
      (types: readonly string[]) => types.every((type) => sdkTypes.includes(type)),
    );
  });

  it("refuses each type without a price, unless it may be outside of the budget", async () => {
    for (const type of unpricedTypes) {
      const [, service = "", name = ""] = /^aws:([^/]+).*:(\w+)$/.exec(type) ?? [];
      const stack = [{ type, name: "one", props: {} }];
      const { violations } = await evaluateStack(monthlyBudget, stack);
      expect(violations.join()).to.include(`there is no price for ${service}.${name}`);
      const outside = { outsideBudget: [`${service}.*`] };
      expect((await evaluateStack(monthlyBudget, stack, outside)).violations).to.be.empty;
    }
  });

  for (const [type, props, what] of [
    ["aws:ebs/volume:Volume", { type: "gp3", size: 100 }, "ebs.gp3"],
    ["aws:ebs/volume:Volume", { type: "gp3", iops: 16_000 }, "ebs.gp3 with IOPS"],
    ["aws:ebs/volume:Volume", { type: "io2", size: 100 }, "ebs.io2 with IOPS"],
    ["aws:kms/replicaKey:ReplicaKey", {}, "kms.key"],
    ["aws:dynamodb/table:Table", { billingMode: "PROVISIONED" }, "dynamodb.provisionedCapacity"],
    ["aws:dynamodb/table:Table", { billingMode: "PAY_PER_REQUEST" }, undefined],
    ["aws:apigateway/stage:Stage", { cacheClusterEnabled: true }, "apigateway.cacheCluster"],
    ["aws:apigateway/stage:Stage", {}, undefined],
    [
      "aws:efs/fileSystem:FileSystem",
      { throughputMode: "provisioned" },
      "efs.provisionedThroughput",
    ],
    [
      "aws:ec2/vpcEndpointSubnetAssociation:VpcEndpointSubnetAssociation",
      {},
      "vpc.interfaceEndpointHour",
    ],
  ] as const) {
    it(`counts ${String(what)} for ${type} with ${JSON.stringify(props)}`, () => {
      const { items, unpriced } = estimate([{ type, name: "one", props }], "us-east-1");
      expect([...items, ...unpriced][0]?.what).to.equal(what);
    });
  }
});
