import { expect } from "chai";
import { EventStream } from "../../infra/event-stream";
import { EngineError } from "../../local/engine/stack";
import { requireEngine, Sandbox } from "./engine";

describe("EventStream in the real engine", () => {
  const sandbox = new Sandbox();
  before(requireEngine);
  afterEach(sandbox.closeStacks);
  after(sandbox.remove);

  function stream(shardCount: number) {
    return async (): Promise<void> => {
      new EventStream("events", { mode: "PROVISIONED", shardCount, retentionHours: 24 });
      return Promise.resolve();
    };
  }

  async function refusal(shardCount: number): Promise<string> {
    const stack = await sandbox.open(stream(shardCount));
    return stack.preview().then(
      () => expect.fail("it was not refused"),
      (error: unknown) => {
        if (error instanceof EngineError) return error.message;
        throw error;
      },
    );
  }

  it("starts with any number of shards", async () => {
    await (await sandbox.open(stream(4))).up();
  });

  it("refuses a change that Kinesis would refuse, in the preview and with the steps to take", async () => {
    expect(await refusal(1)).to.include(
      "shardCount cannot go from 4 to 1 in one update, which at most doubles and at least halves it; " +
        "deploy 2 times with shardCount 2, then 1 (4 → 2 → 1)",
    );
  });

  it("takes the steps", async () => {
    for (const shards of [2, 1, 2]) await (await sandbox.open(stream(shards))).up();
  });
});
