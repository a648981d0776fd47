import { type ChildProcessByStdio, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Readable } from "node:stream";
import { promisify } from "node:util";
import { credentials } from "@grpc/grpc-js";
import { AnalyzerClient } from "@pulumi/pulumi/proto/analyzer_grpc_pb";
import {
  AnalyzerResource,
  AnalyzerResourceOptions,
  AnalyzeRequest,
  type AnalyzeResponse,
  AnalyzeStackRequest,
  ConfigureAnalyzerRequest,
  EnforcementLevel,
  PolicyConfig,
} from "@pulumi/pulumi/proto/analyzer_pb";
import { expect } from "chai";
import { Struct, type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";
import { change, inDays, type TestResource, unknownNumber } from "../../support/policy";
import { bucket } from "../../policies/bucket-fixtures";
import { domain, stream as untagged } from "../../policies/fixtures";

type Properties = Record<string, JavaScriptValue>;

const folder = path.join(__dirname, "../../../policies");
const stream = change(untagged, { tags: { project: "trips", stack: "test" } });
const excepted = { resource: "events", reason: "Marathon", expires: inDays(90) };

/** The pack as the engine starts it: a process of the SDK's host that answers by gRPC. */
describe("the policy pack's server", () => {
  let server: ChildProcessByStdio<null, Readable, null>;
  let client: AnalyzerClient;

  before(async function () {
    this.timeout(30_000);
    const host = require.resolve("@pulumi/pulumi/cmd/run-policy-pack");
    server = spawn(process.execPath, [host, "127.0.0.1:0", "."], {
      cwd: folder,
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [port] = (await once(server.stdout, "data")) as [Buffer];
    client = new AnalyzerClient(
      `127.0.0.1:${port.toString().trim()}`,
      credentials.createInsecure(),
    );
  });

  after(async () => {
    client.close();
    server.kill();
    await once(server, "exit");
  });

  async function configure(config: Readonly<Record<string, Properties>>): Promise<void> {
    const request = new ConfigureAnalyzerRequest();
    for (const [policy, values] of Object.entries(config)) {
      request
        .getPolicyconfigMap()
        .set(
          policy,
          new PolicyConfig()
            .setEnforcementlevel(EnforcementLevel.MANDATORY)
            .setProperties(Struct.fromJavaScript(values)),
        );
    }
    await promisify<unknown>((done) => client.configure(request, done))();
  }

  async function analyze({ type, name, props, protect = false }: TestResource) {
    const request = new AnalyzeRequest()
      .setType(type)
      .setName(name)
      .setUrn(`urn:pulumi:test::program::${type}::${name}`)
      .setProperties(Struct.fromJavaScript(props as Properties))
      .setOptions(new AnalyzerResourceOptions().setProtect(protect));
    return diagnostics(await promisify<AnalyzeResponse>((done) => client.analyze(request, done))());
  }

  it("refuses a stream beyond the limit, and nothing else about it", async () => {
    await configure({});
    const [violation, ...others] = await analyze(change(stream, { shardCount: 5 }));
    expect(others).to.be.empty;
    expect(violation).to.include({
      policy: "kinesis-stream-shard-limit",
      level: EnforcementLevel.MANDATORY,
    });
    expect(violation?.message).to.include("events: shardCount is 5; the limit is 4.");
    expect(await analyze(stream)).to.be.empty;
  });

  it("advises about an excepted violation, under the resource's URN", async () => {
    await configure({ "kinesis-stream-shard-limit": { exceptions: [excepted] } });
    const advice = await analyze(change(stream, { shardCount: 5 }));
    expect(advice).to.have.length(1);
    expect(advice[0]).to.include({
      policy: "kinesis-stream-shard-limit",
      level: EnforcementLevel.ADVISORY,
      urn: "urn:pulumi:test::program::aws:kinesis/stream:Stream::events",
    });
    expect(advice[0]?.message).to.include(`Excepted until ${excepted.expires} (Marathon).`);
  });

  it("says about an unknown number that the policy could not run", async () => {
    await configure({});
    const all = await analyze(change(stream, { shardCount: unknownNumber }));
    const advice = all.find(({ policy }) => policy === "kinesis-stream-shard-limit");
    expect(advice?.level).to.equal(EnforcementLevel.ADVISORY);
    expect(advice?.message).to.include("can't run policy 'kinesis-stream-shard-limit'");
  });

  it("judges a resource with nulls like one without these properties", async () => {
    await configure({});
    const nulls = { vpcOptions: null, clusterConfig: { instanceType: null }, tags: null };
    const withNulls = await analyze(change(domain, nulls));
    const without = await analyze(change(domain, { vpcOptions: undefined, clusterConfig: {} }));
    expect(withNulls.map(({ policy }) => policy)).to.include("opensearch-domain-vpc");
    expect(withNulls).to.deep.equal(without);
  });

  it("fails on a configuration that cannot be meant", async () => {
    await configure({ "kinesis-stream-shard-limit": { maxShard: 5 } });
    const message = await analyze(stream).then(
      () => "accepted",
      (error: unknown) => String(error),
    );
    expect(message).to.include("there is no key maxShard");
  });

  it("judges a whole stack by what its resources are made of", async () => {
    await configure({});
    const request = new AnalyzeStackRequest().setResourcesList([
      new AnalyzerResource()
        .setType(bucket.type)
        .setName(bucket.name)
        .setUrn(`urn:pulumi:test::program::${bucket.type}::${bucket.name}`)
        .setProperties(Struct.fromJavaScript({}))
        .setOptions(new AnalyzerResourceOptions()),
    ]);
    const found = diagnostics(
      await promisify<AnalyzeResponse>((done) => client.analyzeStack(request, done))(),
    );
    expect(found.map(({ policy }) => policy)).to.have.members([
      "s3-bucket-encryption-configuration",
      "s3-bucket-lifecycle-configuration",
      "s3-bucket-logging",
      "s3-bucket-ownership-presence",
      "s3-bucket-policy",
      "s3-bucket-public-access-block-presence",
      "s3-bucket-versioning-presence",
    ]);
  });
});

describe("the configuration of a run", () => {
  const wrong = JSON.stringify({
    "kinesis-stream-shard-limits": {},
    "kinesis-stream-retention": { minHour: 24 },
    "cloudwatch-log-group-retention": { minDays: 400, maxDays: 365 },
    "sqs-queue-encryption": "",
  });
  const starter =
    "require('node:child_process').spawn(process.execPath, ['--import', 'tsx', process.env.PACK], { cwd: process.env.ROOT, stdio: 'inherit' }).on('exit', process.exit)";
  for (const [way, args, env] of [
    ["an option", ["--policy-pack-config", "limits.json"], {}],
    ["an option with =", ["--policy-pack-config=limits.json"], {}],
    [
      "the option of the second pack",
      [
        "--policy-pack",
        "other",
        "--policy-pack",
        folder,
        "--policy-pack-config",
        "other.json",
        "--policy-pack-config",
        "limits.json",
      ],
      {},
    ],
    [
      "an option with a list, in a system without ps,",
      ["--policy-pack-config", "missing.json,all limits.json"],
      { PATH: "" },
    ],
    ["the environment", [], { PULUMI_OPTION_POLICY_PACK_CONFIG: "limits.json" }],
  ] as const) {
    it(`is checked as a whole where ${way} names the file`, () => {
      const cwd = mkdtempSync(path.join(tmpdir(), "limits-"));
      for (const name of ["limits.json", "all limits.json"]) {
        writeFileSync(path.join(cwd, name), wrong);
      }
      writeFileSync(path.join(cwd, "starter.cjs"), starter);
      writeFileSync(path.join(cwd, "other.json"), '{ "own-policy": {} }');
      const { status, stderr } = spawnSync(process.execPath, ["starter.cjs", ...args], {
        cwd,
        encoding: "utf8",
        env: {
          ...process.env,
          ...env,
          PWD: cwd,
          ROOT: path.dirname(folder),
          PACK: path.join(folder, "index.ts"),
        },
      });
      rmSync(cwd, { recursive: true });
      expect(status).to.equal(1);
      expect(stderr).to.include("Did you mean kinesis-stream-shard-limit?");
      expect(stderr).to.include("kinesis-stream-retention.minHour must be a setting of the policy");
      expect(stderr).to.include("minDays is 400, above maxDays");
      expect(stderr).to.include("sqs-queue-encryption must be one of");
      expect(stderr).to.not.include("own-policy");
    });
  }
});

function diagnostics(response: AnalyzeResponse) {
  return response.getDiagnosticsList().map((diagnostic) => ({
    policy: diagnostic.getPolicyname(),
    level: diagnostic.getEnforcementlevel(),
    message: diagnostic.getMessage(),
    urn: diagnostic.getUrn(),
  }));
}
