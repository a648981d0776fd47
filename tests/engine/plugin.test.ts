import * as pulumi from "@pulumi/pulumi";
import { LocalWorkspace, type LocalWorkspaceOptions, Stack } from "@pulumi/pulumi/automation";
import { expect } from "chai";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import described from "../../infra/plugin/components.json";
import { classes, outputNames } from "../../infra/plugin/provider";
import { findEngine } from "../../local/engine/installation";
import { ensureJob, pipelineJob } from "../../local/machine/job-build";
import { type ProviderServers, startProviders } from "../../local/provider/server";
import { componentSchema } from "../../release/component-schema";
import { projectRoot } from "../support/command";
import { requireEngine } from "./engine";

type Properties = Readonly<Record<string, unknown>>;

/** A program in another language registers the same request: a remote component of this type. */
class Remote extends pulumi.ComponentResource {
  readonly [output: string]: unknown;

  constructor(type: string, name: string, args: Properties, outputNames: readonly string[]) {
    const outputs = Object.fromEntries(outputNames.map((output) => [output, undefined]));
    super(`streaming-pipeline:index:${type}`, name, { ...outputs, ...args }, {}, true);
  }
}

describe("The component provider", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "plugin-test-"));
  let plugin: ChildProcess | undefined;
  let port: string;
  let providers: ProviderServers | undefined;

  before(requireEngine);
  before(async () => ensureJob(pipelineJob));
  before(async () => {
    const entry = path.join(projectRoot, "infra/plugin/index.ts");
    const started = spawn(process.execPath, ["--require", "tsx/cjs", entry], {
      cwd: projectRoot,
      stdio: ["ignore", "pipe", "inherit"],
    });
    plugin = started;
    const [line] = (await once(started.stdout, "data")) as [Buffer];
    port = line.toString().trim();
    providers = await startProviders({ root: projectRoot });
  });
  after(() => {
    providers?.close();
    plugin?.kill();
    rmSync(folder, { recursive: true });
  });

  async function preview(args: LocalWorkspaceOptions) {
    if (providers === undefined) throw new Error("The providers have not started.");
    const { command } = await findEngine({});
    mkdirSync(path.join(folder, "state"), { recursive: true });
    const workspace = await LocalWorkspace.create({
      ...args,
      pulumiCommand: command,
      pulumiHome: path.join(folder, "home"),
      envVars: {
        PULUMI_BACKEND_URL: `file://${path.join(folder, "state")}`,
        PULUMI_CONFIG_PASSPHRASE: "",
        PULUMI_DEBUG_PROVIDERS: `${providers.attachment},streaming-pipeline:${port}`,
      },
    });
    const stack = await Stack.createOrSelect("dev", workspace);
    const { name } = await workspace.projectSettings();
    providers.provider.open(name, "dev");
    return { stack, preview: async () => stack.preview() };
  }

  const previewRemote = (args: Properties) =>
    previewProgram(() => new Remote("StreamingPipeline", "orders", args, outputNames));

  async function previewProgram(register: () => void) {
    const { stack, preview: run } = await preview({
      projectSettings: { name: "other-team", runtime: "nodejs" },
      program: async () => {
        register();
        return Promise.resolve();
      },
    });
    await stack.setConfig("aws:region", { value: "us-east-1" });
    return run();
  }

  it("plans the whole pipeline for a program in another language", async () => {
    const { changeSummary } = await previewRemote({ shardCount: 3, streamScaling: "None" });
    expect(changeSummary.create).to.be.greaterThan(100);
  });

  it("lists every invalid argument, without a namespace", async () => {
    const error = await previewRemote({ shardCount: 0, shardsCount: 2 }).catch(
      (thrown: unknown) => thrown,
    );
    expect(String(error)).to.match(/shardCount must be .*got 0/);
    expect(String(error)).to.include(
      "shardsCount is not a key of this program; did you mean shardCount?",
    );
  });

  it("plans components alone, with outputs of one as arguments of another", async () => {
    const { changeSummary, stdout } = await previewProgram(() => {
      const events = new Remote(
        "EventStream",
        "events",
        { mode: "PROVISIONED", shardCount: 2, retentionHours: 24, fanOutConsumers: ["reader"] },
        ["arn", "consumerArns", "readStatements", "writeStatements"],
      );
      const source = { streamArn: events["arn"], statements: events["readStatements"] };
      const archive = new Remote(
        "DeliveryStream",
        "archive",
        { source, bufferMiB: 64, bufferSeconds: 300, logRetentionDays: 30 },
        ["bucketName"],
      );
      const statements = events["writeStatements"];
      new Remote("ServiceRole", "producer", { service: "ec2.amazonaws.com", statements }, ["arn"]);
      expect(pulumi.Output.isInstance(archive["bucketName"])).to.equal(true);
    });
    expect(stdout).to.match(/kinesis:Stream +events/);
    expect(stdout).to.match(/kinesis:FirehoseDeliveryStream +archive/);
    expect(changeSummary.create).to.be.greaterThan(10);
  });

  it("lists every invalid argument of a component", async () => {
    const args = { mode: "PROVISIONED", shardCount: 0, retentionHours: 2 };
    const error = await previewProgram(() => new Remote("EventStream", "events", args, [])).catch(
      (thrown: unknown) => thrown,
    );
    expect(String(error)).to.match(/shardCount must be .*got 0/);
    expect(String(error)).to.match(/retentionHours must be .*got 2/);
  });

  it("describes each component of the package as its types are", () => {
    expect(JSON.parse(JSON.stringify(componentSchema()))).to.deep.equal(
      JSON.parse(JSON.stringify(described)),
    );
    const names = Object.keys(described.resources).map((token) => token.split(":")[2]);
    expect(names).to.have.members(Object.keys(classes));
  });

  for (const [example, resources] of [
    ["yaml", 100],
    ["yaml-archive", 10],
  ] as const) {
    it(`plans the example ${example}, where the language host of YAML is installed`, async function () {
      if (spawnSync("which", ["pulumi-language-yaml"]).status !== 0) this.skip();
      const workDir = path.join(projectRoot, "examples", example);
      const { preview: run } = await preview({ workDir });
      expect((await run()).changeSummary.create).to.be.greaterThan(resources);
    });
  }
});
