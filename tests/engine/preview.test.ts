import { expect } from "chai";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Ajv } from "ajv";
import type { previewDocument } from "../../local/preview/document";
import schema from "../../local/preview/preview.schema.json";
import { command, projectRoot, RunningCommand } from "../support/command";
import { requireEngine } from "./engine";

const script = path.join(projectRoot, "local", "preview", "cli.ts");

describe("npm run preview", () => {
  let folder: string;
  let json: string;
  let markdown: string;
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), "preview-test-"));
    json = path.join(folder, "plan.json");
    markdown = path.join(folder, "preview.md");
  });
  before(requireEngine);
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const conforms = new Ajv({ allErrors: true }).compile(schema);

  /** The documents of the first previews, by stack. */
  const documents: Record<string, string> = {};

  /** The document of the last preview, which conforms to its schema. */
  function written(): ReturnType<typeof previewDocument> {
    const document: unknown = JSON.parse(readFileSync(json, "utf8"));
    expect(conforms(document), JSON.stringify(conforms.errors)).to.equal(true);
    return document as ReturnType<typeof previewDocument>;
  }

  for (const stack of ["dev", "prod", "local"]) {
    it(`plans ${stack} and finds every policy passed, with nothing unknown`, async () => {
      const { code, stdout, stderr } = await command(script, [stack, "--json", json]);
      expect(code, stderr).to.equal(0);
      expect(stdout).to.include(`Preview of ${stack}. Planned offline`);
      expect(stdout).to.match(/^Accepted · \d+ resources · \$[\d,.]+ per month$/m);
      expect(stdout.trim().split("\n").length).to.be.lessThan(17);
      documents[stack] = readFileSync(json, "utf8");
      const { resources, policies, verdict, unknown, source } = written();
      expect({ verdict, unknown, source }).to.deep.equal({
        verdict: "accepted",
        unknown: [],
        source: "programs",
      });
      expect(policies.filter(({ result }) => result === "violated")).to.be.empty;
      expect(policies.find(({ name }) => name === "kinesis-stream-shard-limit")).to.include({
        level: "mandatory",
        result: "passed",
      });
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

  it("refuses what breaks policies, and names each with its value, limit and fix", async () => {
    const settings = ["shardCount=9", "streamRetentionHours=24", "encryptAtRest=false"];
    const args = ["prod", ...settings.flatMap((setting) => ["--config", setting])];
    const files = ["--json", json, "--markdown", markdown];
    const { code, stdout, stderr } = await command(script, [...args, ...files]);
    expect(code).to.equal(1);
    expect(stderr).to.include("Nothing would be deployed");
    const { policies, verdict } = written();
    expect(verdict).to.equal("refused");
    const comment = readFileSync(markdown, "utf8");
    expect(comment).to.match(/^\*\*Refused by \d+ policies\*\*/m);
    // The first few, which are found here before the one of encryption.
    expect(stdout)
      .to.match(/^ {2}✗ kinesis-stream-shard-limit: pipeline-events: shardCount is 9; /m)
      .and.match(/^ {2}✗ kinesis-stream-retention: pipeline-events: /m)
      .and.match(/^ {2}… and \d+ more; --verbose lists all$/m);
    for (const [policy, message] of [
      ["kinesis-stream-shard-limit", /shardCount is 9; the limit is 8\. Lower shardCount/],
      [
        "kinesis-stream-retention",
        /retentionPeriod is 24 hours; the limit is 168 to 336 hours\. Set retentionPeriod/,
      ],
      ["kinesis-stream-encryption", /encryptionType is NONE; it must be KMS\. Set encryptionType/],
    ] as const) {
      const violated = policies.find(({ name }) => name === policy);
      expect(violated).to.include({ level: "mandatory", result: "violated" });
      expect(violated?.violations[0]?.resource).to.match(
        /kinesis\/stream:Stream::pipeline-events$/,
      );
      expect(violated?.violations[0]?.message).to.match(message);
      expect(comment)
        .to.match(new RegExp(`^\\| ❌ \\*\\*${policy}\\*\\* \\(mandatory\\) \\| `, "m"))
        .and.match(message);
    }
  });

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

  it("writes the same document again and lists every resource and policy on request, for a stack by its full name", async () => {
    const args = ["acme/streaming-pipeline/dev", "--verbose", "--json", json];
    const { stdout } = await command(script, args);
    // The same document as before, without a path of this machine.
    const document = readFileSync(json, "utf8");
    expect(document).to.equal(documents["dev"]);
    expect(document).not.to.include(projectRoot);
    expect(document).not.to.include(tmpdir());
    expect(stdout).to.match(/^ +\+ aws:kinesis\/stream:Stream pipeline-events$/m);
    expect(stdout).to.match(/^✓ passed {3}kinesis-stream-shard-limit$/m);
  });

  it("explains itself", async () => {
    const { code, stdout } = await command(script, ["--help"]);
    expect(code).to.equal(0);
    expect(stdout).to.include("npm run preview -- ").and.include("--json");
  });
});
