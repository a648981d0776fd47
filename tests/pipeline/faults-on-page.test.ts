import { execFileSync } from "node:child_process";
import { accessSync, constants } from "node:fs";

import {
  DescribeStreamSummaryCommand,
  type KinesisClient,
  ListShardsCommand,
} from "@aws-sdk/client-kinesis";
import { expect } from "chai";
import { chromium, type Browser, type Page } from "playwright-core";

import { freePorts } from "../../local/machine/ports";
import { isAlive } from "../../local/machine/process";
import { runningPipeline, type RunningPipeline } from "../../local/run/run-file";
import { kinesisClient, kinesisEnvironment } from "../../local/services/kinesis/kinesis-server";
import type { PipelineStatus } from "../../local/status/pipeline-status";
import { DEAD_LETTERS_INDEX, resultIndices } from "../../local/verify/result-document";
import { command, RunningCommand } from "../support/command";
import { needsServices, until } from "./services/support";

const CHROMIUM = "/usr/bin/chromium";
const SAMPLE = "local/data/yellow_tripdata_sample_2019-03.csv";

/** What the services themselves say, and what the page must therefore show. */
interface Figures {
  readonly shards: string;
  readonly documents: string;
  readonly job: string;
}

/** What a status says of the parts, undefined where one does not answer. */
interface Facts {
  readonly shards: string | undefined;
  readonly retention: number | undefined;
  readonly state?: string | undefined;
  readonly checkpoints?: number | undefined;
  /** Whether OpenSearch answers. */
  readonly documents: boolean;
}

describe("the page during faults of the real pipeline", () => {
  let run: RunningCommand;
  let pipeline: RunningPipeline;
  let kinesis: KinesisClient;
  let browser: Browser;
  let page: Page;

  before(async function () {
    await needsServices(this, "kinesisServer", "searchNode", "flinkRuntime");
    try {
      accessSync(CHROMIUM, constants.X_OK);
    } catch {
      return this.skip();
    }
    const { port } = await freePorts(["port"]);
    run = new RunningCommand("local/cli.ts", [
      "--fresh",
      "--port",
      String(port),
      "--speedup",
      "1200",
    ]);
    await run.says(/Ctrl-C stops everything/);
    pipeline = runningPipeline();
    kinesis = kinesisClient(pipeline.endpoints.kinesis, pipeline.region);
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
    page = await browser.newPage();
    await page.goto(pipeline.page ?? "");
    return undefined;
  });
  after(async () => {
    await (browser as Browser | undefined)?.close();
    (kinesis as KinesisClient | undefined)?.destroy();
    (run as RunningCommand | undefined)?.child.kill("SIGINT");
    await (run as RunningCommand | undefined)?.finished;
  });

  const json = async (url: string): Promise<unknown> => (await fetch(url)).json();
  const status = async () =>
    (await json(new URL("/status.json", pipeline.page).href)) as PipelineStatus;
  const act = async (action: string, body: object): Promise<void> => {
    const origin = new URL(pipeline.page ?? "").origin;
    const response = await fetch(`${origin}/actions/${action}`, {
      method: "POST",
      headers: { origin, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    expect(response.status, await response.text()).to.equal(200);
  };
  const paused = (wanted: boolean) => act("pause", { paused: wanted });
  const whole = new Intl.NumberFormat("en-US");

  async function figuresOfServices(): Promise<Figures> {
    const { opensearch, flink } = pipeline.endpoints;
    const indices = [...resultIndices.taxi, DEAD_LETTERS_INDEX].join(",");
    const [{ StreamDescriptionSummary: stream }, counted, overview] = await Promise.all([
      kinesis.send(new DescribeStreamSummaryCommand({ StreamName: pipeline.streamName })),
      json(`${opensearch}/${indices}/_count?ignore_unavailable=true`),
      json(`${flink}/jobs/overview`),
    ]);
    const { count } = counted as { count: number };
    const { jobs } = overview as { jobs: { state: string }[] };
    return {
      shards: `${stream?.OpenShardCount ?? 0} shards`,
      documents: `${whole.format(count)} documents`,
      job: jobs.map(({ state }) => state).join(),
    };
  }

  async function figuresOfPage(): Promise<Figures> {
    const stage = (name: string) => page.locator(`[data-stage=${name}]`).innerText();
    const [stream, search, job] = [
      await stage("stream"),
      await stage("search"),
      await stage("job"),
    ];
    const [, state = "running"] = /Flink job · (.*)/.exec(job) ?? [];
    return {
      shards: /\d+ shards/.exec(stream)?.[0] ?? "",
      documents: /[\d,]+ documents/.exec(search)?.[0] ?? "",
      job: state.toUpperCase(),
    };
  }

  /** Resolves when the page shows what the services say, all of them at the same time. */
  async function agree(): Promise<Figures> {
    let told = await figuresOfServices();
    await until(async () => {
      const shown = await figuresOfPage();
      told = await figuresOfServices();
      return JSON.stringify(shown) === JSON.stringify(told);
    });
    return told;
  }

  /** What the status says of the parts that answer, and the same from the services, while they do not change. */
  async function statusAgrees(parts: readonly (keyof Facts)[]): Promise<void> {
    await until(async () => {
      const [told, asked] = [await factsOfStatus(), await factsOfServices(parts)];
      return parts.every((part) => told[part] === asked[part]);
    });
  }

  async function factsOfStatus(): Promise<Facts> {
    const { stream, job, search } = await status();
    return {
      shards: stream.up ? stream.value.shards.map(({ id }) => id).join() : undefined,
      retention: stream.up ? stream.value.retentionHours : undefined,
      state: job.up ? job.value.state : undefined,
      checkpoints: job.up ? job.value.checkpoints.completed : undefined,
      documents: search.up,
    };
  }

  async function factsOfServices(parts: readonly (keyof Facts)[]): Promise<Facts> {
    const { opensearch, flink } = pipeline.endpoints;
    const StreamName = pipeline.streamName;
    const { Shards = [] } = await kinesis.send(new ListShardsCommand({ StreamName }));
    const { StreamDescriptionSummary: summary } = await kinesis.send(
      new DescribeStreamSummaryCommand({ StreamName }),
    );
    const open = Shards.filter(
      ({ SequenceNumberRange: range }) => range?.EndingSequenceNumber === undefined,
    );
    const asked: Facts = {
      shards: open.map(({ ShardId }) => ShardId).join(),
      retention: summary?.RetentionPeriodHours,
      documents: await fetch(opensearch).then(
        ({ ok }) => ok,
        () => false,
      ),
    };
    if (!parts.includes("state")) return asked;
    const { jobs } = (await json(`${flink}/jobs/overview`)) as {
      jobs: { jid: string; state: string }[];
    };
    const [job] = jobs;
    const { counts } = (await json(`${flink}/jobs/${job?.jid}/checkpoints`)) as {
      counts: { completed: number };
    };
    return { ...asked, state: job?.state, checkpoints: counts.completed };
  }

  const everything = ["shards", "retention", "state", "checkpoints", "documents"] as const;
  const verdict = () => page.locator(".verdict").innerText();
  const said = async (pattern: RegExp) => {
    await until(async () => pattern.test(await verdict()));
  };
  const isCalm = async () => {
    await until(async () => {
      const { verdict: judged, lag } = await status();
      return judged.level === "idle" && lag.resultSeconds === 0;
    });
  };
  const journal = async () => (await status()).journal.map(({ text }) => text);
  /** Agreement while nothing flows; then what happens, while records flow; then agreement again. */
  async function through(
    happen: () => Promise<unknown>,
    during: (before: Figures) => Promise<void>,
  ): Promise<void> {
    await paused(true);
    await isCalm();
    const before = await agree();
    await statusAgrees(everything);
    await paused(false);
    const over = happen();
    await during(before);
    await over;
    await until(async () => (await status()).verdict.level === "ok");
    await paused(true);
    await isCalm();
    const after = await agree();
    await statusAgrees(everything);
    expect(after).to.include({ job: "RUNNING", shards: before.shards });
    const { replay } = await status();
    const total = replay.up ? replay.value.progress.recordsPut : 0;
    expect(await page.locator("[data-stage=producer]").innerText()).to.include(
      `${whole.format(total)} of 9,983 records`,
    );
  }

  async function throughFault(name: string, during: (before: Figures) => Promise<void>) {
    const told = (await journal()).length;
    await through(() => act("fault", { name }), during);
    expect((await journal()).slice(told).join("\n")).to.match(/^Fault/m);
  }

  it("agrees with the services before there is a fault", async () => {
    await until(async () => {
      const { search, verdict: judged } = await status();
      return judged.level === "ok" && search.up && search.value.newest !== null;
    });
    await paused(true);
    await isCalm();
    const { job, documents } = await agree();
    expect(`${job}, ${documents}`).to.match(/^RUNNING, [1-9]/);
    await paused(false);
  });

  it("follows the job through the loss of a task manager", () =>
    throughFault("task-manager-killed", async () => {
      await said(/The job is (restarting|failing)|Results are/);
      await statusAgrees(everything);
      // A restart of a second may pass between two looks at the job.
      const restarted = /The job (runs again|was restarted)/;
      await until(async () => (await journal()).some((text) => restarted.test(text)));
    }));

  it("follows the job through the loss of its job manager", () =>
    throughFault("job-manager-killed", async () => {
      await said(/Flink's job manager does not answer/);
      await statusAgrees(["shards", "retention", "documents"]);
      expect(await page.locator("[data-stage=job]").innerText()).to.match(/down for [^]*as of/);
      await until(async () => (await journal()).some((text) => /answers again/.test(text)));
    }));

  for (const name of ["kinesis-throttled", "kinesis-errors"]) {
    it(`says that ${name} is happening, and only while it is`, () =>
      throughFault(name, async () => {
        await said(new RegExp(name));
        await statusAgrees(["state", "checkpoints", "documents"]);
      }));
  }

  it("keeps what OpenSearch said last while it is down", () =>
    throughFault("search-down", async () => {
      await said(/OpenSearch does not answer/);
      await statusAgrees(everything);
      const kept = (await figuresOfPage()).documents;
      expect(kept).to.match(/^[1-9]/);
      expect(await page.locator("[data-stage=search]").innerText()).to.match(/down for [^]*as of/);
      await said(/Results are \d+ s behind/);
      expect(await page.locator("[data-stage=search]").innerText()).to.include(kept);
      expect((await status()).lag.waits?.search).to.be.above(5);
    }));

  it("follows a stream from 2 shards to 4 and back", () =>
    through(
      () => act("reshard", { shards: 4 }),
      async () => {
        await until(async () => (await figuresOfPage()).shards === "4 shards");
        await statusAgrees(["shards", "retention", "documents"]);
        await act("reshard", { shards: 2 });
      },
    ));

  it("counts what the job makes of a second producer's duplicates out of order", () =>
    through(
      async () => {
        const { replay } = await status();
        const sentUntil = replay.up ? replay.value.progress.eventTime : null;
        const { region, streamName, endpoints } = pipeline;
        const env = kinesisEnvironment(endpoints.kinesis);
        const target = ["--stream", streamName, "--region", region, "--speedup", "max"];
        const range = ["--until", String(sentUntil), "--shuffle", "600", "--json"];
        const sent = await command(
          "producer/cli.ts",
          ["--input", SAMPLE, ...target, ...range],
          env,
        );
        expect(sent.code, sent.stderr).to.equal(0);
      },
      async () => {
        await statusAgrees(everything);
      },
    ));

  it("keeps its totals when the producer is killed, which is started again", async () => {
    await paused(false);
    await until(async () => (await status()).verdict.level === "ok");
    const put = async () => {
      const { replay } = await status();
      return replay.up ? replay.value.progress.recordsPut : 0;
    };
    const before = await put();
    const found = execFileSync("pgrep", ["-P", String(pipeline.pid), "-f", "replay-child"]);
    const producer = Number(found.toString());
    process.kill(producer, "SIGKILL");
    await until(() => !isAlive(producer));
    await until(async () =>
      (await journal()).some((text) => /^The producer ended \(SIGKILL\)/.test(text)),
    );
    await until(async () => (await status()).verdict.level === "ok");
    expect(await put()).to.be.at.least(before);
  });

  it("does what the commands ask for, and says why it does not", async () => {
    const paused = async () => (await status()).actions?.paused;
    expect(await command("local/cli.ts", ["pause"])).to.include({ code: 0 });
    await until(async () => (await paused()) === true);
    expect(await command("local/cli.ts", ["resume"])).to.include({ code: 0 });
    await until(async () => (await paused()) === false);
    const refused = await command("local/cli.ts", ["reshard", "9"]);
    expect(refused).to.include({ code: 2 });
    expect(refused.stderr).to.match(/one update takes it to 1 at least and 4 at most, not to 9/);
    expect(await command("local/cli.ts", ["stop"])).to.include({ code: 0 });
  });

  it("has no status and no logs to tell of where nothing runs", async () => {
    const status = await command("local/cli.ts", ["status"]);
    expect(status).to.include({ code: 2 });
    expect(status.stderr).to.match(/No pipeline is running here; start one with `npm run local`/);
    const logs = await command("local/cli.ts", ["logs", "absent"]);
    expect(logs).to.include({ code: 2 });
    expect(logs.stderr).to.match(/There is no log absent/);
  });
});
