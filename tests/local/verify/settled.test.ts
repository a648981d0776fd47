import { expect } from "chai";

import type { Comparison } from "../../../local/verify/compare";
import { settled, type Settled } from "../../../local/verify/settled";

interface Moment {
  readonly mismatches: number;
  readonly fingerprint: number;
  readonly readEverything: boolean;
}

/** Plays one moment a second; the last one lasts. Gives the result and the seconds that passed. */
async function play(moments: readonly Moment[]): Promise<Settled & { readonly seconds: number }> {
  let seconds = 0;
  const moment = () => {
    const current = moments[Math.min(seconds, moments.length - 1)];
    if (current === undefined) throw new Error("no moment to play");
    return current;
  };
  const comparison = ({ mismatches, fingerprint }: Moment): Comparison => ({
    documents: 10,
    expected: 10,
    mismatches,
    examples: [],
    fingerprint,
  });
  const result = await settled({
    compare: () => Promise.resolve(comparison(moment())),
    jobHasReadEverything: () => Promise.resolve(moment().readEverything),
    quietSeconds: 5,
    stalledSeconds: 20,
    now: () => seconds * 1000,
    sleep: (milliseconds) => {
      seconds += milliseconds / 1000;
      return Promise.resolve();
    },
  });
  return { ...result, seconds };
}

const reading = (fingerprint: number): Moment => ({
  mismatches: 3,
  fingerprint,
  readEverything: false,
});
const read = (fingerprint: number): Moment => ({ ...reading(fingerprint), readEverything: true });
const equal: Moment = { mismatches: 0, fingerprint: 99, readEverything: true };

describe("waiting for complete results", () => {
  it("ends as soon as every document is as expected", async () => {
    const result = await play([reading(1), read(2), equal]);
    expect(result).to.include({ outcome: "equal", seconds: 2 });
  });

  it("ends when the job has read everything and nothing has changed for a while", async () => {
    const result = await play([reading(1), read(2), read(3)]);
    expect(result).to.include({ outcome: "quiet", seconds: 7 });
    expect(result.comparison.mismatches).to.equal(3);
  });

  it("counts quiet only from when the job has read everything", async () => {
    const moments = Array.from({ length: 10 }, () => reading(1));
    expect(await play([...moments, read(1)])).to.include({ outcome: "quiet", seconds: 15 });
  });

  it("does not give up while documents change", async () => {
    const changing = Array.from({ length: 60 }, (_, at) => read(at));
    expect(await play([...changing, equal])).to.include({ outcome: "equal", seconds: 60 });
  });

  it("ends when nothing changes although the job has not read everything", async () => {
    expect(await play([reading(1)])).to.include({ outcome: "stalled", seconds: 20 });
  });

  it("ends with the reason when it is aborted", async () => {
    let message = "";
    await settled({
      compare: () => Promise.reject(new Error("must not be asked")),
      jobHasReadEverything: () => Promise.resolve(true),
      signal: AbortSignal.abort(new Error("stopped by the user")),
    }).catch((error: unknown) => {
      message = String(error);
    });
    expect(message).to.include("stopped by the user");
  });
});
