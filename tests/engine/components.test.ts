import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { EventStream } from "../../infra/stream/event-stream";
import { EngineError, type LocalStack } from "../../local/engine/stack";
import { requireEngine, Sandbox } from "./engine";

const examples = path.join(__dirname, "../../examples");

describe("A component alone, in the real engine", () => {
  const sandbox = new Sandbox();
  let example: () => Record<string, unknown>;
  let stack: LocalStack;
  before(requireEngine);
  before(async () => {
    // The examples name zones of this region.
    const configOverrides = { "aws:region": "us-east-1" };
    stack = await sandbox.open(async () => Promise.resolve(example()), { configOverrides });
  });
  after(sandbox.remove);

  for (const file of readdirSync(examples).filter((name) =>
    existsSync(path.join(examples, name, "index.ts")),
  )) {
    it(`is previewed without a complaint of the provider: ${file}`, async () => {
      ({ example } = (await import(path.join(examples, file, "index.ts"))) as {
        example: () => Record<string, unknown>;
      });
      const { errors, warnings, summary } = await stack.preview();
      expect({ errors, warnings }).to.deep.equal({ errors: [], warnings: [] });
      expect(summary).to.have.all.keys("create");
    });
  }
});

describe("EventStream in the real engine", () => {
  const sandbox = new Sandbox();
  before(requireEngine);
  afterEach(sandbox.closeStacks);
  after(sandbox.remove);

  function stream(shardCount: number | undefined) {
    return async (): Promise<void> => {
      new EventStream("events", {
        mode: shardCount === undefined ? "ON_DEMAND" : "PROVISIONED",
        shardCount,
        retentionHours: 24,
      });
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
    await (await sandbox.open(stream(4))).up({ isAccepted: true });
  });

  it("refuses a change that Kinesis would refuse, in the preview and with the steps to take", async () => {
    expect(await refusal(1)).to.include(
      "shardCount cannot go from 4 to 1 in one update, which at most doubles and at least halves it; " +
        "deploy 2 times with shardCount 2, then 1 (4 → 2 → 1)",
    );
  });

  it("takes a step, and changes its mode in place", async () => {
    for (const shards of [2, undefined, 4]) {
      const { summary } = await (await sandbox.open(stream(shards))).up();
      expect(summary).to.have.keys("same", "update");
    }
  });
});
