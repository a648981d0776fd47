import * as pulumi from "@pulumi/pulumi";
import { LocalWorkspace, type LocalWorkspaceOptions, Stack } from "@pulumi/pulumi/automation";
import { expect } from "chai";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { outputNames } from "../../infra/plugin/provider";
import { findEngine } from "../../local/engine/installation";
import { ensureJob, pipelineJob } from "../../local/machine/job-build";
import { type ProviderServers, startProviders } from "../../local/provider/server";
import { projectRoot } from "../support/command";
import { requireEngine } from "./engine";

/** A program in another language registers the same request: a remote component of this type. */
class RemotePipeline extends pulumi.ComponentResource {
  constructor(args: Readonly<Record<string, unknown>>) {
    const outputs = Object.fromEntries(outputNames.map((name) => [name, undefined]));
    const type = "streaming-pipeline:index:StreamingPipeline";
    super(type, "orders", { ...outputs, ...args }, {}, true);
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

  /** Previews a program that registers the component with these arguments. */
  async function previewRemote(args: Readonly<Record<string, unknown>>) {
    const { stack, preview: run } = await preview({
      projectSettings: { name: "other-team", runtime: "nodejs" },
      program: async () => {
        new RemotePipeline(args);
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

  it("plans the example in YAML, where the language host of YAML is installed", async function () {
    if (spawnSync("which", ["pulumi-language-yaml"]).status !== 0) this.skip();
    const { preview: run } = await preview({ workDir: path.join(projectRoot, "examples/yaml") });
    expect((await run()).changeSummary.create).to.be.greaterThan(100);
  });
});
