import path from "node:path";
import {
  CreateStreamCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type KinesisClient,
} from "@aws-sdk/client-kinesis";
import { expect } from "chai";
import { freePorts } from "../../../local/machine/ports";
import type { ServiceProcess } from "../../../local/machine/process";
import { ServiceFolders } from "../../../local/machine/service-folders";
import { RestApiPlane } from "../../../local/services/api/rest-api-plane";
import { kinesisClient, startKinesisServer } from "../../../local/services/kinesis/kinesis-server";
import { declaredIngestion, urlOf } from "../../local/services/api/declared-ingestion";
import { needsServices, newFolder, removeFolder, streamActive } from "./support";

describe("HTTP ingestion into the Kinesis server", () => {
  const folder = newFolder();
  const stream = { StreamName: "views" };
  let server: ServiceProcess;
  let client: KinesisClient;
  let plane: RestApiPlane;
  let url = "";

  before(async function () {
    await needsServices(this, "kinesisServer");
    const ports = await freePorts(["kinesis", "api"]);
    server = await startKinesisServer({
      port: ports.kinesis,
      region: "eu-central-1",
      accountId: "123456789012",
      folders: new ServiceFolders(folder),
      onProgress: () => undefined,
      onExit: () => undefined,
    });
    const kinesis = `http://127.0.0.1:${ports.kinesis}`;
    client = kinesisClient(kinesis, "eu-central-1");
    await client.send(new CreateStreamCommand({ ...stream, ShardCount: 1 }));
    await streamActive(client, stream.StreamName);
    plane = new RestApiPlane({
      port: ports.api,
      kinesis: () => Promise.resolve(kinesis),
      logFile: path.join(folder, "logs", "api.log"),
    });
    url = await urlOf(plane, await declaredIngestion({ streamName: stream.StreamName }));
  });
  after(async () => {
    await plane.stop();
    client.destroy();
    await server.stop();
    removeFolder(folder);
  });

  const post = async (body: string): Promise<[number, Readonly<Record<string, unknown>>]> => {
    const authorization = "AWS4-HMAC-SHA256 Credential=local/1/2/execute-api/aws4_request";
    const response = await fetch(url, {
      method: "POST",
      headers: { authorization, "content-type": "application/json" },
      body,
    });
    return [response.status, (await response.json()) as Record<string, unknown>];
  };

  it("puts valid events, whose positions it answers with, and none that is invalid", async () => {
    const [status, answer] = await post('{"page":"a", "views":1.50}');
    expect(status).to.equal(200);
    expect(answer).to.have.property("ShardId", "shardId-000000000000");
    expect((await post('{"views":1}'))[0]).to.equal(400);
    // Kinesis takes keys of at most 256 characters.
    const [refused, { message }] = await post(JSON.stringify({ page: "p".repeat(257) }));
    expect(refused).to.equal(400);
    expect(message).to.contain("256");
    const { ShardIterator } = await client.send(
      new GetShardIteratorCommand({
        ...stream,
        ShardId: String(answer["ShardId"]),
        ShardIteratorType: "TRIM_HORIZON",
      }),
    );
    const { Records = [] } = await client.send(new GetRecordsCommand({ ShardIterator }));
    expect(
      Records.map(({ Data, PartitionKey, SequenceNumber }) => [
        Buffer.from(Data ?? []).toString(),
        PartitionKey,
        SequenceNumber,
      ]),
    ).to.deep.equal([['{"page":"a", "views":1.50}', "a", answer["SequenceNumber"]]]);
  });
});
