import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { PutRecordsCommand } from "@aws-sdk/client-kinesis";
import { expect } from "chai";
import { DeliveryStream } from "../../../infra/delivery/delivery-stream";
import { StreamFunction } from "../../../infra/function/stream-function";
import { EventStream } from "../../../infra/stream/event-stream";
import { type CloudStatus, type LocalCloud, localCloud } from "../../../local/services/cloud";
import { kinesisClient } from "../../../local/services/kinesis/kinesis-server";
import { projectRoot } from "../../support/command";
import { requireEngine, Sandbox } from "../../engine/engine";
import { needsServices, newFolder, removeFolder, until } from "./support";

const region = "us-east-1";

/** The example's handler on a stream of two shards. */
function program(): Promise<Readonly<Record<string, unknown>>> {
  const events = new EventStream("events", {
    mode: "PROVISIONED",
    shardCount: 2,
    retentionHours: 24,
    fanOutConsumers: ["counter"],
  });
  const counted = new DeliveryStream("counted", {
    bufferMiB: 1,
    bufferSeconds: 900,
    logRetentionDays: 7,
  });
  const counter = new StreamFunction("counter", {
    entryPath: path.join(projectRoot, "examples/stream-function/handler.ts"),
    source: {
      streamArn: events.arn,
      consumerArn: events.consumerArns["counter"],
      statements: [...events.readStatements(), ...events.fanOutStatements()],
    },
    delivery: { name: counted.name, statements: counted.putStatements() },
    retries: 1,
    batchSize: 20,
    parallelization: 2,
    logRetentionDays: 7,
  });
  return Promise.resolve({
    stream: events.name,
    bucket: counted.bucketName,
    failures: counter.failuresBucketName,
  });
}

describe("A function on a stream on this machine", () => {
  const folder = newFolder();
  const sandbox = new Sandbox();
  let cloud: LocalCloud;
  let outputs: Readonly<Record<string, unknown>> = {};

  before(function () {
    return needsServices(this, "kinesisServer");
  });
  before(requireEngine);
  before(async () => {
    cloud = await localCloud({
      folder,
      region,
      fresh: true,
      onProgress: () => undefined,
      onFailure: (error) => {
        throw error;
      },
    });
    const stack = await sandbox.open(program, { dataPlanes: cloud.dataPlanes });
    await stack.record();
    outputs = await stack.outputs();
    sandbox.closeStacks();
  });
  after(async () => {
    await cloud.stop();
    sandbox.remove();
    removeFolder(folder);
  });

  const status = async (): Promise<CloudStatus["eventSources"][number]> => {
    const [source] = (await cloud.status()).eventSources;
    if (source === undefined) throw new Error("There is no event source mapping");
    return source;
  };
  const contents = (output: string): Buffer[] => {
    const bucket = cloud.bucketFolder(String(outputs[output]));
    return readdirSync(bucket, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => readFileSync(path.join(parentPath, name)));
  };

  it("isolates the poison record, and archives all others in order per key", async () => {
    const texts = Array.from({ length: 200 }, (_, index) =>
      index === 77 ? "poison" : JSON.stringify({ key: index % 8, index }),
    );
    const client = kinesisClient(cloud.endpoints().kinesis, region);
    await client.send(
      new PutRecordsCommand({
        StreamName: String(outputs["stream"]),
        Records: texts.map((text, index) => ({
          Data: Buffer.from(text),
          PartitionKey: String(index % 8),
        })),
      }),
    );
    client.destroy();
    await until(async () => {
      const { processed, failed } = await status();
      return processed + failed === texts.length;
    });
    expect(await status()).to.include({ processed: 199, failed: 1, waiting: 0 });

    const [failure, ...others] = contents("failures").map(
      (content) => JSON.parse(content.toString()) as { readonly payload: string },
    );
    expect(others).to.deep.equal([]);
    const { Records } = JSON.parse(failure?.payload ?? "") as {
      readonly Records: readonly { readonly kinesis: { readonly data: string } }[];
    };
    expect(
      Records.map(({ kinesis }) => Buffer.from(kinesis.data, "base64").toString()),
    ).to.deep.equal(["poison"]);
  });

  it("keeps its position, and delivers what it put, over a stop", async () => {
    await cloud.stop();
    const lines = contents("bucket").flatMap((content) =>
      gunzipSync(content).toString().trim().split("\n"),
    );
    const rows = lines.map(
      (line) => JSON.parse(line) as { readonly key: number; readonly index: number },
    );
    expect(rows).to.have.length(199);
    for (let key = 0; key < 8; key += 1) {
      const indices = rows.filter((row) => row.key === key).map(({ index }) => index);
      expect(indices).to.deep.equal([...indices].sort((one, other) => one - other));
    }
    expect(rows[0]).to.have.property("arrival");
  });
});
