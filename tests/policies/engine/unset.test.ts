import { Stream } from "@pulumi/aws/kinesis";
import { FileArchive } from "@pulumi/pulumi/asset";
import { expect } from "chai";
import { resourcePolicy, stackPolicy } from "../../../policies/engine/policy";
import { streamRetention } from "../../../policies/streams/retention";
import { evaluate, evaluateStack, unknownNumber } from "../../support/policy";
import { stream } from "../fixtures";

const text = {
  name: "kinesis-stream-test-rule",
  severity: "low",
  rule: "Look at a stream.",
  reason: "The test says so.",
  fix: "Nothing has to be done.",
} as const;

describe("a null in the properties of a resource", () => {
  it("counts as not set, in blocks and lists, too", async () => {
    const seen: unknown[] = [];
    const spy = resourcePolicy(text.name, Stream, {
      ...text,
      check(judged) {
        seen.push(Object.keys(judged), judged.tags, judged.shardLevelMetrics);
        return [];
      },
    });
    const unset = { kmsKeyId: null, tags: { a: null, b: "c" }, shardLevelMetrics: [null, "d"] };
    await evaluate(spy, { ...stream, props: structuredClone(unset) });
    expect(seen).to.deep.equal([["tags", "shardLevelMetrics"], { b: "c" }, ["d"]]);

    const stackSpy = stackPolicy(text.name, [stream.type], {
      ...text,
      check([one]) {
        seen.push(one?.props["tags"], one?.asType(Stream)?.kmsKeyId);
        return [];
      },
    });
    seen.length = 0;
    await evaluateStack(stackSpy, [{ ...stream, props: structuredClone(unset) }]);
    expect(seen).to.deep.equal([{ b: "c" }, undefined]);
  });

  it("leaves unknown values and assets beside it as they are", async () => {
    const archive = new FileArchive("job.jar");
    const props = { kmsKeyId: null, retentionPeriod: unknownNumber, tags: { archive } };
    const { unknown } = await evaluate(streamRetention, { ...stream, props });
    expect(unknown).to.include(".retentionPeriod can't be known");
    expect(props.tags.archive).to.equal(archive);
  });
});
