import { expect } from "chai";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { PlanDocument } from "../../local/engine/plan-report";
import { command, projectRoot, RunningCommand } from "../support/command";
import { requireEngine } from "./engine";

const script = path.join(projectRoot, "local", "preview", "cli.ts");

describe("npm run preview", () => {
  let folder: string;
  let json: string;
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), "preview-test-"));
    json = path.join(folder, "plan.json");
  });
  before(requireEngine);
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  function written(): PlanDocument {
    return JSON.parse(readFileSync(json, "utf8")) as PlanDocument;
  }

  for (const stack of ["dev", "prod", "local"]) {
    it(`plans ${stack} and finds every mandatory policy kept`, async () => {
      const { code, stdout, stderr } = await command(script, [stack, "--json", json]);
      expect(code, stderr).to.equal(0);
      expect(stdout).to.include(`Offline plan of the stack ${stack}`).and.include("without AWS");
      expect(stdout).to.match(/^ +\+ aws:kinesis\/stream:Stream pipeline-events$/m);
      expect(stdout).to.match(/^✓ passed {3}kinesis-stream-shard-limit$/m);
      expect(stdout).not.to.include("✗");
      const { resources, policies } = written();
      expect(policies.filter(({ level }) => level === "mandatory")).to.be.empty;
      expect(resources.map(({ type }) => type)).to.include.members([
        "aws:kinesis/stream:Stream",
        "aws:kinesisanalyticsv2/application:Application",
        "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream",
        "aws:opensearch/domain:Domain",
        "aws:ec2/instance:Instance",
        "aws:ec2/vpc:Vpc",
      ]);
    });
  }

  it("writes the same document twice, without a path of this machine", async () => {
    await command(script, ["prod", "--json", json]);
    const first = readFileSync(json, "utf8");
    await command(script, ["prod", "--json", json]);
    expect(readFileSync(json, "utf8")).to.equal(first);
    expect(first).not.to.include(projectRoot);
    expect(first).not.to.include(tmpdir());
  });

  const refusals = [
    {
      title: "more shards than the limit",
      args: ["dev", "--config", "shardCount=5"],
      policy: "kinesis-stream-shard-limit",
      message: /shardCount is 5; the limit is 4\. Lower shardCount/,
    },
    {
      title: "a retention of a day in production",
      args: ["prod", "--config", "streamRetentionHours=24"],
      policy: "kinesis-stream-retention",
      message: /retentionPeriod is 24 hours; the limit is 168 to 336 hours\. Set retentionPeriod/,
    },
    {
      title: "a stream without encryption",
      args: ["prod", "--config", "streaming-pipeline:encryptAtRest=false"],
      policy: "kinesis-stream-encryption",
      message: /encryptionType is NONE; it must be KMS\. Set encryptionType/,
    },
  ];
  for (const { title, args, policy, message } of refusals) {
    it(`refuses ${title}, with policy, value, limit and fix`, async () => {
      const { code, stdout, stderr } = await command(script, [...args, "--json", json]);
      expect(code).to.equal(1);
      expect(stdout).to.include(`✗ violated ${policy}`).and.match(message);
      expect(stderr).to.include("Nothing would be created");
      const violation = written().policies.find(({ name }) => name === policy);
      expect(violation).to.include({ level: "mandatory" });
      expect(violation?.resource).to.match(/aws:kinesis\/stream:Stream::pipeline-events$/);
      expect(violation?.message).to.match(message);
    });
  }

  it("takes several settings, and lists everything that is wrong with them", async () => {
    const settings = ["--config", "shardCount=0", "--config", "shards=2"];
    const { code, stdout, stderr } = await command(script, ["dev", ...settings]);
    expect(code).to.equal(1);
    expect(stdout).to.be.empty;
    expect(stderr).to.include("shardCount must be an integer from 1 to 10000; got 0");
    expect(stderr).to.include("streaming-pipeline:shards is not a key");
  });

  for (const { title, args, message } of [
    { title: "an unknown stack", args: ["staging"], message: /there are dev, local, prod/ },
    {
      title: "a setting without a value",
      args: ["dev", "--config", "shardCount"],
      message: /It must be like shardCount=4/,
    },
    { title: "no stack", args: [], message: /missing required argument 'stack'/ },
  ]) {
    it(`exits with 2 on ${title}`, async () => {
      const { code, stderr } = await command(script, args);
      expect(code).to.equal(2);
      expect(stderr).to.match(message);
    });
  }

  it("stops on Ctrl-C and leaves nothing behind", async () => {
    const temporary = mkdtempSync(path.join(folder, "tmp-"));
    const preview = new RunningCommand(script, ["prod"], { TMPDIR: temporary });
    await preview.says(/Planning prod/);
    preview.child.kill("SIGINT");
    expect(await preview.finished).to.include({ code: 130, signal: null, stdout: "" });
    expect(readdirSync(temporary).filter((name) => name.startsWith("preview-"))).to.be.empty;
  });

  it("explains itself", async () => {
    const { code, stdout } = await command(script, ["--help"]);
    expect(code).to.equal(0);
    expect(stdout).to.include("npm run preview -- ").and.include("--json");
  });
});
