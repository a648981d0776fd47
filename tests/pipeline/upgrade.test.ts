import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { dump, load } from "js-yaml";
import { Problems } from "../../infra/core/validate";
import { readWorkload } from "../../infra/contracts/workload";
import { program } from "../../infra/program";
import type { OperationResult } from "../../local/engine/policy-pack";
import { openStack } from "../../local/engine/stack";
import { ensureJob, pipelineJob } from "../../local/machine/job-build";
import { projectFolder } from "../../local/machine/project";
import { startReplay } from "../../local/run/replay-process";
import { type LocalCloud, localCloud } from "../../local/services/cloud";
import { compareWithDomain } from "../../local/verify/compare";
import { deployedSettings } from "../../local/verify/deployed-settings";
import { settled } from "../../local/verify/settled";
import { localWorkload } from "../../local/workloads/plugins";
import { needsServices } from "./services/support";

const region = "us-east-1";
const window = {
  windowStart: "2019-03-01T18:00:00Z",
  windowEnd: "2019-03-01T19:00:00Z",
  trips: 3,
  complete: true,
};
const location = { lat: 40.75, lon: -73.98 };

/** A result of each index of the first contract, with the id `first`. */
const firstResults: Readonly<Record<string, object>> = {
  "taxi-airport-durations": { ...window, airport: "JFK", averageSeconds: 2400 },
  "taxi-demand-cells": { ...window, cell: "dr5ru7", location },
  "taxi-demand-zones": { ...window, zone: 132, zoneName: "JFK", borough: "Queens", location },
};
/** What the first contract has not, in a workload.yaml. */
interface TodaysDefinition {
  readonly canaryIndex?: string;
  readonly archive: { readonly views?: object };
}

const firstLetter = { reason: "late", payload: "{}" };

describe("A stack with the indices of the first contract", () => {
  let folder = "";
  let cloud: LocalCloud;

  before(async function () {
    await needsServices(this, "kinesisServer", "searchNode", "flinkRuntime");
    await ensureJob(pipelineJob);
    // In the project: the workload names files of it.
    mkdirSync(path.join(projectFolder, ".local"), { recursive: true });
    folder = mkdtempSync(path.join(projectFolder, ".local", "upgrade-"));
    cloud = await localCloud({
      folder: path.join(folder, "cloud"),
      region,
      fresh: true,
      onProgress: () => undefined,
      onFailure: (error) => {
        throw error;
      },
    });
  });
  after(async () => {
    await cloud.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const deploy = async (workload: string) => {
    const stack = await openStack({
      stack: "local",
      backendFolder: path.join(folder, "pulumi"),
      program: async () => Promise.resolve(program()),
      configOverrides: { workload },
      isThrowaway: true,
      dataPlanes: cloud.dataPlanes,
    });
    try {
      return { result: await stack.up({ isAccepted: true }), outputs: await stack.outputs() };
    } finally {
      stack.close();
    }
  };
  const ask = async (method: string, where: string, body?: object) => {
    const response = await fetch(`${cloud.endpoints().opensearch}${where}`, {
      method,
      ...(body && {
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      }),
    });
    const answer = (await response.json()) as Readonly<Record<string, unknown>>;
    expect(response.status, JSON.stringify(answer)).to.be.within(200, 201);
    return answer;
  };

  /** Today's workload, but with the index templates of the first contract, without canaries and views of the archive. */
  const firstWorkload = (): string => {
    const first = path.join(folder, "workload");
    const common = path.join(folder, "common");
    cpSync("workloads/taxi", first, { recursive: true });
    cpSync("workloads/common/lifecycle-policies", path.join(common, "lifecycle-policies"), {
      recursive: true,
    });
    rmSync(path.join(first, "index-templates"), { recursive: true });
    cpSync(path.join(__dirname, "services/first-contract"), first, { recursive: true });
    const file = path.join(first, "workload.yaml");
    // It lies one folder deeper.
    for (const moved of [file, path.join(first, "transform.ts")]) {
      writeFileSync(moved, readFileSync(moved, "utf8").replaceAll("../../", "../../../"));
    }
    const text = readFileSync(file, "utf8");
    const { canaryIndex, archive, ...definition } = load(text) as TodaysDefinition;
    const { views, ...files } = archive;
    expect([canaryIndex, views]).not.to.include(undefined);
    writeFileSync(file, dump({ ...definition, archive: files }));
    // Queries of today read today's views.
    for (const sql of ["queries", "views"]) rmSync(path.join(first, sql), { recursive: true });
    return first;
  };

  const replaced = ({ resources }: OperationResult): string[] =>
    resources.filter(({ op }) => op.includes("replace")).map(({ type }) => type);

  it("keeps its documents, gives its indices new fields and takes the results of today", async () => {
    await deploy(firstWorkload());
    for (const [index, source] of Object.entries(firstResults)) {
      await ask("PUT", `/${index}/_doc/first`, source);
    }
    await ask("PUT", "/dead-letters/_doc/first", firstLetter);

    const { result, outputs } = await deploy("./workloads/taxi");
    expect(new Set(replaced(result))).to.deep.equal(new Set(["aws:lambda/invocation:Invocation"]));
    const { opensearch, kinesis } = cloud.endpoints();
    const workload = readWorkload(path.resolve("workloads/taxi"), new Problems(), "taxi");
    if (workload === undefined) throw new Error("The workload cannot be read");
    const choices = { input: undefined, expect: undefined, endless: false };
    const today = localWorkload(workload, choices);
    const settings = deployedSettings(result);
    const replay = path.join(folder, "replay");
    const { finished } = startReplay({
      stream: String(outputs["streamName"]),
      region,
      input: today.replayArguments(replay),
      speedup: 240_000,
      kinesisEndpoint: kinesis,
      folder: replay,
      maxDisorderSeconds: settings.outOfOrdernessSeconds,
      extraArguments: [],
    });
    expect(await finished).to.include({ recordsLost: 0 });

    const { documents = [] } = await today.expected(settings);
    const both = new Map(documents);
    for (const [index, source] of Object.entries(firstResults)) {
      both.set(index, new Map([...(both.get(index) ?? []), ["first", { ...source }]]));
    }
    const { outcome, comparison } = await settled({
      compare: () => compareWithDomain(both, opensearch, today.indices),
      jobHasReadEverything: () => Promise.resolve(false),
    });
    expect({ outcome, examples: comparison.examples }).to.deep.equal({
      outcome: "equal",
      examples: [],
    });
    expect(comparison.documents).to.equal(comparison.expected).and.to.be.above(10_000);
    const { _source: letter } = await ask("GET", "/dead-letters/_doc/first");
    expect(letter).to.deep.equal(firstLetter);

    const index = "taxi-airport-durations-undated";
    const { [index]: live } = await ask("GET", `/${index}/_mapping`);
    expect(live).to.have.nested.property("mappings.properties.p50Seconds.type", "long");
  });
});
