import { expect } from "chai";
import type { OutgoingRecord, RecordSource } from "../../../producer/events/record";
import { outgoingRecord } from "../../../producer/events/record";
import type { DeliveryOptions } from "../../../producer/kinesis/delivery";
import { Delivery } from "../../../producer/kinesis/delivery";
import type { Progress } from "../../../producer/replay/progress";
import type { ReplayOptions, ReplayState } from "../../../producer/replay/replay";
import { replay } from "../../../producer/replay/replay";
import { ShardMap } from "../../../producer/kinesis/shard-map";
import { FakeStream } from "../support/fake-stream";
import { FlakyStream } from "../support/flaky-stream";
import { seededRandom } from "../support/random";
import { VirtualTime } from "../support/virtual-time";

const options: ReplayOptions & DeliveryOptions = {
  from: 0,
  speedup: 10,
  maxRate: Infinity,
  rampMs: 0,
  maxAttempts: 3,
  giveUpAfterMs: Infinity,
  maxDisorderMs: 60_000,
  shardLimits: { records: 1000, bytes: 1_000_000 },
  aggregate: false,
};

/** One event every `gapMs` of event time. */
function source(count: number, gapMs: number): RecordSource {
  return {
    count,
    *records(from) {
      for (let position = from; position < count; position += 1) {
        const eventTime = 1_000_000 + position * gapMs;
        yield outgoingRecord(position, eventTime, String(position % 7), Buffer.from("data"));
      }
    },
  };
}

function setUp() {
  const time = new VirtualTime(seededRandom(1));
  const fake = new FakeStream<OutgoingRecord>(2);
  const stream = new FlakyStream(
    fake,
    { partialFailures: 0, requestFailures: 0, lostResponses: 0, reshards: 0 },
    time,
  );
  const stop = new AbortController();
  const states: ReplayState[] = [];
  const open = (changes: Partial<DeliveryOptions>) => (progress: Progress) =>
    new Delivery(stream, new ShardMap(fake.openShards), { ...options, ...changes }, progress, time);
  const run = (records: RecordSource, changes: Partial<ReplayOptions & DeliveryOptions> = {}) =>
    time.run(
      replay(records, open(changes), { ...options, ...changes }, time, stop.signal, (state) => {
        states.push(state);
      }),
    );
  return { time, fake, stream, stop, states, open, run };
}

describe("A replay", () => {
  it("follows the real clock, and tells what it waits for", async () => {
    const { time, run, states } = setUp();
    const liveFrom = time.now();
    const opening = liveFrom + 30_000;
    const bell = outgoingRecord(0, opening, "ACME", Buffer.from("data"));
    await run({ count: 1, records: () => [bell] }, { liveFrom, speedup: 1 });
    expect(time.now()).to.be.at.least(opening);
    expect(states[0]?.waiting).to.deep.equal({ eventTime: opening, until: opening });
    expect(states[0]?.lagSeconds).to.equal(0);
    expect(states.at(-1)?.waiting).to.equal(undefined);
  });

  it("sends no record before it is due, and each soon after", async () => {
    const { time, fake, stream, run } = setUp();
    const start = time.now();
    const sentAt = new Map<number, number>();
    const put = stream.putRecords.bind(stream);
    stream.putRecords = (records) => {
      for (const { position } of records) {
        sentAt.set(position, time.now());
      }
      return put(records);
    };
    await run(source(50, 5000));
    expect(fake.records).to.have.length(50);
    for (const [position, at] of sentAt) {
      expect(at - start).to.be.within(position * 500, position * 500 + 250);
    }
  });

  it("sends everything at once at full speed", async () => {
    const { fake, run } = setUp();
    const { progress, seconds, error } = await run(source(300, 3_600_000), {
      speedup: Infinity,
      maxDisorderMs: Infinity,
    });
    expect(fake.records).to.have.length(300);
    expect(progress.acknowledgedUpTo).to.equal(300);
    expect(seconds).to.be.below(60);
    expect(error).to.equal(undefined);
  });

  it("begins where an earlier run ended, with that event due at once", async () => {
    const { fake, states, run } = setUp();
    const { progress } = await run(source(20, 5000), { from: 15 });
    expect(fake.records.map(({ position }) => position)).to.have.members([15, 16, 17, 18, 19]);
    expect(progress.acknowledgedUpTo).to.equal(20);
    expect(states.at(-1)?.lagSeconds).to.equal(0);
  });

  it("has nothing to do when an earlier run sent everything", async () => {
    const { fake, run } = setUp();
    const { progress } = await run(source(20, 5000), { from: 20 });
    expect(fake.records).to.have.length(0);
    expect(progress.acknowledgedUpTo).to.equal(20);
  });

  it("tells once a second and at the end how far it is", async () => {
    const { time, states, run } = setUp();
    const start = time.now();
    await run(source(50, 1000));
    const last = states.at(-1);
    const times = [start, ...states.map(({ now }) => now)];
    const sent = states.map(({ recordsPerSecond, now }, index) => {
      return (recordsPerSecond * (now - (times[index] ?? NaN))) / 1000;
    });
    expect(times.slice(0, 5)).to.deep.equal([0, 1, 2, 3, 4].map((second) => start + second * 1000));
    expect(sent.reduce((sum, records) => sum + records, 0)).to.be.closeTo(50, 0.001);
    expect(last?.sentUpTo).to.equal(1_000_000 + 49 * 1000);
    expect(last?.progress.recordsPut).to.equal(50);
  });

  it("counts the lag from the oldest record that is due and not yet acknowledged", async () => {
    const { stream, states, run } = setUp();
    stream.refuseAlways("3", "ProvisionedThroughputExceededException");
    await run(source(100, 1000), { maxAttempts: 8 });
    expect(Math.max(...states.map(({ lagSeconds }) => lagSeconds ?? 0))).to.be.above(1);
    expect(states.at(-1)?.lagSeconds).to.equal(0);
  });

  it("sends what is due, and no more, when it is stopped", async () => {
    const { time, fake, stream, stop, run } = setUp();
    stream.refuseOnce("0", "InternalFailure");
    const running = run(source(1000, 1000));
    const stopping = time.sleep(2050).then(() => {
      stop.abort();
    });
    const { progress, error } = await running;
    await stopping;
    expect(error).to.equal(undefined);
    expect(progress.recordsPut).to.equal(21);
    expect(fake.records).to.have.length(21);
    expect(progress.acknowledgedUpTo).to.equal(21);
  });

  it("ends with the error that would meet every request, without waiting for the next event", async () => {
    const { stream, run } = setUp();
    const denied = Object.assign(new Error("no"), { name: "AccessDeniedException" });
    stream.failForGood(denied);
    const { progress, error, seconds } = await run(source(10, 86_400_000));
    expect(error).to.equal(denied);
    expect(progress.recordsPut).to.equal(0);
    expect(seconds).to.be.below(1);
  });

  it("ends in order when the position cannot be kept", async () => {
    const { time, fake, open } = setUp();
    const full = new Error("no space left");
    const { progress, error } = await time.run(
      replay(source(1000, 1000), open({}), options, time, new AbortController().signal, () => {
        throw full;
      }),
    );
    expect(error).to.equal(full);
    expect(progress.recordsPut).to.equal(fake.records.length);
    expect(progress.recordsPut).to.be.within(10, 11);
  });
});
