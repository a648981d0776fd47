import type { EngineEvent, StepEventMetadata } from "@pulumi/pulumi/automation";
import { expect } from "chai";

import { deployProgress } from "../../../local/run/deployment";

/** The engine has come to the end of a resource, in a plan or for real. */
function ended(planning: boolean): EngineEvent {
  const resOutputsEvent = { metadata: {} as StepEventMetadata, planning };
  return { sequence: 1, timestamp: 1, resOutputsEvent };
}
const begins: EngineEvent = { sequence: 1, timestamp: 1, preludeEvent: { config: {} } };

describe("the progress of a deployment", () => {
  let time: number;
  let told: string[];
  let take: (event: EngineEvent) => void;
  beforeEach(() => {
    [time, told] = [0, []];
    take = deployProgress(
      (text) => void told.push(text),
      () => time,
    );
  });

  it("is told every five seconds", () => {
    for (let resource = 1; resource <= 12; resource++) {
      time += 1_000;
      take(ended(true));
    }
    expect(told).to.deep.equal(["5 resources planned", "10 resources planned"]);
  });

  it("begins anew when the plan is carried out", () => {
    take(begins);
    take(ended(true));
    take(begins);
    time = 5_000;
    take(ended(false));
    expect(told).to.deep.equal(["1 resource made"]);
  });
});
