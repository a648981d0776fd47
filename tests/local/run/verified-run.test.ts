import { readFileSync } from "node:fs";
import { expect } from "chai";
import { QUIET_SECONDS_AFTER_FAULT } from "../../../local/run/verified-run";

describe("A verified run with a fault", () => {
  it("waits for longer than the job does before it repeats a request", () => {
    const patience = readFileSync("flink-job/src/main/java/streaming/retry/Patience.java", "utf8");
    const [, seconds] = /LONGEST_WAIT = Duration\.ofSeconds\((\d+)\)/.exec(patience) ?? [];
    expect(QUIET_SECONDS_AFTER_FAULT).to.be.at.least(Number(seconds) + 10);
  });
});
