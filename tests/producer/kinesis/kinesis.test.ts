import { expect } from "chai";
import { outgoingRecord } from "../../../producer/events/record";
import { KinesisStream } from "../../../producer/kinesis/kinesis";
import { isRetryable } from "../../../producer/kinesis/kinesis-error";
import type { Fault } from "../support/fake-kinesis-server";
import { FakeKinesisServer } from "../support/fake-kinesis-server";

/** Long enough for an answer of a server on this machine that gives one. */
const timeoutMs = 2000;
/** For answers that never end. */
const shortTimeoutMs = 100;

describe("A call of the stream", function () {
  this.timeout(20_000);
  const kept = { ...process.env };
  let server: FakeKinesisServer;
  let stream: KinesisStream;
  beforeEach(async () => {
    server = await FakeKinesisServer.start("trips", 1);
    process.env["AWS_ENDPOINT_URL_KINESIS"] = server.endpoint;
    process.env["AWS_ACCESS_KEY_ID"] = "test";
    process.env["AWS_SECRET_ACCESS_KEY"] = "test";
    stream = new KinesisStream("trips", "us-east-1", timeoutMs);
  });
  afterEach(async () => {
    stream.close();
    await server.stop();
    process.env = kept;
  });

  const put = (into = stream) => into.putRecords([outgoingRecord(0, 0, "a", Buffer.from("{}"))]);
  const failure = async (
    operation: string,
    call: (into: KinesisStream) => Promise<unknown>,
    fault: Fault,
  ) => {
    server.faults.push({ operation, fault });
    const isCut = "isCut" in fault && fault.isCut;
    const failing = new KinesisStream("trips", "us-east-1", isCut ? shortTimeoutMs : timeoutMs);
    const error: unknown = await call(failing).then(() => undefined, Object);
    failing.close();
    // The same call is answered when the fault is over.
    await call(stream);
    return error;
  };

  const malformed: [title: string, fault: Fault][] = [
    ["a page of a proxy", { status: 403, body: "<html>no</html>" }],
    ["a page instead of an answer", { status: 200, body: "<html>ok</html>" }],
    ["no text", { status: 403, body: "" }],
    ["an empty answer", { status: 200, body: "{}" }],
    ["half a JSON text", { status: 400, body: '{"__type":"Foo' }],
    ["half an answer", { status: 200, body: '{"Records":[{"Sha' }],
    ["an answer of too few records", { status: 200, body: '{"Records":[]}' }],
    ["an answer without a shard", { status: 200, body: '{"Records":[{}]}' }],
    ["an answer that never ends", { status: 200, body: '{"Records":', isCut: true }],
    ["an error that never ends", { status: 500, body: '{"__type"', isCut: true }],
  ];
  for (const [title, fault] of malformed) {
    it(`may be repeated after ${title}`, async () => {
      const error = await failure("PutRecords", put, fault);
      expect(isRetryable(error), String(error)).to.equal(true);
    });
  }

  it("names a stream of another account by its ARN", async () => {
    const { arn } = await stream.describe();
    const other = new KinesisStream(arn, "us-east-1", timeoutMs);
    expect((await other.describe()).arn).to.equal(arn);
    expect(await other.openShards()).to.have.length(1);
    expect(await other.putRecords([outgoingRecord(0, 0, "a", Buffer.from("{}"))])).to.have.length(
      1,
    );
    other.close();
  });

  it("ends, whichever it is", async () => {
    const fault = { status: 200, body: "{", isCut: true } as const;
    const describe = await failure("DescribeStreamSummary", (each) => each.describe(), fault);
    const list = await failure("ListShards", (each) => each.openShards(), fault);
    expect([describe, list].map((error) => (error as Error).name)).to.deep.equal([
      "TimeoutError",
      "TimeoutError",
    ]);
  });

  it("ends when the stream is closed", async () => {
    server.faults.push({ operation: "PutRecords", fault: { status: 200, body: "{", isCut: true } });
    const outcome = put().then(String, String);
    stream.close();
    expect(await outcome).to.include("AbortError");
  });

  it("is not repeated after a refusal by the service", async () => {
    const fault = { status: 400, type: "AccessDeniedException", message: "no" };
    expect(isRetryable(await failure("PutRecords", put, fault))).to.equal(false);
  });
});
