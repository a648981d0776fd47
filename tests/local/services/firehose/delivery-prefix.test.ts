import { expect } from "chai";
import { deliveryPrefix } from "../../../../local/services/firehose/delivery-prefix";

const time = new Date("2026-03-09T04:05:06Z");
const context = { time, timeZone: "UTC" };
const ERRORS = "errors/!{firehose:error-output-type}/";

describe("The prefix of delivered objects", () => {
  for (const [prefix, evaluated] of [
    ["", "2026/03/09/04/"],
    ["events/", "events/2026/03/09/04/"],
    ["events", "events2026/03/09/04/"],
  ] as const) {
    it(`ends with the hour when "${prefix}" has no expression`, () => {
      expect(deliveryPrefix(prefix, undefined).evaluate(context)).to.equal(evaluated);
    });
  }

  for (const [prefix, evaluated] of [
    ["y=!{timestamp:yyyy}/m=!{timestamp:MM}/", "y=2026/m=03/"],
    ["!{timestamp:yyyy/MM/dd/HH/mm/ss}/", "2026/03/09/04/05/06/"],
    ["dt=!{timestamp:yyyy'-'MM'-'dd}/", "dt=2026-03-09/"],
  ] as const) {
    it(`evaluates ${prefix}`, () => {
      expect(deliveryPrefix(prefix, ERRORS).evaluate(context)).to.equal(evaluated);
    });
  }

  it("goes by the declared time zone", () => {
    const prefix = deliveryPrefix("!{timestamp:dd-HH}/", ERRORS);
    expect(prefix.evaluate({ ...context, timeZone: "America/New_York" })).to.equal("09-00/");
    expect(prefix.evaluate({ ...context, timeZone: "Asia/Tokyo" })).to.equal("09-13/");
  });

  it("gives every object a random string of its own, the same wherever it stands", () => {
    const random = "!{firehose:random-string}/";
    const prefix = deliveryPrefix(`${random}x/${random}`, ERRORS);
    const evaluate = (): string => prefix.evaluate({ time, timeZone: "UTC" });
    expect(evaluate()).to.match(/^([\w-]{11})\/x\/\1\/$/);
    expect(evaluate()).to.not.equal(evaluate());
  });

  for (const [prefix, errors, problem] of [
    ["!{timestamp:yyyy}/", undefined, "a prefix with expressions needs an errorOutputPrefix"],
    ["a/", "errors/!{timestamp:yyyy}/", "must contain !{firehose:error-output-type}"],
    ["!{firehose:error-output-type}/", ERRORS, "is allowed in errorOutputPrefix only"],
    ["!{partitionKeyFromQuery:zone}/", ERRORS, "needs dynamic partitioning"],
    ["!{timestamp:yyyy-ww}/", ERRORS, "ww cannot be evaluated locally"],
    ["!{year:yyyy}/", ERRORS, "!{year:yyyy} is not an expression that Firehose knows"],
    ["a/!{timestamp", ERRORS, "does not begin an expression"],
  ] as const) {
    it(`is refused when it is ${prefix} and errors go to ${String(errors)}`, () => {
      expect(() => deliveryPrefix(prefix, errors)).to.throw(problem);
    });
  }

  it("holds the record's partition keys where there is dynamic partitioning", () => {
    const prefix = deliveryPrefix("zone=!{partitionKeyFromQuery:zone}/", ERRORS, true);
    expect(prefix.evaluate({ ...context, partitionKeys: { zone: "7" } })).to.equal("zone=7/");
    for (const partitionKeys of [{}, { zone: "" }]) {
      expect(() => prefix.evaluate({ ...context, partitionKeys })).to.throw(
        "Partition key zone has no value",
      );
    }
  });

  it("is refused when there is dynamic partitioning and it has no partition key", () => {
    expect(() => deliveryPrefix("a/", ERRORS, true)).to.throw("must contain a partition key");
  });

  for (const [errors, evaluated] of [
    [undefined, "processing-failed/2026/03/09/04/"],
    ["errors/", "errors/processing-failed/2026/03/09/04/"],
    ["!{firehose:error-output-type}/!{timestamp:yyyy}/", "processing-failed/2026/"],
  ] as const) {
    it(`sends failures to ${evaluated} when errors go to ${String(errors)}`, () => {
      expect(
        deliveryPrefix("events/", errors).evaluateError("processing-failed", context),
      ).to.equal(evaluated);
    });
  }

  it("lists everything that is wrong with it", () => {
    expect(() => deliveryPrefix("!{a:b}/!{timestamp:q}/", undefined)).to.throw(
      /!\{a:b\} is not[^]*q cannot be evaluated[^]*needs an errorOutputPrefix/,
    );
  });

  it("is refused when it becomes longer than 512 characters", () => {
    const prefix = deliveryPrefix("x".repeat(502), undefined);
    expect(() => prefix.evaluate(context)).to.throw("longer than 512 characters");
    expect(deliveryPrefix("x".repeat(498), undefined).evaluate(context)).to.have.length(512);
  });
});
