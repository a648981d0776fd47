import { expect } from "chai";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { program } from "../../infra/program";
import type { OperationResult } from "../../local/engine/policy-pack";
import { openStack, type LocalStack } from "../../local/engine/stack";
import type { ConfigOverrides } from "../../local/engine/work-folder";
import { ensureJob, pipelineJob } from "../../local/machine/job-build";
import { filesIn } from "../../local/machine/project";
import { fixturePack, requireEngine } from "./engine";

/** What happens to the resources of AWS that do not stay the same, by type and logical name. */
function changed({ resources }: OperationResult): Record<string, string> {
  const steps = resources.filter(({ type, op }) => type.startsWith("aws:") && op !== "same");
  return Object.fromEntries(
    steps.map(({ urn, type, op }) => [`${type} ${urn.split("::").at(-1) ?? ""}`, op]),
  );
}

interface Checkpoint {
  readonly checkpoint: { readonly latest: { readonly resources: readonly object[] } };
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

  /** The stack dev, without scaling of shards by default; other tests judge it by the project's pack. */
  async function open(configOverrides: ConfigOverrides = {}): Promise<LocalStack> {
    const stack = await openStack({
      stack: "dev",
      backendFolder,
      program: async () => Promise.resolve(program()),
      configOverrides: { streamScaling: "None", ...configOverrides },
      policyPack: fixturePack,
      isThrowaway: true,
    });
    stacks.push(stack);
    return stack;
  }

  it("is created, and has nothing to change afterwards", async () => {
    const stack = await open();
    expect((await stack.up({ isAccepted: true })).summary).to.have.all.keys("create");
    expect((await stack.outputs())["streamName"]).to.match(
      /^streaming-pipeline-dev-pipeline-events-[0-9a-f]{5}$/,
    );
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

  it("keeps every name when the stack is renamed, as the name that stands for it is", async () => {
    expect(changed(await (await open({ name: "renamed" })).preview())).to.deep.equal({});
  });

  it("keeps a small state, without the content of files", async () => {
    await open();
    const states = filesIn(path.join(backendFolder, "state")).filter((file) =>
      /stacks.*dev\.json$/.test(file),
    );
    expect(states).to.have.length(1);
    const state = readFileSync(states[0] ?? "", "utf8");
    const { resources } = (JSON.parse(state) as Checkpoint).checkpoint.latest;
    const largest = Math.max(...resources.map((one) => JSON.stringify(one).length));
    expect(largest).to.be.lessThan(200_000);
    expect(state).not.to.match(
      /"4dabf18193072939515e22adb298388d":"(c44067f5|0def7320)[^}]*"text":/,
    );
  });

  it("adds zones and takes them away, and touches nothing of the zones that stay", async () => {
    const place = (resource: string): number =>
      Number(/ pipeline-network-(?:private|public)-(\d)/.exec(resource)?.[1]);
    let before = 2;
    for (const zones of [3, 4, 3, 2, 1, 2]) {
      const stack = await open({ availabilityZoneCount: zones });
      const changes = Object.entries(changed(await stack.up({ isAccepted: true })));
      stack.close();
      const step = `${before} to ${zones} zones`;
      const stay = Math.min(before, zones);
      expect(
        changes.filter(([resource]) => place(resource) <= stay),
        step,
      ).to.deep.equal([]);
      const subnets = changes.filter(([resource]) => resource.startsWith("aws:ec2/subnet:Subnet "));
      const one = zones > before ? "create" : "delete";
      expect(Object.fromEntries(subnets), step).to.deep.equal(
        Object.fromEntries(
          ["private", "public"].map((kind) => [
            `aws:ec2/subnet:Subnet pipeline-network-${kind}-${Math.max(before, zones)}`,
            one,
          ]),
        ),
      );
      // The settings of the domain are applied again by each version of their function.
      const replaced = changes.filter(([, op]) => op.includes("replace"));
      for (const [resource] of replaced)
        expect(resource, step).to.match(/^aws:lambda\/invocation:/);
      before = zones;
    }
  });

  it("grows a domain of one node to three zones in place", async () => {
    const stack = await open({ availabilityZoneCount: 3, searchInstanceCount: 3 });
    expect(changed(await stack.preview())).to.include({
      "aws:opensearch/domain:Domain pipeline-search": "update",
    });
  });

  it("replaces the network when its addresses change", async () => {
    const stack = await open({ vpcCidr: "10.8.0.0/16" });
    expect(changed(await stack.preview())).to.include({
      "aws:ec2/vpc:Vpc pipeline-network": "replace",
      "aws:ec2/subnet:Subnet pipeline-network-private-1": "replace",
    });
  });

  it("keeps what guards protected data when it is destroyed without a preview", async () => {
    const guards = [
      "aws:kms/alias:Alias",
      "aws:kms/key:Key",
      "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
      "aws:s3/bucketPolicy:BucketPolicy",
      "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
      "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
      "aws:s3/bucketVersioning:BucketVersioning",
    ];
    const stack = await open({ protectData: true });
    const { resources } = await stack.up({ isAccepted: true });
    expect(resources.map(({ type }) => type)).to.include.members(guards);
    const refused: unknown = await stack.destroy().catch((error: unknown) => error);
    expect(String(refused)).to.match(/protect/);
    const lost = Object.keys(changed(await stack.preview()));
    expect(lost.filter((one) => guards.some((type) => one.startsWith(`${type} `)))).to.be.empty;
    stack.close();
    const unprotected = await open();
    await unprotected.up({ isAccepted: true });
  });

  it("leaves nothing when it is destroyed", async () => {
    const stack = await open();
    expect((await stack.destroy()).summary).to.have.all.keys("delete");
    expect((await stack.destroy()).summary).to.be.empty;
  });
});
