import { expect } from "chai";
import { deliveryTransform } from "../../../../local/services/firehose/delivery-transform";
import { FunctionError } from "../../../../local/services/lambda/function-process";
import { rejection } from "../rejection";

const records = ["a", "b"].map((text, index) => ({
  shardId: "s",
  sequenceNumber: String(index),
  partitionKey: "key",
  arrival: new Date(1_000),
  data: Buffer.from(text),
}));

interface Request {
  readonly records: readonly Readonly<Record<string, unknown>>[];
}

/** A transform whose function answers what is given, call by call; the last answer stays. */
function transform(...answers: readonly (Error | ((request: Request) => unknown))[]) {
  const requests: Request[] = [];
  return {
    requests,
    transform: deliveryTransform({
      retries: 2,
      deliveryStreamArn: "arn:archive",
      region: "us-east-1",
      invoke: (payload) => {
        const request = JSON.parse(payload) as Request;
        const answer = answers[Math.min(requests.length, answers.length - 1)];
        requests.push(request);
        if (answer === undefined || answer instanceof Error) {
          return Promise.reject(answer ?? new Error("no answer"));
        }
        return Promise.resolve(JSON.stringify(answer(request)));
      },
    }),
  };
}

const broken = new FunctionError("transform", { errorType: "Error", errorMessage: "broken" });
const ok = ({ records: asked }: Request) => ({
  records: asked.map(({ recordId, data }) => ({ recordId, data, result: "Ok" })),
});

describe("A delivery transform", () => {
  it("sends records as Firehose does", async () => {
    const { transform: subject, requests } = transform(ok);
    await subject(records);
    expect(requests).to.have.length(1);
    expect(requests[0]).to.deep.include({ deliveryStreamArn: "arn:archive", region: "us-east-1" });
    expect(requests[0]?.records[0]).to.deep.include({
      approximateArrivalTimestamp: 1_000,
      data: Buffer.from("a").toString("base64"),
    });
  });

  it("takes data and partition keys back, whatever the order of the answers", async () => {
    const { transform: subject } = transform(({ records: asked }) => ({
      records: asked
        .map(({ recordId, data }) => ({
          recordId,
          data,
          result: "Ok",
          metadata: { partitionKeys: { of: data } },
        }))
        .reverse(),
    }));
    expect(await subject(records)).to.deep.equal([
      { result: "Ok", data: Buffer.from("a"), partitionKeys: { of: "YQ==" } },
      { result: "Ok", data: Buffer.from("b"), partitionKeys: { of: "Yg==" } },
    ]);
  });

  for (const [what, answer, code] of [
    ["is left out", undefined, "Lambda.MissingRecordId"],
    ["has no data", { result: "Ok" }, "Lambda.InvalidData"],
    ["has failed", { result: "ProcessingFailed" }, "Lambda.ProcessingFailedStatus"],
    ["has a result that there is not", { result: "Fine" }, "Lambda.InvalidResult"],
  ] as const) {
    it(`fails a record that ${what}, and no other`, async () => {
      const { transform: subject } = transform(({ records: [first, second] }) => ({
        records: [
          ...(answer ? [{ ...answer, recordId: first?.["recordId"] }] : []),
          { recordId: second?.["recordId"], result: "Dropped" },
        ],
      }));
      const [first, second] = await subject(records);
      expect(first).to.include({ result: "ProcessingFailed", errorCode: code, attempts: 1 });
      expect(second).to.deep.equal({ result: "Dropped" });
    });
  }

  it("calls a function that fails again, and takes the answer that comes then", async () => {
    const { transform: subject, requests } = transform(broken, broken, ok);
    expect(await subject(records)).to.have.nested.property("[0].result", "Ok");
    expect(requests).to.have.length(3);
  });

  it("fails the batch when the function fails as often as it may", async () => {
    const { transform: subject, requests } = transform(broken);
    expect(await subject(records)).to.deep.equal(
      records.map(() => ({
        result: "ProcessingFailed",
        errorCode: "Lambda.FunctionError",
        errorMessage: "transform failed: Error: broken",
        attempts: 3,
      })),
    );
    expect(requests).to.have.length(3);
  });

  it("passes on what is not the function's failure", async () => {
    const { transform: subject } = transform(new Error("there is no function"));
    expect((await rejection(subject(records))).message).to.equal("there is no function");
  });
});
