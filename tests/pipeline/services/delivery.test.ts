import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { PutRecordsCommand } from "@aws-sdk/client-kinesis";
import { expect } from "chai";
import { parquetReadObjects } from "hyparquet";
import { DeliveryStream } from "../../../infra/delivery/delivery-stream";
import { loadWorkload } from "../../../infra/contracts/workload";
import { archiveOf } from "../../../infra/pipeline/workload";
import { EventStream } from "../../../infra/stream/event-stream";
import { type CloudStatus, type LocalCloud, localCloud } from "../../../local/services/cloud";
import { kinesisClient } from "../../../local/services/kinesis/kinesis-server";
import { requireEngine, Sandbox } from "../../engine/engine";
import { needsServices, newFolder, removeFolder, until } from "./support";

const region = "us-east-1";

/** The archive of the pipeline, without the rest of it. */
function program(): Promise<Readonly<Record<string, unknown>>> {
  const events = new EventStream("events", {
    mode: "PROVISIONED",
    shardCount: 2,
    retentionHours: 24,
  });
  const archive = new DeliveryStream("archive", {
    ...archiveOf(
      loadWorkload("workloads/taxi"),
      {
        format: "PARQUET",
        partitioned: true,
      },
      "streaming_dev",
    ),
    source: { streamArn: events.arn, statements: events.readStatements() },
    bufferMiB: 64,
    bufferSeconds: 900,
    keepSource: true,
    logRetentionDays: 7,
  });
  return Promise.resolve({ stream: events.name, bucket: archive.bucketName });
}

function trip(index: number) {
  return {
    id: index.toString(16).padStart(32, "0"),
    pickupTime: "2019-03-01T23:50:00Z",
    dropoffTime: index % 2 === 0 ? "2019-03-01T23:59:59Z" : "2019-03-02T00:10:00Z",
    // JFK, in Queens, and Alphabet City, in Manhattan.
    pickupZone: index % 3 === 0 ? 132 : 4,
    dropoffZone: 265,
    fareUsd: index / 2,
  };
}

describe("The archive on this machine", () => {
  const folder = newFolder();
  const sandbox = new Sandbox();
  let cloud: LocalCloud;
  let bucket = "";

  before(function () {
    return needsServices(this, "kinesisServer");
  });
  before(requireEngine);
  after(async () => {
    await cloud.stop();
    sandbox.remove();
    removeFolder(folder);
  });

  const start = async (fresh: boolean): Promise<string> => {
    cloud = await localCloud({
      folder,
      region,
      fresh,
      onProgress: () => undefined,
      onFailure: (error) => {
        throw error;
      },
    });
    const stack = await sandbox.open(program, { dataPlanes: cloud.dataPlanes });
    await stack.record({ refresh: !fresh });
    const outputs = await stack.outputs();
    sandbox.closeStacks();
    bucket = String(outputs["bucket"]);
    return String(outputs["stream"]);
  };
  const put = async (stream: string, records: readonly string[]): Promise<void> => {
    const client = kinesisClient(cloud.endpoints().kinesis, region);
    const answer = await client.send(
      new PutRecordsCommand({
        StreamName: stream,
        Records: records.map((text, index) => ({
          Data: Buffer.from(text),
          PartitionKey: String(index),
        })),
      }),
    );
    client.destroy();
    expect(answer.FailedRecordCount).to.equal(0);
  };
  const delivery = async (): Promise<CloudStatus["deliveries"][number]> => {
    const [status] = (await cloud.status()).deliveries;
    if (status === undefined) throw new Error("There is no delivery stream");
    return status;
  };
  const objects = (): string[] =>
    readdirSync(cloud.bucketFolder(bucket), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) =>
        path.relative(cloud.bucketFolder(bucket), path.join(parentPath, name)),
      )
      .sort();
  const archivedTrips = async (): Promise<Record<string, unknown>[]> => {
    const rows = await Promise.all(
      objects()
        .filter((key) => key.endsWith(".parquet"))
        .map((key) => parquetReadObjects({ file: new Uint8Array(content(key)).buffer })),
    );
    return rows.flat().sort((one, other) => (String(one["id"]) < String(other["id"]) ? -1 : 1));
  };
  const content = (key: string): Buffer => readFileSync(path.join(cloud.bucketFolder(bucket), key));

  it("sorts trips into folders by day and borough, as Parquet with the table's columns", async () => {
    const stream = await start(true);
    const trips = Array.from({ length: 120 }, (_, index) => trip(index));
    await put(stream, [...trips.map((one) => JSON.stringify(one)), "no trip", ""]);
    await until(async () => (await delivery()).buffered === 122);
    await cloud.stop();

    const folders = [...new Set(objects().map((key) => path.dirname(key)))];
    expect(folders.filter((name) => name.startsWith("events/"))).to.deep.equal([
      "events/day=2019-03-01/borough=manhattan",
      "events/day=2019-03-01/borough=queens",
      "events/day=2019-03-02/borough=manhattan",
      "events/day=2019-03-02/borough=queens",
    ]);
    const found = await archivedTrips();
    expect(found.map(({ id }) => id)).to.deep.equal(trips.map(({ id }) => id));
    expect(found[3]).to.deep.include({
      pickuptime: new Date("2019-03-01T23:50:00Z"),
      pickupzone: 132n,
      fareusd: 1.5,
      pickupborough: "Queens",
      dropoffborough: "Unknown",
      durationseconds: 1200n,
      passengers: null,
    });
  });

  it("files what is no trip as failed, and keeps every record as it came", () => {
    const [failed = "", ...others] = objects().filter((key) => key.startsWith("errors/"));
    expect(others).to.be.empty;
    expect(failed).to.match(/^errors\/processing-failed\/year=\d{4}\/month=\d{2}\/day=\d{2}\//);
    const document = JSON.parse(content(failed).toString()) as Readonly<Record<string, unknown>>;
    expect(document).to.include({
      rawData: Buffer.from("no trip").toString("base64"),
      errorCode: "Lambda.ProcessingFailedStatus",
      attemptsMade: 1,
    });
    const [source = "", ...more] = objects().filter((key) => key.startsWith("source/"));
    expect(more).to.be.empty;
    const kept = gunzipSync(content(source)).toString();
    expect(kept.match(/"id"/g)).to.have.length(120);
    expect(kept).to.include("no trip");
  });

  it("goes on after the last record of an earlier run", async () => {
    const stream = await start(false);
    await put(stream, [JSON.stringify(trip(120))]);
    await until(async () => (await delivery()).buffered === 1);
    await cloud.stop();
    expect(await archivedTrips()).to.have.length(121);
  });
});
