import { Stream } from "@pulumi/aws/kinesis";
import { Bucket } from "@pulumi/aws/s3";
import { expect } from "chai";
import {
  anchor,
  daysUntil,
  exceptionLimits,
  findException,
  wholeStack,
} from "../../../policies/engine/violation";
import { exceptionRules, unusedExceptions } from "../../../policies/operations/exceptions";
import { resourcePolicy, stackPolicy } from "../../../policies/engine/policy";
import { ConfigurationError, configuredValues } from "../../../policies/engine/setting-schema";
import { change, evaluate, evaluateStack, inDays, unknownNumber } from "../../support/policy";
import { bucket } from "../bucket-fixtures";
import { logGroup, stream } from "../fixtures";

const text = {
  name: "kinesis-stream-test-rule",
  severity: "low",
  rule: "Keep a stream below the limit.",
  reason: "The test says so.",
  fix: "Lower shardCount.",
} as const;

const policy = resourcePolicy(text.name, Stream, {
  ...text,
  config: { maxShards: { description: "Most shards.", default: 1, minimum: 1 } },
  *check(judged, { maxShards }) {
    const { shardCount = 1 } = judged;
    if (shardCount > maxShards) {
      yield { fact: `shardCount is ${shardCount}`, limit: `the limit is ${maxShards}` };
    }
    if (judged.retentionPeriod === 24) {
      yield { fact: "retentionPeriod is 24", limit: "it may not be", fix: "Raise it." };
    }
  },
});

const message = `events: shardCount is 2; the limit is 1. Lower shardCount. See ${anchor(text.name)}.`;
const excepted = { resource: "events", reason: "Marathon", expires: inDays(90) };
const expired = { ...excepted, expires: "2000-01-01" };

async function rejection(attempt: Promise<unknown>): Promise<unknown> {
  return await attempt.then(
    () => expect.fail("nothing was thrown"),
    (error: unknown) => error,
  );
}

describe("a policy", () => {
  it("names the resource, the fact, the limit, the fix and the documentation", async () => {
    expect((await evaluate(policy, stream)).violations).to.deep.equal([message]);
  });

  it("prefers the fix of a violation to its own", async () => {
    const { violations } = await evaluate(policy, change(stream, { retentionPeriod: 24 }));
    expect(violations[1]).to.include("it may not be. Raise it. See https://");
  });

  it("does not apply to resources of another class", async () => {
    expect((await evaluate(policy, logGroup)).applicable).to.be.false;
  });

  it("judges by configured values where there are some", async () => {
    expect((await evaluate(policy, stream, { maxShards: 2 })).violations).to.be.empty;
  });

  it("reports what it found before it met an unknown value", async () => {
    const { violations, unknown } = await evaluate(
      policy,
      change(stream, { retentionPeriod: unknownNumber }),
    );
    expect(unknown).to.include(".retentionPeriod can't be known");
    expect(violations).to.deep.equal([message]);
  });

  it("lets an error of its own through instead of passing the resource", async () => {
    const broken = resourcePolicy(text.name, Stream, {
      ...text,
      check: () => {
        throw new Error("broken");
      },
    });
    expect(await rejection(evaluate(broken, stream))).to.have.property("message", "broken");
  });
});

describe("an exception", () => {
  it("turns a violation into advice that names reason and day", async () => {
    const outcome = await evaluate(policy, stream, { exceptions: [excepted] });
    expect(outcome.violations).to.be.empty;
    expect(outcome.advice).to.deep.equal([
      `${text.rule}\nExcepted until ${excepted.expires} (Marathon). ${message}`,
    ]);
  });

  it("is over after its day: the violation is back and says so", async () => {
    const outcome = await evaluate(policy, stream, { exceptions: [expired] });
    expect(outcome.violations).to.deep.equal([
      `${message} Its exception ended on 2000-01-01 (Marathon).`,
    ]);
    expect(outcome.advice).to.be.empty;
  });

  it("holds for one resource only, by its name or its URN", async () => {
    const other = { ...excepted, resource: "event" };
    const urn = "urn:pulumi:test::program::aws:kinesis/stream:Stream::events";
    const byUrn = { ...excepted, resource: urn };
    expect((await evaluate(policy, stream, { exceptions: [other] })).violations).to.have.length(1);
    expect((await evaluate(policy, stream, { exceptions: [byUrn] })).violations).to.be.empty;
  });

  it("holds for a policy about a whole stack, too", async () => {
    const noBuckets = stackPolicy(text.name, [bucket.type], {
      ...text,
      *check(resources) {
        for (const resource of resources.filter((one) => one.isType(Bucket))) {
          yield { resource, fact: "it is a bucket", limit: "none are allowed" };
        }
      },
    });
    const exceptions = [{ ...excepted, resource: "archive" }];
    const second = { ...bucket, name: "code" };
    const outcome = await evaluateStack(noBuckets, [bucket, second, stream], { exceptions });
    expect(outcome.violations).to.have.length(1);
    expect(outcome.violations[0]).to.include("code: it is a bucket");
    expect(outcome.advice).to.have.length(1);
    expect(outcome.advice[0]).to.include("archive: it is a bucket");
  });

  it("lasts through its last day in UTC", () => {
    expect(daysUntil("2026-03-31", new Date("2026-03-30T00:00:00Z"))).to.equal(1);
    expect(daysUntil("2026-03-31", new Date("2026-03-31T23:59:59Z"))).to.equal(0);
    expect(daysUntil("2026-03-31", new Date("2026-04-01T00:00:00Z"))).to.equal(-1);
  });

  it("that lasts longest counts where there are several", () => {
    expect(findException([expired, excepted], ["events"])).to.equal(excepted);
    expect(findException([excepted, expired], ["events"])).to.equal(excepted);
    expect(findException([], ["events"])).to.be.undefined;
  });

  describe("within the limits for all", () => {
    const defaults = { ...exceptionLimits };
    afterEach(() => Object.assign(exceptionLimits, defaults));

    for (const [title, limits, exception, expected] of [
      ["too far an end", {}, { expires: "9999-12-31" }, "must end within 366 days; got 9999-12-31"],
      ["an end after a lower limit", { maxExceptionDays: 30 }, {}, "must end within 30 days"],
      ["no ticket", { ticketPattern: "OPS-[0-9]+" }, {}, "must match OPS-[0-9]+; got Marathon"],
    ] as const) {
      it(`does not hold with ${title}`, async () => {
        await evaluate(exceptionRules, stream, limits);
        const exceptions = [{ ...excepted, ...exception }];
        const { violations, advice } = await evaluate(policy, stream, { exceptions });
        expect(violations.join()).to.include(expected);
        expect(advice).to.be.empty;
      });
    }

    it("is warned of before its end", async () => {
      await evaluate(exceptionRules, stream, { warnDays: 5, ticketPattern: "OPS-[0-9]+" });
      for (const [days, warning] of [
        [5, "Only 5 days are left"],
        [6, ""],
      ] as const) {
        const exceptions = [{ ...excepted, reason: "OPS-7", expires: inDays(days) }];
        const { advice } = await evaluate(policy, stream, { exceptions });
        expect(advice).to.have.length(1);
        expect(advice[0]?.includes("days are left")).to.equal(warning !== "");
        expect(advice[0]).to.include(warning);
      }
    });
  });

  it("from a limit on the sum over a stack may name the stack, and no other may", async () => {
    const exceptions = [{ ...excepted, resource: wholeStack }];
    const wide = resourcePolicy(text.name, Stream, {
      ...text,
      isStackWide: true,
      check: () => [{ fact: "it is too much", limit: "the limit is less" }],
    });
    expect((await evaluate(wide, stream, { exceptions })).violations).to.be.empty;
    expect((await evaluate(policy, stream, { exceptions })).violations).to.have.length(1);
  });

  it("that names nothing in the stack is reported", async () => {
    const other = { ...excepted, resource: "event" };
    await evaluate(policy, stream, { exceptions: [excepted, other] });
    const { advice } = await evaluateStack(unusedExceptions, [stream]);
    expect(advice).to.have.length(1);
    expect(advice[0]).to.include("an exception of kinesis-stream-test-rule names event;");
    await evaluate(policy, stream);
    expect((await evaluateStack(unusedExceptions, [stream])).advice).to.be.empty;
  });

  it("is refused without a resource, a reason or a date, or with anything else", async () => {
    const wrong = [
      { ...excepted, resource: "" },
      { ...excepted, reason: " " },
      { ...excepted, expires: "2026-02-30" },
      { ...excepted, expires: "31.03.2026" },
      { ...excepted, approvedBy: "me" },
      { reason: excepted.reason, expires: excepted.expires },
    ];
    for (const exception of wrong) {
      const error = await rejection(evaluate(policy, stream, { exceptions: [exception] }));
      expect(String(error), JSON.stringify(exception)).to.include("does not fit its schema");
    }
  });
});

describe("a configuration", () => {
  const settings = {
    minDays: { description: "Fewest.", default: 1, minimum: 1 },
    maxDays: { description: "Most.", default: 9, minimum: 1 },
    strict: { description: "Whether it is.", default: true },
  };

  it("fills in what is not given", () => {
    expect(configuredValues("a-policy", settings, { maxDays: 5 })).to.deep.equal({
      minDays: 1,
      maxDays: 5,
      strict: true,
    });
  });

  it("may have a floor that is its ceiling", () => {
    expect(configuredValues("a-policy", settings, { minDays: 9 })).to.include({ minDays: 9 });
  });

  it("is refused with a key that does not exist and a floor above its ceiling, both named", () => {
    expect(() => configuredValues("a-policy", settings, { minDays: 10, maxDay: 20 })).to.throw(
      ConfigurationError,
      "The configuration of policy a-policy is wrong: there is no key maxDay, only minDays, maxDays, strict; minDays is 10, above maxDays, which is 9.",
    );
  });

  it("stops the run, without a stack trace, instead of being passed over", async () => {
    const error = await rejection(evaluate(policy, stream, { maxShard: 9 }));
    expect(error).to.be.instanceOf(ConfigurationError);
    expect((error as ConfigurationError).stack).to.equal((error as ConfigurationError).message);
  });
});
