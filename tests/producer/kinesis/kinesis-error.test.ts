import { expect } from "chai";
import { backoffMs } from "../../../producer/kinesis/backoff";
import { explain } from "../../../producer/kinesis/kinesis-advice";
import { isRetryable } from "../../../producer/kinesis/kinesis-error";

const serviceError = (name: string, httpStatusCode: number) =>
  Object.assign(new Error("said AWS"), { name, $metadata: { httpStatusCode }, $fault: "client" });
const networkError = (code: string) => Object.assign(new Error(""), { code });

describe("An error of the service", () => {
  const passing = [
    serviceError("ProvisionedThroughputExceededException", 400),
    serviceError("ThrottlingException", 400),
    serviceError("KMSThrottlingException", 400),
    serviceError("ExpiredTokenException", 400),
    serviceError("InternalFailure", 500),
    serviceError("ServiceUnavailable", 503),
    serviceError("TooManyRequests", 429),
    Object.assign(new Error("Signature expired"), {
      name: "InvalidSignatureException",
      $metadata: { httpStatusCode: 400, clockSkewCorrected: true },
    }),
    Object.assign(new Error(""), { name: "TimeoutError" }),
    networkError("ECONNRESET"),
    networkError("ENOTFOUND"),
  ];
  for (const error of passing) {
    const name = "code" in error ? String(error.code) : error.name;
    it(`passes when it is ${name}`, () => {
      expect(isRetryable(error)).to.equal(true);
    });
  }

  const lasting = [
    serviceError("ResourceNotFoundException", 400),
    serviceError("AccessDeniedException", 400),
    serviceError("ValidationException", 400),
    serviceError("InvalidArgumentException", 400),
    serviceError("InvalidSignatureException", 400),
    serviceError("KMSDisabledException", 400),
    Object.assign(new Error(""), { name: "CredentialsProviderError" }),
    new TypeError("undefined is not a function"),
    Object.assign(new Error(""), { code: "ERR_INVALID_ARG_TYPE" }),
  ];
  for (const error of lasting) {
    const name = "code" in error ? String(error.code) : error.name;
    it(`lasts when it is ${name}`, () => {
      expect(isRetryable(error)).to.equal(false);
    });
  }
});

describe("The advice on an error", () => {
  const target = { stream: "trips", region: "us-east-1", endpoint: undefined };

  it("names the stream, the fix and what the service said", () => {
    const error = serviceError("AccessDeniedException", 400);
    expect(explain(error, target))
      .to.include("stream trips (us-east-1)")
      .and.include("kinesis:PutRecords")
      .and.include("(AccessDeniedException: said AWS)");
  });

  it("names the endpoint where the environment overrides it", () => {
    const local = { ...target, endpoint: "http://127.0.0.1:4567" };
    expect(explain(networkError("ECONNREFUSED"), local)).to.equal(
      "stream trips (http://127.0.0.1:4567) cannot be reached; check that the server runs, and " +
        "AWS_ENDPOINT_URL_KINESIS (ECONNREFUSED)",
    );
  });

  it("repeats an error it does not know", () => {
    expect(explain(new TypeError("what?"), target)).to.equal(
      "stream trips (us-east-1): TypeError: what?",
    );
  });
});

describe("The back-off", () => {
  it("doubles its bound from 50 ms with each attempt, up to 5 s", () => {
    const bounds = [1, 2, 3, 7, 8, 50, 5000].map((attempts) => backoffMs(attempts, 1));
    expect(bounds).to.deep.equal([50, 100, 200, 3200, 5000, 5000, 5000]);
  });

  it("is random below its bound", () => {
    expect([backoffMs(3, 0), backoffMs(3, 0.25)]).to.deep.equal([0, 50]);
  });
});
