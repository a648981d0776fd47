import { request } from "node:http";
import {
  FirehoseClient,
  PutRecordBatchCommand,
  PutRecordCommand,
  ResourceNotFoundException,
} from "@aws-sdk/client-firehose";
import { expect } from "chai";
import { freePorts } from "../../../../local/machine/ports";
import { DeliveryEndpoint } from "../../../../local/services/firehose/delivery-endpoint";
import { rejection } from "../rejection";

describe("Putting records into a delivery stream on this machine", () => {
  let port = 0;
  let endpoint: DeliveryEndpoint;
  let client: FirehoseClient;
  beforeEach(async () => {
    ({ firehose: port } = await freePorts(["firehose"]));
    endpoint = new DeliveryEndpoint(port);
    client = new FirehoseClient({
      endpoint: `http://127.0.0.1:${port}`,
      region: "us-east-1",
      credentials: { accessKeyId: "local", secretAccessKey: "local" },
    });
  });
  afterEach(async () => {
    client.destroy();
    await endpoint.stop();
  });

  it("works with the client of the SDK, one by one and in batches", async () => {
    const records = await endpoint.open("counted");
    const Record = { Data: Buffer.from("a") };
    const one = await client.send(new PutRecordCommand({ DeliveryStreamName: "counted", Record }));
    expect(one.RecordId).to.be.a("string");
    const batch = await client.send(
      new PutRecordBatchCommand({
        DeliveryStreamName: "counted",
        Records: ["b", "c"].map((text) => ({ Data: Buffer.from(text) })),
      }),
    );
    expect(batch.FailedPutCount).to.equal(0);
    expect(batch.RequestResponses).to.have.length(2);
    const texts: string[] = [];
    for await (const { data } of records.newRecords()) texts.push(Buffer.from(data).toString());
    expect(texts).to.deep.equal(["a", "b", "c"]);
  });

  it("is refused for a stream that is not there, or not any more", async () => {
    await endpoint.open("counted");
    endpoint.close("counted");
    const put = client.send(
      new PutRecordCommand({ DeliveryStreamName: "counted", Record: { Data: Buffer.from("a") } }),
    );
    expect(await rejection(put)).to.be.instanceOf(ResourceNotFoundException);
  });

  it("is refused for web pages", async () => {
    await endpoint.open("counted");
    for (const headers of [
      { origin: "http://127.0.0.1:3000" },
      { "sec-fetch-site": "cross-site" },
      { host: "rebound.example" },
    ]) {
      const status = await new Promise((resolve, reject) => {
        request({ port, host: "127.0.0.1", method: "POST", headers }, (response) => {
          response.resume();
          resolve(response.statusCode);
        })
          .on("error", reject)
          .end("{}");
      });
      expect(status, JSON.stringify(headers)).to.equal(403);
    }
  });
});
