import { expect } from "chai";
import type { PlanDocument } from "../../../local/engine/plan-report";
import { type Preview, previewMarkdown } from "../../../local/preview/markdown";

const STREAM = "aws:kinesis/stream:Stream";
const GROUP = "aws:cloudwatch/logGroup:LogGroup";

function resource(type: string, name: string, inputs: object) {
  return { urn: `urn:pulumi:prod::pipeline::${type}::${name}`, type, inputs };
}

const stream = (shardCount: number, more: object = {}) =>
  resource(STREAM, "events", { name: "events-1", shardCount, retentionPeriod: 24, ...more });
const group = (name: string, retentionInDays: number) => resource(GROUP, name, { retentionInDays });

function document(
  resources: PlanDocument["resources"],
  policies: PlanDocument["policies"] = [],
): PlanDocument {
  return { resources, policies };
}

const kept = {
  name: "shard-limit",
  enforcementLevel: "mandatory",
  result: "passed",
  passes: 1,
} as const;

function markdown(
  after: PlanDocument,
  before?: PlanDocument,
  policies: Preview["policies"] = [kept],
): string {
  return previewMarkdown({
    stack: "prod",
    region: "us-east-1",
    document: after,
    policies,
    against: before && { ref: "main", commit: "0123abc", document: before },
  });
}

describe("The preview that a reviewer reads", () => {
  it("begins with a mark by which a later one finds it", () => {
    expect(markdown(document([])).split("\n")[0]).to.equal("<!-- preview of prod -->");
  });

  it("shows a changed shard count with both values, and what it costs", () => {
    const text = markdown(document([stream(4)]), document([stream(2)]));
    expect(text).to.include("## Preview of prod against `main` (0123abc)");
    expect(text).to.include("Resources: 1 changed.");
    expect(text).to.include("| ~ changed | **events** | aws.kinesis.Stream | shardCount: 2 → 4 |");
    expect(text).to.include("### Cost: $21.90 → $43.80 a month (+$21.90)");
    expect(text).to.include("| events | $21.90 | $43.80 | +$21.90 |");
  });

  it("puts replaced and removed resources first, and warns of those that hold data", () => {
    const text = markdown(
      document([stream(2, { name: "events-2" }), group("new", 7), group("kept", 30)]),
      document([stream(2), group("gone", 7), group("kept", 7)]),
    );
    expect(text).to.include("Resources: 1 replaced, 1 removed, 1 changed, 1 added.");
    expect(text).to.include("> [!CAUTION]\n> **events** holds data and would be replaced.");
    const rows = text.split("\n").filter((line) => /^\| [±−~+]/.test(line));
    expect(rows.map((line) => line.split(" | ").slice(0, 2).join(" "))).to.deep.equal([
      "| ± replaced **events**",
      "| − removed gone",
      "| ~ changed kept",
      "| + added new",
    ]);
  });

  it("says so when both programs declare the same", () => {
    const text = markdown(document([stream(2)]), document([stream(2)]));
    expect(text).to.include("**No changes**: both programs declare the same 1 resource.");
    expect(text).to.include("### Cost: $21.90 a month, as before");
    expect(text).not.to.include("CAUTION").and.not.to.include("| ~");
  });

  it("tells of what there is when there is nothing to compare with", () => {
    const text = markdown(document([stream(2), group("a", 7), group("b", 7)]));
    expect(text).to.include("The program declares 3 resources.");
    expect(text).to.include("| aws.cloudwatch.LogGroup | 2 |");
    expect(text).to.include("### Cost: $21.90 a month");
  });

  it("shows each violation with the resource and the fix, and that nothing would be deployed", () => {
    const { urn } = stream(5);
    const violations = [
      {
        name: "shard-limit",
        level: "mandatory",
        resource: urn,
        message: "Keep shards few.\nevents: shardCount is 5; the limit is 4. Lower shardCount.",
      },
      { name: "price-hint", level: "advisory", resource: "", message: "It is dear." },
    ];
    const text = markdown(document([stream(5)], violations), undefined, [
      { ...kept, result: "violated", passes: 0 },
    ]);
    expect(text).to.include("### Policies: 0 of 1 kept, the deployment is refused");
    expect(text).to.include(
      "- ❌ **shard-limit** (mandatory), events: Keep shards few.\n  events: shardCount is 5; the limit is 4. Lower shardCount.",
    );
    expect(text).to.include("- ⚠️ **price-hint** (advisory), the stack: It is dear.");
    const advised = markdown(document([], violations.slice(1)));
    expect(advised).not.to.include("refused");
  });

  it("names what has no price", () => {
    const host = resource("aws:ec2/instance:Instance", "host", { instanceType: "z9.large" });
    expect(markdown(document([host]))).to.include("Without a price: host (z9.large).");
  });

  it("lets no value break the table, run as HTML or call somebody", () => {
    const name = "a|b `c` <img src=x> @owner\n[x](http://x)";
    const text = markdown(
      document([stream(2, { kmsKeyId: name })]),
      document([stream(2, { kmsKeyId: "plain" })]),
    );
    const [line = ""] = text.split("\n").filter((candidate) => candidate.startsWith("| ~"));
    expect(line).to.include("kmsKeyId: plain → a\\|b \\`c\\` &lt;img src=x&gt; &#64;owner");
    expect(line).to.include("\\[x\\](http");
    expect(line.split(/(?<!\\)\|/)).to.have.length(6);
  });

  it("says of long values only that they differ", () => {
    const text = markdown(
      document([stream(2, { kmsKeyId: "x".repeat(61) })]),
      document([stream(2, { kmsKeyId: "y" })]),
    );
    expect(text).to.include("kmsKeyId differs");
    expect(text).not.to.include("xxx");
  });

  it("stays short enough for a comment, however much changes", () => {
    const groups = (days: number) =>
      Array.from({ length: 1000 }, (_, index) => group(`group-${index}`, days));
    const text = markdown(document(groups(7)), document(groups(30)));
    expect(text).to.include("… and 900 more.");
    expect(text.length).to.be.lessThan(65_536);
  });

  it("finds changes inside lists and tags of any name", () => {
    const tagged = (value: string) => stream(2, { tags: { "cost centre": value } });
    const text = markdown(document([tagged("b")]), document([tagged("a")]));
    expect(text).to.include('tags\\["cost centre"\\]: a → b');
  });
});
