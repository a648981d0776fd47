import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { CloudWatchClient, PutMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { expect } from "chai";
import { bundle } from "../../../infra/core/bundle";
import type { handler as Handler } from "../../../infra/job-delivery/release/handler";
import { HealthMetrics } from "../../../infra/job-delivery/release/health-metrics";
import { defaultRules, settingsVariable } from "../../../infra/job-delivery/release/settings";
import { FakeReleases } from "../../infra/job-delivery/fake-releases";
import { command, projectRoot } from "../../support/command";
import { Moto, needsMoto } from "../../support/moto";

const MINUTE = 60_000;
const old = { key: `flink-job/${"a".repeat(64)}.jar`, objectVersion: "v1" };
const target = { key: `flink-job/${"b".repeat(64)}.jar`, objectVersion: "v2" };

interface JobResult {
  readonly operation: string;
  readonly jobId: string;
  readonly continuationToken?: string;
  readonly outputVariables?: Readonly<Record<string, string>>;
  readonly failureDetails?: { readonly message: string };
}

describe("The release function, as it is deployed", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "release-test-"));
  const environment = { ...process.env };
  const { info } = console;
  /** What CodePipeline received. */
  const results: JobResult[] = [];
  let codePipeline: Server;
  let moto: Moto;
  let flink: FakeReleases;
  let cloudWatch: CloudWatchClient;
  let handler: typeof Handler;
  let applications = 0;
  let name: string;

  before(async function () {
    await needsMoto(this);
    moto = await Moto.start();
    codePipeline = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const operation = String(request.headers["x-amz-target"]).split(".")[1] ?? "";
        results.push({ ...(JSON.parse(Buffer.concat(chunks).toString()) as JobResult), operation });
        response.end();
      });
    });
    await new Promise<void>((resolve) => codePipeline.listen(0, "127.0.0.1", resolve));
    Object.assign(process.env, {
      AWS_REGION: "us-east-1",
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
      AWS_ENDPOINT_URL_CLOUDWATCH: moto.url,
      AWS_ENDPOINT_URL_CODEPIPELINE: `http://127.0.0.1:${(codePipeline.address() as AddressInfo).port}`,
    });
    cloudWatch = new CloudWatchClient({});
    console.info = () => undefined;
    const file = path.join(folder, "index.js");
    writeFileSync(
      file,
      bundle(path.join(projectRoot, "infra/job-delivery/release/handler.ts")).text,
    );
    ({ handler } = createRequire(__filename)(file) as { handler: typeof Handler });
  });

  after(() => {
    process.env = environment;
    console.info = info;
    // What did not come up is undefined, whatever the compiler thinks.
    (moto as Moto | undefined)?.stop();
    (codePipeline as Server | undefined)?.close();
    rmSync(folder, { recursive: true });
  });

  beforeEach(async () => {
    // Names of their own keep the metrics of the tests apart.
    name = `job-${(applications += 1)}`;
    flink = new FakeReleases(name, old);
    results.length = 0;
    process.env["AWS_ENDPOINT_URL_KINESIS_ANALYTICS_V2"] = await flink.start();
    process.env[settingsVariable] = JSON.stringify({
      application: name,
      lagMetrics: [],
      rules: { ...defaultRules, watchMinutes: 0 },
    });
  });

  afterEach(() => {
    flink.stop();
  });

  /** Values of one minute, at a time. */
  async function measure(values: Readonly<Record<string, number>>, time: Date): Promise<void> {
    await cloudWatch.send(
      new PutMetricDataCommand({
        Namespace: "AWS/KinesisAnalytics",
        MetricData: Object.entries(values).map(([MetricName, Value]) => ({
          MetricName,
          Value,
          Timestamp: time,
          Dimensions: [{ Name: "Application", Value: name }],
        })),
      }),
    );
  }

  /** The minute that counts for a job that has come up just now. */
  const nextMinute = (): Date => new Date(Math.ceil(Date.now() / MINUTE) * MINUTE);

  async function call(continuationToken?: string, parameters: object = target): Promise<JobResult> {
    await handler({
      "CodePipeline.job": {
        id: "job",
        data: {
          actionConfiguration: { configuration: { UserParameters: JSON.stringify(parameters) } },
          ...(continuationToken !== undefined && { continuationToken }),
        },
      },
    });
    const result = results.at(-1);
    if (result === undefined) throw new Error("CodePipeline was told nothing");
    return result;
  }

  /** Calls as CodePipeline does: until there is no token any more. */
  async function run(): Promise<JobResult> {
    let result = await call();
    for (let calls = 0; calls < 20 && result.continuationToken !== undefined; calls += 1) {
      if (flink.status !== "RUNNING") flink.settle();
      result = await call(result.continuationToken);
    }
    return result;
  }

  const well = { fullRestarts: 0, uptime: 60_000, lastCheckpointDuration: 700 };

  it("releases a jar over several calls, and tells the pipeline", async () => {
    await measure(well, nextMinute());
    await measure(well, new Date(nextMinute().getTime() + MINUTE));
    const { operation, outputVariables } = await run();
    expect(operation).to.equal("PutJobSuccessResult");
    expect(outputVariables).to.deep.equal({ outcome: "released" });
    expect(results.length).to.be.greaterThan(2);
    expect(flink.code).to.deep.equal(target);
  });

  it("rolls back and fails the pipeline when the job restarts", async () => {
    await measure({ ...well, fullRestarts: 3 }, nextMinute());
    await measure({ ...well, fullRestarts: 3 }, new Date(nextMinute().getTime() + MINUTE));
    const { operation, failureDetails } = await run();
    expect(operation).to.equal("PutJobFailureResult");
    expect(failureDetails?.message).to.equal(
      `rolled-back: ${old.key} runs again: the job restarted 3 times.`,
    );
    expect(flink.code).to.deep.equal(old);
  });

  it("fails the pipeline when the build has told of no jar, or there is no such application", async () => {
    const { failureDetails } = await call(undefined, { key: "", objectVersion: "v2" });
    expect(failureDetails?.message).to.match(/^failed: .*UserParameters must be/);
    process.env[settingsVariable] = JSON.stringify({
      application: "another",
      lagMetrics: [],
      rules: defaultRules,
    });
    expect((await call()).failureDetails?.message).to.match(/ResourceNotFoundException/);
    expect(flink.changes).to.be.empty;
  });

  it("reads the health of a job by the names of either Flink, the highest value of each minute", async () => {
    const time = new Date(Math.floor(Date.now() / MINUTE) * MINUTE - 5 * MINUTE);
    await measure({ numRestarts: 2, runningTime: 10, numberOfFailedCheckpoints: 1 }, time);
    await measure({ numRestarts: 1 }, time);
    const lag = { namespace: "AWS/KinesisAnalytics", metricName: "numRestarts" };
    const dimensions = { Application: name };
    const metrics = new HealthMetrics(cloudWatch, name, [{ ...lag, dimensions }]);
    expect(await metrics.read(time, new Date())).to.deep.equal({
      restarts: [{ time, value: 2 }],
      running: [{ time, value: 10 }],
      failedCheckpoints: [{ time, value: 1 }],
      checkpoints: [],
      lag: [{ time, value: 2 }],
    });
    const without = new HealthMetrics(cloudWatch, name, []);
    expect((await without.read(time, new Date())).lag).to.equal(undefined);
  });

  describe("by hand", () => {
    const script = path.join(projectRoot, "infra/job-delivery/release/cli.ts");
    const args = ["--key", target.key, "--object-version", "v2", "--interval-seconds", "0"];
    const run = (...more: readonly string[]) =>
      command(script, ["--application", name, ...args, ...more]);

    it("changes nothing where the jar runs already", async () => {
      flink.code = target;
      const { code, stderr } = await run();
      expect(stderr).to.include("runs flink-job/bbb");
      expect(code).to.equal(0);
    });

    it("says why it refuses", async () => {
      flink.status = "READY";
      const { code, stderr } = await run();
      expect(stderr).to.include("start it first");
      expect(code).to.equal(1);
    });

    it("goes back, and says so with an exit code of its own", async () => {
      flink.settleAtOnce = true;
      const { code, stderr } = await run("--timeout-minutes", "0", "--watch-minutes", "0");
      expect(stderr).to.include("RUNNING; watching the job").and.include("Rolling back: ");
      expect(stderr).to.include(`${old.key} runs again`);
      expect(code).to.equal(3);
    });

    it("explains itself", async () => {
      const help = await command(script, ["--help"]);
      expect(help.code).to.equal(0);
      expect(help.stdout).to.include("npm run release-job -- ").and.include("--object-version");
      const misuse = await command(script, ["--application", name]);
      expect(misuse.code).to.equal(2);
      expect(misuse.stderr).to.include("--key");
    });
  });
});
