import { expect } from "chai";
import fc from "fast-check";
import {
  bucketLifecycle as lifecyclePresence,
  lifecycles,
  logGroupRetention,
  streamRetention,
} from "../../../policies/streams/retention";
import { change, evaluate, evaluateStack, unknownNumber } from "../../support/policy";
import { expectAccepted, expectRefused, expectUnknown } from "../expectations";
import { bucket, bucketLifecycle } from "../bucket-fixtures";
import { compliant } from "../compliant";
import { logGroup, stream } from "../fixtures";

describe("kinesis-stream-retention", () => {
  it("accepts the floor, the ceiling and what lies between", async () => {
    for (const retentionPeriod of [168, 169, 335, 336]) {
      await expectAccepted(streamRetention, change(stream, { retentionPeriod }));
    }
  });

  it("refuses an hour less than the floor and an hour more than the ceiling", async () => {
    for (const retentionPeriod of [167, 337]) {
      await expectRefused(
        streamRetention,
        change(stream, { retentionPeriod }),
        `retentionPeriod is ${retentionPeriod} hours; the limit is 168 to 336 hours`,
      );
    }
  });

  it("knows that a stream without a retention keeps records for 24 hours", async () => {
    const unset = change(stream, { retentionPeriod: undefined });
    await expectRefused(streamRetention, unset, "retentionPeriod is 24 hours, the default");
    await expectAccepted(streamRetention, unset, { minHours: 24 });
  });

  it("refuses exactly what lies outside the configured hours", async () => {
    const hours = fc.integer({ min: 24, max: 8760 });
    await fc.assert(
      fc.asyncProperty(hours, hours, hours, async (retentionPeriod, one, other) => {
        const [minHours, maxHours] = [Math.min(one, other), Math.max(one, other)];
        const judged = change(stream, { retentionPeriod });
        await (retentionPeriod < minHours || retentionPeriod > maxHours
          ? expectRefused(streamRetention, judged, "retentionPeriod", { minHours, maxHours })
          : expectAccepted(streamRetention, judged, { minHours, maxHours }));
      }),
    );
  });

  it("stops at a floor above the ceiling instead of refusing every stream", async () => {
    const wrong = { minHours: 400, maxHours: 336 };
    let message = "";
    await evaluate(streamRetention, stream, wrong).catch((error: unknown) => {
      message = String(error);
    });
    expect(message).to.include("minHours is 400, above maxHours, which is 336");
  });

  it("says in a preview that it cannot judge unknown hours", async () => {
    await expectUnknown(
      streamRetention,
      change(stream, { retentionPeriod: unknownNumber }),
      "retentionPeriod",
    );
  });
});

describe("cloudwatch-log-group-retention", () => {
  it("accepts the floor and the ceiling and refuses what lies outside", async () => {
    for (const retentionInDays of [365, 731]) {
      await expectAccepted(logGroupRetention, change(logGroup, { retentionInDays }));
    }
    for (const retentionInDays of [364, 732]) {
      await expectRefused(
        logGroupRetention,
        change(logGroup, { retentionInDays }),
        `retentionInDays is ${retentionInDays}; the limit is 365 to 731 days`,
      );
    }
  });

  it("refuses a group that keeps its events for ever, said or unsaid", async () => {
    for (const retentionInDays of [0, undefined]) {
      await expectRefused(
        logGroupRetention,
        change(logGroup, { retentionInDays }),
        "which means for ever",
        { minDays: 1, maxDays: 3653 },
      );
    }
  });
});

describe("s3-bucket-lifecycle-retention", () => {
  const enabled = { id: "rule", status: "Enabled" };
  const withRule = (rule: object) => change(bucketLifecycle, { rules: [{ ...enabled, ...rule }] });
  const noEnd = "no enabled rule for the whole bucket expires or archives objects in time";

  it("accepts an expiration between the floor and the ceiling, both included", async () => {
    for (const days of [30, 1095]) {
      await expectAccepted(lifecycles, withRule({ expiration: { days } }));
    }
  });

  it("refuses an expiration before the floor", async () => {
    await expectRefused(
      lifecycles,
      withRule({ expiration: { days: 29 } }),
      "rule rule expires objects after 29 days; the earliest is 30 days",
    );
  });

  it("refuses an expiration on a day, which spares no object from then on", async () => {
    const dated = { ...enabled, expiration: { date: "2030-01-01" }, prefix: "errors/" };
    const whole = { ...enabled, expiration: { days: 365 } };
    await expectRefused(
      lifecycles,
      change(bucketLifecycle, { rules: [whole, dated] }),
      "rule rule expires objects of any age from 2030-01-01 on",
    );
  });

  it("refuses an expiration after the ceiling", async () => {
    await expectRefused(lifecycles, withRule({ expiration: { days: 1096 } }), noEnd);
  });

  it("accepts a move to an archive class by the ceiling, and to no other class", async () => {
    const move = (storageClass: string, days: number) =>
      withRule({ transitions: [{ storageClass, days }] });
    await expectAccepted(lifecycles, move("DEEP_ARCHIVE", 1095));
    await expectAccepted(lifecycles, move("GLACIER", 0));
    await expectRefused(lifecycles, move("GLACIER", 1096), noEnd);
    await expectRefused(lifecycles, move("STANDARD_IA", 30), noEnd);
  });

  it("refuses rules that are off, end nothing or hold for a part of the bucket", async () => {
    const expiration = { days: 365 };
    const useless = [
      { expiration, status: "Disabled" },
      { abortIncompleteMultipartUpload: { daysAfterInitiation: 7 } },
      { expiration, prefix: "errors/" },
      { expiration, filter: { prefix: "errors/" } },
      { expiration, filter: { tag: { key: "temporary", value: "yes" } } },
    ];
    for (const rule of useless) {
      await expectRefused(lifecycles, withRule(rule), noEnd);
    }
    await expectRefused(lifecycles, change(bucketLifecycle, { rules: undefined }), noEnd);
  });

  it("accepts the ways to say the whole bucket", async () => {
    const expiration = { days: 365 };
    for (const rule of [{ filter: {} }, { filter: { prefix: "" } }, { prefix: "" }]) {
      await expectAccepted(lifecycles, withRule({ expiration, ...rule }));
    }
  });

  it("lets current objects stay where configured, if noncurrent versions expire", async () => {
    const versions = withRule({ noncurrentVersionExpiration: { noncurrentDays: 30 } });
    await expectRefused(lifecycles, versions, noEnd);
    await expectAccepted(lifecycles, versions, { keptForever: ["archive"] });
    await expectRefused(lifecycles, versions, noEnd, { keptForever: ["code"] });
    await expectRefused(lifecycles, withRule({}), noEnd, { keptForever: ["archive"] });
  });
});

describe("s3-bucket-lifecycle-configuration", () => {
  it("accepts a bucket that a lifecycle configuration names", async () => {
    const { violations } = await evaluateStack(lifecyclePresence, compliant);
    expect(violations).to.be.empty;
  });

  it("refuses a bucket without one", async () => {
    const others = compliant.filter(({ type }) => type !== bucketLifecycle.type);
    const { violations } = await evaluateStack(lifecyclePresence, others);
    expect(violations).to.have.length(1);
    expect(violations[0]).to.include("no BucketLifecycleConfiguration names this bucket");
  });

  it("does not take the configuration of another bucket for it", async () => {
    const second = { ...bucket, name: "code" };
    const { violations } = await evaluateStack(lifecyclePresence, [...compliant, second]);
    expect(violations).to.have.length(1);
    expect(violations[0]).to.include("code: no BucketLifecycleConfiguration");
  });

  it("goes by the bucket's name where it is known", async () => {
    const named = change(bucket, { bucket: "trips" });
    const right = change(bucketLifecycle, { bucket: "trips" });
    const wrong = change(bucketLifecycle, { bucket: "other" });
    expect((await evaluateStack(lifecyclePresence, [named, right])).violations).to.be.empty;
    expect((await evaluateStack(lifecyclePresence, [named, wrong])).violations).to.have.length(1);
  });
});
