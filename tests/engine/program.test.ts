import { expect } from "chai";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { program } from "../../infra/program";
import { openStack, type LocalStack, type OperationResult } from "../../local/engine/stack";
import type { ConfigOverrides } from "../../local/engine/work-folder";
import { ensureJob, pipelineJob } from "../../local/machine/job-build";
import { requireEngine } from "./engine";

/** What happens to the resources of AWS that do not stay the same, by type and logical name. */
function changed({ resources }: OperationResult): Record<string, string> {
  const steps = resources.filter(({ type, op }) => type.startsWith("aws:") && op !== "same");
  return Object.fromEntries(
    steps.map(({ urn, type, op }) => [`${type} ${urn.split("::").at(-1) ?? ""}`, op]),
  );
}

describe("the program in the real engine", () => {
  let backendFolder: string;
  const stacks: LocalStack[] = [];
  before(() => {
    backendFolder = mkdtempSync(path.join(tmpdir(), "program-test-"));
  });
  before(requireEngine);
  before(async () => ensureJob(pipelineJob));
  afterEach(() => {
    for (const stack of stacks.splice(0)) stack.close();
  });
  after(() => {
    rmSync(backendFolder, { recursive: true, force: true });
  });

  /** The stack dev, whose shards nobody scales unless it is asked for. */
  async function open(configOverrides: ConfigOverrides = {}): Promise<LocalStack> {
    const stack = await openStack({
      stack: "dev",
      backendFolder,
      program: async () => Promise.resolve(program()),
      configOverrides: { streamScaling: "None", ...configOverrides },
    });
    stacks.push(stack);
    return stack;
  }

  it("is created, and has nothing to change afterwards", async () => {
    const stack = await open();
    expect((await stack.up()).summary).to.have.all.keys("create");
    expect((await stack.outputs())["streamName"]).to.match(/^pipeline-events-[0-9a-f]{7}$/);
    expect(changed(await stack.preview())).to.deep.equal({});
  });

  it("gives the stream more shards in place, and replaces nothing", async () => {
    const stack = await open({ shardCount: 3 });
    const changes = changed(await stack.preview());
    expect(changes).to.include({ "aws:kinesis/stream:Stream pipeline-events": "update" });
    expect(Object.values(changes)).not.to.include("replace");
  });

  it("leaves the number of shards to the scaler where there is one", async () => {
    const stack = await open({ shardCount: 3, streamScaling: "Alarms" });
    const changes = changed(await stack.preview());
    expect(changes).to.include({
      "aws:appautoscaling/target:Target pipeline-scaling-stream": "create",
    });
    expect(changes).not.to.have.property("aws:kinesis/stream:Stream pipeline-events");
  });

  it("replaces the network when its addresses change", async () => {
    const stack = await open({ vpcCidr: "10.8.0.0/16" });
    expect(changed(await stack.preview())).to.include({
      "aws:ec2/vpc:Vpc pipeline-network": "replace",
      "aws:ec2/subnet:Subnet pipeline-network-private-1": "replace",
    });
  });

  it("leaves nothing when it is destroyed", async () => {
    const stack = await open();
    expect((await stack.destroy()).summary).to.have.all.keys("delete");
    expect((await stack.destroy()).summary).to.be.empty;
  });
});
