import { readFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import type { HttpIngestionArgs } from "../../../../infra/ingestion/http-ingestion";
import { freePorts } from "../../../../local/machine/ports";
import type { DeclaredResource } from "../../../../local/provider/data-plane";
import { RestApiPlane } from "../../../../local/services/api/rest-api-plane";
import { type Answer, httpServer } from "../http-server";
import { temporaryFolder } from "../temporary-folder";
import { declaredIngestion, urlOf } from "./declared-ingestion";

const signature = {
  authorization: "AWS4-HMAC-SHA256 Credential=local/1/2/execute-api/aws4_request",
};
const put = { SequenceNumber: "49", ShardId: "shardId-000000000000", EncryptionType: "KMS" };

describe("A REST API on this machine", () => {
  let answer: Answer = { body: put };
  const kinesis = httpServer(() => answer);
  const folder = temporaryFolder();
  let milliseconds = 0;
  let plane: RestApiPlane;
  let declared: DeclaredResource[] = [];
  let url = "";

  const start = async (): Promise<number> => {
    const { port } = await freePorts(["port"]);
    plane = new RestApiPlane({
      port,
      kinesis: () => Promise.resolve(`http://${kinesis.address()}`),
      logFile: path.join(folder(), "logs", "api.log"),
      now: () => milliseconds,
    });
    return port;
  };
  const declare = async (args: Partial<HttpIngestionArgs> = {}): Promise<void> => {
    await start();
    declared = await declaredIngestion(args);
    url = await urlOf(plane, declared);
  };
  const post = async (
    body: unknown,
    headers: Readonly<Record<string, string>> = signature,
  ): Promise<[number, unknown]> => {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: text,
    });
    return [response.status, await response.json()];
  };
  const records = (): unknown[] =>
    kinesis.requests.map(({ body }) => {
      const { StreamName, Data, PartitionKey } = JSON.parse(body) as Record<string, string>;
      return [StreamName, Buffer.from(Data ?? "", "base64").toString(), PartitionKey];
    });

  beforeEach(() => {
    answer = { body: put };
    milliseconds = 0;
    url = "";
  });
  afterEach(() => plane.stop());

  it("puts a valid event into the stream, as it came", async () => {
    await declare();
    expect(await post('{ "page": "a \\"é\\"" }')).to.deep.equal([200, put]);
    expect(records()).to.deep.equal([["events", '{ "page": "a \\"é\\"" }', 'a "é"']]);
    expect(kinesis.requests[0]?.headers).to.include({
      "x-amz-target": "Kinesis_20131202.PutRecord",
      "content-type": "application/x-amz-json-1.1",
    });
  });

  it("refuses what API Gateway refuses, and writes the reason to a log", async () => {
    await declare();
    const invalid = [400, { message: "Invalid request body" }];
    expect(await post({ page: "" })).to.deep.equal(invalid);
    expect(await post({ page: "a", views: 0 })).to.deep.equal(invalid);
    expect(await post({ page: "a", other: 1 })).to.deep.equal(invalid);
    expect(await post("page")).to.deep.equal(invalid);
    expect(await post({ page: "a" }, { ...signature, "content-type": "text/plain" })).to.deep.equal(
      [415, { message: "Unsupported Media Type" }],
    );
    const unsigned = [403, { message: "Missing Authentication Token" }];
    expect(await post({ page: "a" }, {})).to.deep.equal(unsigned);
    url = url.replace(/events$/, "others");
    expect(await post({ page: "a" })).to.deep.equal(unsigned);
    expect(records()).to.deep.equal([]);
    expect(readFileSync(path.join(folder(), "logs", "api.log"), "utf8"))
      .to.match(/400 Invalid request body: .*page/)
      .and.match(/403 Missing Authentication Token: the request is not signed/);
  });

  it("refuses web pages and other host names", async () => {
    await declare();
    const forbidden = [403, { message: "Forbidden" }];
    expect(
      await post({ page: "a" }, { ...signature, origin: "https://example.com" }),
    ).to.deep.equal(forbidden);
    const byPage = { ...signature, "sec-fetch-site": "cross-site" };
    expect((await post({ page: "a" }, byPage))[0]).to.equal(403);
    expect(records()).to.deep.equal([]);
  });

  it("throttles above the declared rate, which time fills up again", async () => {
    await declare({ requestsPerSecond: 3 });
    const statuses = async (count: number): Promise<number[]> => {
      const found: number[] = [];
      for (let sent = 0; sent < count; sent++) found.push((await post({ page: "a" }))[0]);
      return found;
    };
    expect(await statuses(5)).to.deep.equal([200, 200, 200, 429, 429]);
    milliseconds += 700;
    expect(await statuses(3)).to.deep.equal([200, 200, 429]);
    expect(records()).to.have.length(5);
  });

  it("asks for the key of a usage plan, and counts its quota", async () => {
    await declare({ access: "ApiKey", requestsPerDay: 2 });
    const forbidden = [403, { message: "Forbidden" }];
    expect(await post({ page: "a" })).to.deep.equal(forbidden);
    expect(await post({ page: "a" }, { "x-api-key": "another" })).to.deep.equal(forbidden);
    const key = { "x-api-key": "the-key" };
    expect((await post({ page: "a" }, key))[0]).to.equal(200);
    expect((await post({ page: "a" }, key))[0]).to.equal(200);
    expect(await post({ page: "a" }, key)).to.deep.equal([429, { message: "Limit Exceeded" }]);
  });

  it("asks for the header of the partition key", async () => {
    await declare({ partitionKey: { header: "X-Key" } });
    expect(await post({ page: "a" })).to.deep.equal([
      400,
      { message: "Missing required request parameters: [X-Key]" },
    ]);
    await post({ page: "a" }, { ...signature, "x-key": "k 1" });
    expect(records()).to.deep.equal([["events", '{"page":"a"}', "k+1"]]);
  });

  it("maps what Kinesis refuses as the program declares it", async () => {
    await declare();
    const refuse = (type: string): void => {
      answer = { status: 400, body: { __type: type, message: "Too long" } };
    };
    refuse("ProvisionedThroughputExceededException");
    expect(await post({ page: "a" })).to.deep.equal([429, { message: "Too Many Requests" }]);
    refuse("ValidationException");
    expect(await post({ page: "a" })).to.deep.equal([400, { message: "Too long" }]);
    refuse("ResourceNotFoundException");
    expect(await post({ page: "a" })).to.deep.equal([500, { message: "Internal server error" }]);
    answer = { status: 503, body: {} };
    expect((await post({ page: "a" }))[0]).to.equal(500);
  });

  it("is there again after a restart, in whatever order its resources are read", async () => {
    await declare();
    const address = url.replace(/\/events$/, "");
    await plane.stop();
    const port = await start();
    const read = [...declared].reverse().map((resource) => {
      return { ...resource, outputs: { ...resource.outputs, invokeUrl: address } };
    });
    url = await urlOf(plane, read, "read");
    expect(url).to.contain(`:${port}/`);
    expect((await post({ page: "a" }))[0]).to.equal(200);
  });
});
