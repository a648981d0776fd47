import { readFileSync } from "node:fs";
import path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import fc from "fast-check";
import { renderRuntimeProperties } from "../../../infra/contracts/generate-runtime-properties";
import {
  jobPropertyGroups,
  type RuntimePropertyInputs,
  runtimePropertyProblems,
} from "../../../infra/contracts/runtime-properties";

const valid: RuntimePropertyInputs = {
  job: { workload: "taxi" },
  source: { streamName: "events", region: "us-east-1" },
  search: { endpoint: "https://search.us-east-1.es.amazonaws.com", region: "us-east-1" },
};

describe("runtime properties", () => {
  it("are typed by the job's contract as it is now", async () => {
    const generated = path.resolve(
      __dirname,
      "../../../infra/contracts/runtime-properties.generated.ts",
    );
    expect(readFileSync(generated, "utf8"), "run `npm run generate`").to.equal(
      await renderRuntimeProperties(),
    );
  });

  it("are accepted when they keep the contract", () => {
    expect(runtimePropertyProblems(valid)).to.deep.equal([]);
  });

  it("may be outputs, which are not judged before they are known", () => {
    const unknown = pulumi.output("events");
    expect(
      runtimePropertyProblems({ ...valid, source: { streamName: unknown, region: unknown } }),
    ).to.deep.equal([]);
  });

  it("are refused with every problem at once", () => {
    // What a program without types could pass.
    const wrong = {
      job: { workload: "trucks" },
      source: { region: "Ohio", pace: "fast" },
      search: { ...valid.search, bulkActions: 0 },
      demand: { windowMinutes: 15, slideMinutes: 2.5 },
    } as unknown as RuntimePropertyInputs;
    expect(runtimePropertyProblems(wrong)).to.have.members([
      "job.workload must be one of taxi, trades; got trucks",
      "source must have streamName",
      "source must not have pace: the job does not know it",
      'source.region must match pattern "^[a-z]{2}(-[a-z]+)+-[0-9]+$"; got Ohio',
      "search.bulkActions must be >= 1; got 0",
      "demand.slideMinutes must be integer; got 2.5",
    ]);
  });

  it("are refused when a group is missing or unknown", () => {
    const { job, source } = valid;
    const wrong = { job, source, serach: {} } as unknown as RuntimePropertyInputs;
    expect(runtimePropertyProblems(wrong)).to.have.members([
      "runtime properties must have search or archive: dead letters need a place to go to",
      "runtime properties must not have serach: the job does not know it",
    ]);
  });

  it("need demand windows that are whole numbers of slides", () => {
    const minutes = fc.integer({ min: 1, max: 1440 });
    fc.assert(
      fc.property(minutes, minutes, (windowMinutes, slideMinutes) => {
        expect(
          runtimePropertyProblems({ ...valid, demand: { windowMinutes, slideMinutes } }),
        ).to.have.length(windowMinutes % slideMinutes === 0 ? 0 : 1);
      }),
    );
  });

  it("are refused where values contradict each other", () => {
    const { job, source } = valid;
    expect(
      runtimePropertyProblems({
        job: { workload: "trades" },
        source: { ...source, initialTimestamp: "2019-03-01T00:00:00Z" },
        demand: { windowMinutes: 15 },
        airports: {},
      }),
    ).to.have.members([
      'source.initialPosition AT_TIMESTAMP and source.initialTimestamp must be set together; got undefined and "2019-03-01T00:00:00Z"',
      "runtime properties must have search or archive: dead letters need a place to go to",
      "demand must be left out with job.workload trades, which does not compute it",
      "airports must be left out with job.workload trades, which does not compute it",
    ]);
    expect(
      runtimePropertyProblems({
        job,
        source: { ...source, initialPosition: "AT_TIMESTAMP" },
        trades: { windowSeconds: 60 },
        archive: { path: "s3://results/taxi" },
      }),
    ).to.have.members([
      'source.initialPosition AT_TIMESTAMP and source.initialTimestamp must be set together; got AT_TIMESTAMP and ""',
      "trades must be left out with job.workload taxi, which does not compute it",
    ]);
  });

  it("may read from an instant on and write to an archive alone", () => {
    const { job, source } = valid;
    expect(
      runtimePropertyProblems({
        job,
        source: {
          ...source,
          initialPosition: "AT_TIMESTAMP",
          initialTimestamp: "2019-03-01T00:00:00Z",
        },
        archive: { path: "s3://results/taxi" },
      }),
    ).to.deep.equal([]);
  });

  it("are refused before they reach an application, all problems in one error", () => {
    const source = { ...valid.source, outOfOrdernessSeconds: -1 };
    const demand = { windowMinutes: 10, slideMinutes: 4 };
    const properties = { ...valid, source, demand };
    expect(() => jobPropertyGroups(properties))
      .to.throw("demand.windowMinutes must be a multiple of demand.slideMinutes, 4; got 10")
      .with.property("message")
      .that.includes("source.outOfOrdernessSeconds");
  });

  it("travel as text, group by group", () => {
    expect(
      Object.entries(jobPropertyGroups({ ...valid, results: { earlyIntervalMilliseconds: 500 } })),
    ).to.deep.equal([
      ["job", { workload: "taxi" }],
      ["source", valid.source],
      ["search", valid.search],
      ["results", { earlyIntervalMilliseconds: "500" }],
    ]);
  });
});
