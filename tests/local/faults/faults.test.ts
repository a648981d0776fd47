import { Kinesis } from "@aws-sdk/client-kinesis";
import { expect } from "chai";

import { type Fault, type FaultContext, faults } from "../../../local/faults/faults";
import type { LocalCloud } from "../../../local/services/cloud";

/** Lets a fault happen to a pipeline that notes what is done to it, and when. */
async function happening(fault: Fault): Promise<string[]> {
  const notes: string[] = [];
  let shards = 4;
  const client = Object.assign(new Kinesis({ region: "us-east-1" }), {
    send: (command: {
      readonly constructor: { readonly name: string };
      readonly input: object;
    }) => {
      if (command.constructor.name === "UpdateShardCountCommand") {
        notes.push(JSON.stringify(command.input));
        shards = (command.input as { readonly TargetShardCount: number }).TargetShardCount;
      }
      const summary = { StreamStatus: "ACTIVE", OpenShardCount: shards };
      return Promise.resolve({ StreamDescriptionSummary: summary });
    },
  });
  const context: FaultContext = {
    cloud: {
      status: () =>
        Promise.resolve({
          pids: { kinesis: undefined, opensearch: undefined, flink: [] },
          job: undefined,
          deliveries: [],
        }),
      interruptSearch: () => {
        notes.push("search interrupted");
        return Promise.resolve();
      },
    } as unknown as LocalCloud,
    stream: { client, name: "events" },
    tell: () => undefined,
    signal: new AbortController().signal,
    replayed: (share) => {
      notes.push(`at ${share}`);
      return Promise.resolve();
    },
  };
  await fault.inject?.(context);
  return notes;
}

const named = (name: string): Fault => {
  const fault = faults.find((one) => one.name === name);
  if (fault === undefined) throw new Error(`no fault ${name}`);
  return fault;
};

describe("the faults of a verified run", () => {
  it("have names of their own and say what they do", () => {
    expect(new Set(faults.map(({ name }) => name)).size).to.equal(faults.length);
    for (const { name, description } of faults) {
      expect(name).to.match(/^[a-z-]+$/);
      expect(description.length).to.be.greaterThan(20);
    }
  });

  it("double the shards and halve them again, in the middle of the replay", async () => {
    const sizes = (await happening(named("reshard"))).map((note) =>
      note.startsWith("{") ? (JSON.parse(note) as { TargetShardCount: number }) : note,
    );
    expect(sizes).to.deep.equal([
      "at 0.2",
      { StreamName: "events", TargetShardCount: 8, ScalingType: "UNIFORM_SCALING" },
      "at 0.6",
      { StreamName: "events", TargetShardCount: 4, ScalingType: "UNIFORM_SCALING" },
    ]);
    expect(named("reshard").config).to.deep.equal({ shardCount: 4 });
  });

  it("stop the domain while records are put", async () => {
    expect(await happening(named("search-down"))).to.deep.equal(["at 0.3", "search interrupted"]);
  });

  for (const name of ["task-manager-killed", "job-manager-killed"]) {
    it(`${name}: says so where nothing runs that could be killed`, async () => {
      const error: unknown = await happening(named(name)).catch((reason: unknown) => reason);
      expect(error).to.be.an("error").with.property("message").that.includes("to kill");
    });
  }

  it("leave the producer's own disorder within what the job tolerates", () => {
    const [, shuffle, , disorder] = named("out-of-order").replayArguments?.(1801) ?? [];
    expect(Number(shuffle) + Number(disorder)).to.be.at.most(1801);
  });
});
