import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CreateStreamCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type KinesisClient,
  ListShardsCommand,
} from "@aws-sdk/client-kinesis";
import { expect } from "chai";
import { kinesisClient, startKinesisServer } from "../../local/services/kinesis/kinesis-server";
import { freePorts } from "../../local/machine/ports";
import type { ServiceProcess } from "../../local/machine/process";
import { ServiceFolders } from "../../local/machine/service-folders";
import { systemRuntime } from "../../producer/replay/runtime";
import { PollingReader } from "../../producer/tail/polling-reader";
import { tail } from "../../producer/tail/tail";
import { deaggregated } from "../../producer/kinesis/aggregation";
import { bundleProducer, ProducerProcess } from "../producer/support/producer-process";
import { header, row } from "../producer/support/trip-rows";
import { needsServices, streamActive } from "./services/support";

const region = "us-east-1";
const zones = 120;
const trips = 4000;
/** Two of them need two seconds for the trips. */
const shards = 2;
const atFullSpeed = ["--speedup", "max", "--max-disorder", "86400"];

/** What was read of a partition key, in the order of arrival. */
type ByKey = ReadonlyMap<string, readonly string[]>;

describe("The producer and the Kinesis server with the limits of AWS", () => {
  let folder: string;
  let bundle: string;
  let endpoint: string;
  let server: ServiceProcess;
  let client: KinesisClient;
  let streams = 0;
  let stream = "";
  const running: ProducerProcess[] = [];

  before(async function () {
    await needsServices(this, "kinesisServer");
    folder = mkdtempSync(join(tmpdir(), "producer-delivery-"));
    bundle = bundleProducer(folder);
    writeTrips(join(folder, "trips.csv"));
    const { kinesis: port } = await freePorts(["kinesis"]);
    server = await startKinesisServer({
      port,
      region,
      accountId: "000000000000",
      folders: new ServiceFolders(join(folder, "services")),
      onProgress: () => undefined,
      onExit: () => undefined,
    });
    endpoint = `http://127.0.0.1:${port}`;
    client = kinesisClient(endpoint, region);
  });
  after(async () => {
    client.destroy();
    await server.stop();
    rmSync(folder, { recursive: true });
  });
  beforeEach(async () => {
    streams += 1;
    stream = `delivery-${streams}`;
    await client.send(new CreateStreamCommand({ StreamName: stream, ShardCount: shards }));
    await streamActive(client, stream);
  });
  afterEach(async () => {
    await disturb({});
    for (const producer of running.splice(0)) {
      producer.kill("SIGKILL");
      await producer.exit();
    }
  });

  function start(...args: readonly string[]): ProducerProcess {
    const env = {
      AWS_ENDPOINT_URL_KINESIS: endpoint,
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: "local",
      AWS_SECRET_ACCESS_KEY: "local",
    };
    const producer = new ProducerProcess(bundle, args, env, folder);
    running.push(producer);
    return producer;
  }
  const replayTrips = (...args: readonly string[]) =>
    start("--stream", stream, "--input", "trips.csv", "--json", ...atFullSpeed, ...args);

  /** Ends the replay and returns its report, which must say that every record was put. */
  async function finished(producer: ProducerProcess): Promise<Record<string, unknown>> {
    expect(await producer.exit(), producer.stderr).to.equal(0);
    expect(producer.report).to.include({ recordsPut: trips, recordsLost: 0 });
    return producer.report;
  }

  async function disturb(shares: object): Promise<void> {
    const answer = await fetch(`${endpoint}/faults`, {
      method: "PUT",
      body: JSON.stringify(shares),
    });
    expect(answer.status).to.equal(204);
  }

  /** Everything in the stream. A key is in one shard, whose order therefore is the key's. */
  async function read(text: (event: Record<string, unknown>) => string): Promise<ByKey> {
    await disturb({});
    const found = new Map<string, string[]>();
    const { Shards = [] } = await client.send(new ListShardsCommand({ StreamName: stream }));
    for (const { ShardId } of Shards) {
      const input = { StreamName: stream, ShardId, ShardIteratorType: "TRIM_HORIZON" as const };
      let { ShardIterator } = await client.send(new GetShardIteratorCommand(input));
      for (let behind = true; behind;) {
        const answer = await client.send(new GetRecordsCommand({ ShardIterator }));
        for (const { PartitionKey = "", Data = new Uint8Array() } of answer.Records ?? []) {
          for (const each of deaggregated({ partitionKey: PartitionKey, data: Data })) {
            const event = JSON.parse(Buffer.from(each.data).toString()) as Record<string, unknown>;
            const ofKey = found.get(each.partitionKey) ?? [];
            found.set(each.partitionKey, [...ofKey, text(event)]);
          }
        }
        ShardIterator = answer.NextShardIterator;
        behind = (answer.MillisBehindLatest ?? 0) > 0;
      }
    }
    return found;
  }
  const readTrips = () => read(({ distanceMiles }) => String(distanceMiles));

  it("delivers every trip once and in the order of its key, as fast as the shards take them", async () => {
    const report = await finished(replayTrips());
    expect(report).to.include({ throttled: 0, retries: 0 });
    expect(await readTrips()).to.deep.equal(expectedTrips());
  });

  it("is read back from a time before the stream was created", async () => {
    await finished(replayTrips());
    const reader = new PollingReader(client, stream, systemRuntime);
    let records = 0;
    const listener = { record: () => void (records += 1), lag: () => undefined };
    const { signal } = new AbortController();
    await tail(reader, Date.now() - 7 * 86_400_000, listener, signal, { untilTip: true });
    expect(records).to.equal(trips);
  });

  it("does so although the shards refuse single records, because it sends more than they take", async () => {
    const { throttled } = await finished(replayTrips("--rate-limit", "1000"));
    expect(throttled).to.be.greaterThan(0);
    expect(await readTrips()).to.deep.equal(expectedTrips());
  });

  it("does so although every tenth request is refused", async () => {
    await disturb({ throttled: 0.1 });
    const { throttled } = await finished(replayTrips());
    expect(throttled).to.be.greaterThan(0);
    expect(await readTrips()).to.deep.equal(expectedTrips());
  });

  it("loses nothing when every tenth request fails, half of them after the deed", async () => {
    await disturb({ failed: 0.1 });
    const { retries } = await finished(replayTrips());
    expect(retries).to.be.greaterThan(0);
    const arrived = await readTrips();
    expect(total(arrived)).to.be.greaterThan(trips);
    expect(firstArrivals(arrived)).to.deep.equal(expectedTrips());
  });

  it("loses nothing when the server does not answer in time", async () => {
    const producer = replayTrips();
    await producer.says('"type":"progress"');
    process.kill(server.pid, "SIGSTOP");
    try {
      await producer.says(/"retries":[1-9]/);
    } finally {
      process.kill(server.pid, "SIGCONT");
    }
    await finished(producer);
    expect(firstArrivals(await readTrips())).to.deep.equal(expectedTrips());
  });

  it("loses nothing when it is killed and resumed", async () => {
    const args = ["--resume", "position"];
    const killed = replayTrips(...args);
    await killed.says('"type":"progress"');
    killed.kill("SIGKILL");
    expect(await killed.exit()).to.equal("SIGKILL");
    const resumed = replayTrips(...args);
    expect(await resumed.exit(), resumed.stderr).to.equal(0);
    const { recordsSkipped, recordsPut, recordsLost } = resumed.report;
    expect(recordsSkipped).to.be.greaterThan(0).and.lessThan(trips);
    expect([Number(recordsSkipped) + Number(recordsPut), recordsLost]).to.deep.equal([trips, 0]);
    expect(firstArrivals(await readTrips())).to.deep.equal(expectedTrips());
  });

  it("delivers aggregated trades once and in the order of their symbols under throttling", async () => {
    const trades = [
      "--workload",
      "trades",
      "--symbols",
      "40",
      "--duration",
      "100s",
      ...atFullSpeed,
    ];
    const printed = start("--output", "stdout", ...trades);
    expect(await printed.exit(), printed.stderr).to.equal(0);
    const made = new Map<string, string[]>();
    for (const { symbol, id } of printed.reports) {
      const ofSymbol = made.get(String(symbol)) ?? [];
      made.set(String(symbol), [...ofSymbol, String(id)]);
    }
    // A record holds hundreds of trades: there are few requests.
    await disturb({ throttled: 0.5 });
    const sent = start("--stream", stream, "--aggregate", "--json", ...trades);
    expect(await sent.exit(), sent.stderr).to.equal(0);
    expect(sent.report).to.include({ recordsPut: total(made), recordsLost: 0 });
    expect(sent.report["retries"]).to.be.greaterThan(0);
    expect(await read(({ id }) => String(id))).to.deep.equal(made);
  });
});

/** A trip a second; its distance is its number, by which a test knows it. */
function writeTrips(path: string): void {
  const rows = Array.from({ length: trips }, (_, index) => {
    const dropoff = new Date(Date.UTC(2019, 2, 1, 13, 0, index));
    const text = dropoff.toISOString().slice(0, 19).replace("T", " ");
    return row({ dropoff: text, pickupZone: String(zoneOf(index)), distance: String(index) });
  });
  // Backwards: the order in the file must not matter.
  writeFileSync(path, [header, ...rows.reverse()].join("\n"));
}

function zoneOf(trip: number): number {
  return 1 + ((trip * 7919) % zones);
}

function expectedTrips(): ByKey {
  const found = new Map<string, string[]>();
  for (let trip = 0; trip < trips; trip += 1) {
    const zone = String(zoneOf(trip));
    found.set(zone, [...(found.get(zone) ?? []), String(trip)]);
  }
  return found;
}

function firstArrivals(arrived: ByKey): ByKey {
  return new Map([...arrived].map(([key, values]) => [key, [...new Set(values)]]));
}

function total(arrived: ByKey): number {
  return [...arrived.values()].reduce((sum, values) => sum + values.length, 0);
}
