import { execFile } from "node:child_process";
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import { deaggregated } from "../../../producer/kinesis/aggregation";
import { FakeKinesisServer } from "../../producer/support/fake-kinesis-server";
import { bundleProducer, ProducerProcess } from "../../producer/support/producer-process";
import { header, row } from "../../producer/support/trip-rows";

const sample = resolve("local/data/yellow_tripdata_sample_2019-03.csv");

describe("The replay command, bundled into one file", function () {
  this.timeout(20_000);
  let folder: string;
  let bundle: string;
  let server: FakeKinesisServer;
  let running: ProducerProcess[] = [];

  before(() => {
    bundle = bundleProducer(mkdtempSync(join(tmpdir(), "producer-bundle-")));
  });
  after(() => {
    rmSync(resolve(bundle, ".."), { recursive: true });
  });
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "producer-"));
    server = await FakeKinesisServer.start("trips", 3);
  });
  afterEach(async () => {
    await server.stop();
    for (const producer of running) {
      producer.kill("SIGKILL");
      await producer.exit();
    }
    running = [];
    rmSync(folder, { recursive: true });
  });

  function start(args: readonly string[], env: NodeJS.ProcessEnv = {}): ProducerProcess {
    const defaults = {
      AWS_ENDPOINT_URL_KINESIS: server.endpoint,
      AWS_REGION: "us-east-1",
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
    };
    const producer = new ProducerProcess(bundle, args, { ...defaults, ...env }, folder);
    running.push(producer);
    return producer;
  }

  const path = (name: string) => join(folder, name);
  const toStream = (input: string) => ["--stream", "trips", "--input", input, "--json"];
  const atFullSpeed = ["--speedup", "max", "--max-disorder", "86400"];
  const storedIds = () =>
    server.stream.records.map(({ data }) => {
      const { id } = JSON.parse(Buffer.from(data).toString()) as { id: string };
      return id;
    });
  const json = (name: string) =>
    JSON.parse(readFileSync(path(name), "utf8")) as Record<string, unknown>;

  /** Trips that end one after another, `gapMinutes` apart. */
  function tripFile(count: number, gapMinutes: number): string {
    const rows = Array.from({ length: count }, (_, index) => {
      const dropoff = new Date(Date.UTC(2019, 2, 1, 13, index * gapMinutes));
      const text = dropoff.toISOString().slice(0, 19).replace("T", " ");
      return row({ dropoff: text, pickupZone: String(1 + (index % 20)) });
    });
    writeFileSync(path("trips.csv"), [header, ...rows].join("\n"));
    return path("trips.csv");
  }

  it("sends a file of trips, reports on it and keeps what it rejected", async () => {
    const input = tripFile(300, 10);
    appendFileSync(input, `\n${row({ fare: "-1" })}\nnonsense\n`);
    const files = ["--report", "report.json", "--dead-letters", "rejected.jsonl"];
    const producer = start([...toStream(input), ...atFullSpeed, ...files]);
    expect(await producer.exit(), producer.stderr).to.equal(0);
    const { report } = producer;
    expect(report).to.deep.include({
      type: "report",
      tripsRead: 302,
      tripsRejected: { "negative-amount": 1, "unparsable-row": 1 },
      recordsSkipped: 0,
      recordsPut: 300,
      recordsLost: 0,
      throttled: 0,
      retries: 0,
      firstEventTime: "2019-03-01T18:00:00Z",
      lastEventTime: "2019-03-03T19:50:00Z",
      interrupted: false,
    });
    expect(json("report.json")).to.deep.equal(report);
    expect(server.stream.records).to.have.length(300);
    expect(new Set(storedIds()).size).to.equal(300);
    expect(readFileSync(path("rejected.jsonl"), "utf8").split("\n")).to.deep.equal([
      JSON.stringify({
        file: input,
        line: 302,
        reason: "negative-amount",
        detail: "fareUsd is -1; expected 0 or more",
        row: row({ fare: "-1" }),
      }),
      JSON.stringify({
        file: input,
        line: 303,
        reason: "unparsable-row",
        detail: "1 fields; the header has 8",
        row: "nonsense",
      }),
      "",
    ]);
  });

  it("ends with an error, and not as if all were well, where a disk is full", async function () {
    if (!existsSync("/dev/full")) this.skip();
    const input = tripFile(20, 1);
    appendFileSync(input, "\nnonsense");
    const full = async (shell: string, ...args: readonly string[]) => {
      const env = {
        AWS_ENDPOINT_URL_KINESIS: server.endpoint,
        AWS_REGION: "us-east-1",
        AWS_ACCESS_KEY_ID: "test",
        AWS_SECRET_ACCESS_KEY: "test",
        HOME: folder,
      };
      const command = ["-c", shell, "sh", process.execPath, bundle, "--input", input, ...args];
      const { code, stderr } = await promisify(execFile)("sh", command, { env }).then(
        (done) => ({ code: 0, ...done }),
        (error: unknown) => error as { readonly code: number; readonly stderr: string },
      );
      expect(stderr).to.include("ENOSPC").and.not.include("    at ");
      return { code, stderr };
    };
    const toNothing = 'exec "$@" > /dev/full';
    const plain = 'exec "$@"';
    const stream = ["--stream", "trips", ...atFullSpeed];
    expect((await full(toNothing, "--dry-run", "--json")).code).to.equal(1);
    expect((await full(toNothing, "--stream", "trips", "--json")).code).to.equal(1);
    expect((await full(plain, "--dry-run", "--report", "/dev/full")).code).to.equal(2);
    expect((await full(plain, "--dry-run", "--dead-letters", "/dev/full")).code).to.equal(2);
    expect((await full(plain, ...stream, "--report", "/dev/full")).code).to.equal(1);
    server.refusal = () => "InternalFailure";
    const lost = ["--lost-records", "/dev/full", "--max-attempts", "1"];
    expect((await full(plain, ...stream, ...lost)).stderr).to.include("file of --lost-records");
  });

  it("reads the standard input once, whatever its names, and reports to people on the standard error", async () => {
    const names = ["-", "/dev/stdin", "-"].flatMap((name) => ["--input", name]);
    const producer = start(["--stream", "trips", ...names]);
    producer.write([header, row(), row({ fare: "-1" })].join("\n"));
    expect(await producer.exit()).to.equal(0);
    expect(server.stream.records).to.have.length(1);
    expect(producer.stderr).to.include("Read 2 rows, rejected 1 negative-amount");
    expect(producer.stderr).to.match(/Sent 1 records \(0.0 MB\) in .* 0 lost/);
  });

  it("sends refused records and failed requests again, and follows a reshard", async () => {
    server.beforeAnswer = () => {
      server.beforeAnswer = () => Promise.resolve();
      server.stream.reshard(5);
      return Promise.resolve();
    };
    let puts = 0;
    server.refusal = () => {
      puts += 1;
      return puts % 4 === 1 ? "ProvisionedThroughputExceededException" : undefined;
    };
    const fault = { status: 500, type: "InternalFailure", message: "try again" };
    server.faults.push({ operation: "PutRecords", fault });
    server.faults.push({ operation: "ListShards", fault });
    server.faults.push({ operation: "DescribeStreamSummary", fault });
    const producer = start([...toStream(tripFile(40, 1)), ...atFullSpeed]);
    expect(await producer.exit(), producer.stderr).to.equal(0);
    expect(new Set(storedIds()).size).to.equal(40);
    expect(server.stream.records).to.have.length(40);
    expect(producer.report["recordsPut"]).to.equal(40);
    expect(producer.report["throttled"]).to.be.above(0);
    expect(producer.report["retries"]).to.be.above(producer.report["throttled"] as number);
  });

  it("ends with 1 when records are lost, and sends them when it is resumed", async () => {
    server.refusal = ({ partitionKey }) => (partitionKey === "3" ? "InternalFailure" : undefined);
    const args = [...toStream(tripFile(4, 0)), "--max-attempts", "2", "--resume", "position"];
    const failing = start(args);
    expect(await failing.exit()).to.equal(1);
    expect(failing.stderr).to.include("1 records were given up");
    server.refusal = () => undefined;
    const resumed = start(args);
    expect(await resumed.exit()).to.equal(0);
    expect(resumed.report).to.include({ recordsSkipped: 2, recordsPut: 2, recordsLost: 0 });
    expect(new Set(storedIds()).size).to.equal(4);
  });

  describe("when it is told to stop", () => {
    it("waits for what is under way, keeps its position and ends with 0", async () => {
      const firstRequest = new Promise<void>((received) => {
        server.beforeAnswer = () => {
          received();
          return Promise.resolve();
        };
      });
      const producer = start([...toStream(tripFile(3, 600)), "--resume", "position"]);
      await firstRequest;
      producer.kill("SIGTERM");
      expect(await producer.exit(), producer.stderr).to.equal(0);
      expect(producer.report).to.include({ recordsPut: 1, recordsLost: 0, interrupted: true });
      expect(json("position")["position"]).to.equal(1);
    });

    it("ends at once with 130 when it is told so again", async () => {
      const firstRequest = new Promise<void>((received) => {
        server.beforeAnswer = () => {
          received();
          return new Promise(() => undefined);
        };
      });
      const producer = start(toStream(tripFile(3, 600)));
      await firstRequest;
      producer.kill("SIGINT");
      await producer.says("Stopping");
      producer.kill("SIGINT");
      expect(await producer.exit()).to.equal(130);
    });
  });

  it("reports its progress, and loses nothing when it is killed and resumed", async () => {
    let requests = 0;
    server.beforeAnswer = () => {
      requests += 1;
      return requests <= 3 ? Promise.resolve() : new Promise(() => undefined);
    };
    const args = [...toStream(tripFile(300, 10)), ...atFullSpeed, "--resume", "position"];
    const killed = start(args);
    await killed.says('"type":"progress"');
    killed.kill("SIGKILL");
    expect(await killed.exit()).to.equal("SIGKILL");
    const { position } = json("position");
    expect(position).to.be.within(1, 299);
    const [progress] = killed.reports;
    expect(progress).to.include({ type: "progress", shards: 3, recordsTotal: 300, throttled: 0 });
    expect(progress).to.include.keys("at", "eventTime", "recordsPut", "bytesPut", "retries");
    expect(progress).to.include.keys("recordsPerSecond", "replayLagSeconds");

    server.beforeAnswer = () => Promise.resolve();
    const resumed = start(args);
    expect(await resumed.exit(), resumed.stderr).to.equal(0);
    expect(resumed.report["recordsSkipped"]).to.equal(position);
    expect(new Set(storedIds()).size).to.equal(300);
    expect(json("position")["position"]).to.equal(300);
  });

  it("waits an outage out, says why on the screen, and loses nothing", async () => {
    const fault = { status: 500, type: "InternalFailure", message: "down for now" };
    const puts = Array.from({ length: 5 }, () => ({ operation: "PutRecords", fault }));
    server.faults.push(...puts, { operation: "PutRecords", fault: { status: 403, body: "<p>" } });
    const args = [...toStream(tripFile(300, 10)), ...atFullSpeed, "--max-attempts", "1"];
    const producer = start(args);
    expect(await producer.exit(), producer.stderr).to.equal(0);
    expect(producer.report).to.include({ recordsPut: 300, recordsLost: 0, throttled: 0 });
    expect(producer.report["errors"]).to.deep.equal({ InternalFailure: 5, SyntaxError: 1 });
    // Which of the two is the newest depends on when progress is reported.
    const progress = producer.reports.find(({ lastError }) => Boolean(lastError));
    expect(progress?.["lastError"])
      .to.have.property("code")
      .that.is.oneOf(["InternalFailure", "SyntaxError"]);
    expect(progress?.["replayLagSeconds"]).to.equal(null);
  });

  it("keeps records given up in a file that can be sent", async () => {
    server.refusal = ({ partitionKey }) => (partitionKey === "7" ? "InternalFailure" : undefined);
    const args = [...toStream(tripFile(100, 10)), ...atFullSpeed, "--max-attempts", "2"];
    const producer = start([...args, "--lost-records", "lost.jsonl"]);
    expect(await producer.exit(), producer.stderr).to.equal(1);
    expect(producer.report).to.include({ recordsPut: 95, recordsLost: 5 });
    server.refusal = () => undefined;
    const again = start([...toStream(path("lost.jsonl")), ...atFullSpeed]);
    expect(await again.exit(), again.stderr).to.equal(0);
    expect(new Set(storedIds()).size).to.equal(100);
  });

  it("ends in order on a signal although no answer is complete", async () => {
    const cut = { status: 500, body: "{", isCut: true } as const;
    server.faults.push({
      operation: "PutRecords",
      fault: { status: 500, type: "InternalFailure", message: "" },
    });
    for (let index = 0; index < 20; index += 1) {
      server.faults.push({ operation: "PutRecords", fault: cut });
    }
    const producer = start([...toStream(tripFile(3, 10)), ...atFullSpeed, "--resume", "position"]);
    await producer.says("InternalFailure");
    producer.kill("SIGTERM");
    expect(await producer.exit(), producer.stderr).to.equal(1);
    expect(producer.report["type"]).to.equal("error");
    expect(json("position")["position"]).to.equal(0);
  });

  it("does not go on in another stream of the same name", async () => {
    const args = [...toStream(tripFile(3, 10)), ...atFullSpeed, "--resume", "position"];
    const first = start(args);
    expect(await first.exit(), first.stderr).to.equal(0);
    server.created += 1;
    const second = start(args);
    expect(await second.exit()).to.equal(2);
    expect(second.stderr).to.include("belongs to another replay (created ");
    expect(second.report["problems"]).to.have.length(1);
  });

  it("says what a dry run would send, without AWS", async () => {
    const producer = start(["--dry-run", "--input", sample], { AWS_REGION: "" });
    expect(await producer.exit()).to.equal(0);
    expect(producer.stdout)
      .to.include("Read 10,000 rows, rejected 13 negative-amount, 4 dropoff-not-after-pickup")
      .and.include("Would send 9,983 records (2.2 MB, 145 partition keys) in 62,685 s")
      .and.include('First event: {"id":"');
    expect(server.stream.records).to.have.length(0);
  });

  it("writes the trades it makes up as JSON lines, the same for the same seed", async () => {
    const args = ["--output", "stdout", "--workload", "trades", "--duration", "30s"];
    const runs = ["7", "7", "8"].map((seed) =>
      start([...args, "--seed", seed, "--speedup", "max"]),
    );
    for (const each of runs) {
      expect(await each.exit(), each.stderr).to.equal(0);
    }
    const [first, second, third] = runs.map(({ stdout }) => stdout);
    expect(first).to.equal(second);
    expect(first).not.to.equal(third);
    const times = runs[0]?.reports.map((trade) => String(trade["time"])) ?? [];
    expect(times.length).to.be.within(200, 400);
    expect(times).to.deep.equal(times.toSorted());
    expect(server.stream.records).to.have.length(0);
  });

  it("sends trades in records of many, with metrics and from a configuration file", async () => {
    const config = { stream: "trips", region: "us-east-1", workload: "trades", aggregate: true };
    writeFileSync(path("replay.json"), JSON.stringify(config));
    const rest = ["--duration", "10m", ...atFullSpeed, "--metrics", "emf"];
    const producer = start(["--config", "replay.json", "--report", "report.json", ...rest]);
    expect(await producer.exit(), producer.stderr).to.equal(0);
    const sent = server.stream.records.flatMap(deaggregated);
    expect(sent.length).to.equal(json("report.json")["recordsPut"]);
    expect(sent.length).to.be.above(5000);
    expect(server.stream.records.length).to.be.below(30);
    expect(producer.report).to.include({ StreamName: "trips", Errors: 0 });
  });

  it("follows a file over its rotation and a kill, and a pipe until it ends", async () => {
    const input = path("trips.jsonl");
    const trip = (index: number) => {
      const id = index.toString(16).padStart(32, "0");
      const times = { pickupTime: "2019-03-01T17:00:00Z", dropoffTime: "2019-03-01T18:00:00Z" };
      return `${JSON.stringify({ id, ...times, pickupZone: 1 + (index % 9), dropoffZone: 2 })}\n`;
    };
    const trips = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, index) => trip(from + index)).join("");
    const follow = (...args: string[]) =>
      start(["--stream", "trips", "--json", "--follow", "--input", ...args]);
    const resumed = [input, "--resume", path("position"), "--dead-letters", path("rejected")];
    writeFileSync(input, trips(0, 100) + trip(100).slice(0, 20));
    const first = follow(...resumed);
    await first.says('"recordsPut":100');
    appendFileSync(input, `${trip(100).slice(20)}{"no": "trip"}\n`);
    await first.says('"recordsPut":101');
    first.kill("SIGKILL");
    await first.exit();
    appendFileSync(input, trips(101, 150));
    renameSync(input, path("trips.jsonl.1"));
    writeFileSync(input, trips(150, 160));
    const second = follow(...resumed);
    await second.says('"recordsPut":59');
    writeFileSync(input, trips(160, 165));
    await second.says('"recordsPut":64');
    second.kill("SIGTERM");
    expect(await second.exit(), second.stderr).to.equal(0);
    expect(second.report).to.include({ recordsPut: 64, recordsLost: 0 });
    const pipe = follow("-", "--format", "jsonl");
    pipe.write(trips(165, 170));
    expect(await pipe.exit(), pipe.stderr).to.equal(0);
    const all = Array.from({ length: 170 }, (_, index) => index.toString(16).padStart(32, "0"));
    expect(storedIds().sort()).to.deep.equal(all);
    const [rejected = ""] = readFileSync(path("rejected"), "utf8").split("\n");
    expect(JSON.parse(rejected)).to.include({ line: 102, reason: "invalid-event" });
    expect(await follow(input, "--loop").exit()).to.equal(2);
    expect(await follow("https://example.org/a.jsonl").exit()).to.equal(2);
  });

  it("begins again in a loop until it is told to stop, and resumes there", async () => {
    const loop = [...toStream(tripFile(3, 0)), "--loop", "--shift-to-now", "--max-rate", "50"];
    const args = [...loop, ...atFullSpeed, "--resume", "position"];
    const twice = new Promise<void>((reached) => {
      server.beforeAnswer = () => {
        if (server.stream.records.length >= 6) {
          reached();
        }
        return Promise.resolve();
      };
    });
    const first = start(args);
    await twice;
    first.kill("SIGTERM");
    expect(await first.exit(), first.stderr).to.equal(0);
    const position = json("position")["position"] as number;
    expect(position).to.equal(server.stream.records.length);
    const resumed = start(args);
    await resumed.says('"type":"progress"');
    resumed.kill("SIGTERM");
    expect(await resumed.exit(), resumed.stderr).to.equal(0);
    expect(resumed.report["recordsSkipped"]).to.equal(position);
    expect(new Set(storedIds()).size).to.equal(server.stream.records.length);
  });

  describe("refuses to start and sends nothing", () => {
    afterEach(() => {
      expect(server.stream.records).to.have.length(0);
    });

    async function refusal(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
      const producer = start(args, env);
      expect(await producer.exit(), producer.stderr).to.equal(2);
      return producer.stderr;
    }

    it("when it is asked for help, or an option is not known or has a wrong value", async () => {
      const help = start(["--help"]);
      const [unknown, wrong] = await Promise.all([
        refusal(["--speed", "1"]),
        refusal(["--speedup=-1", "--stream=a b"]),
      ]);
      expect(await help.exit()).to.equal(0);
      expect(help.stdout).to.include("--max-disorder <seconds>").and.include("Exit codes:");
      expect(unknown).to.include("unknown option --speed; did you mean --speedup?");
      expect(wrong).to.include("--speedup must be");
    });

    it("when the stream does not exist or is not active", async () => {
      const input = tripFile(1, 0);
      server.status = "DELETING";
      const [missing, deleting] = await Promise.all([
        refusal(["--stream", "trips2", "--input", input]),
        refusal(toStream(input)),
      ]);
      expect(missing).to.include("does not exist there; create it or correct --stream");
      expect(deleting).to.include("stream trips is DELETING");
    });

    it("when a permission, the credentials or the server is missing", async () => {
      const input = toStream(tripFile(1, 0));
      const fault = { status: 400, type: "AccessDeniedException", message: "not authorized" };
      server.faults.push({ operation: "PutRecords", fault });
      const [denied, anonymous, unreachable] = await Promise.all([
        refusal(input),
        refusal(input, { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined }),
        refusal(input, { AWS_ENDPOINT_URL_KINESIS: "http://127.0.0.1:9" }),
      ]);
      expect(denied).to.include("allow kinesis:DescribeStreamSummary");
      expect(anonymous).to.include("no AWS credentials were found");
      expect(unreachable).to.include("http://127.0.0.1:9) cannot be reached");
    });
  });
});
