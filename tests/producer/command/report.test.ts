import { expect } from "chai";
import type { RecordSource } from "../../../producer/events/record";
import { outgoingRecord } from "../../../producer/events/record";
import { dryRunReport } from "../../../producer/command/report";

/** So many records, each with a key of its own. */
function source(count: number): RecordSource {
  return {
    count,
    *records() {
      const data = Buffer.from("{}");
      for (let position = 0; position < count; position += 1) {
        yield outgoingRecord(position, 0, String(position), data);
      }
    },
  };
}

describe("The report of a dry run", () => {
  const reading = { rowsRead: undefined, rejected: {}, outOfRange: 0 };
  const keys = (count: number) =>
    dryRunReport(reading, source(count), { speedup: Infinity, maxRate: Infinity, rampMs: 0 })
      .partitionKeys;

  it("counts partition keys, and says no number when they are too many to remember", () => {
    expect(keys(100_000)).to.equal(100_000);
    expect(keys(100_001)).to.equal(null);
  });
});
