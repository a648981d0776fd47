import { expect } from "chai";
import { withPolicies } from "../../../local/engine/policy-pack";
import type { Preview } from "../../../local/preview/document";
import { failureMarkdown, previewMarkdown } from "../../../local/preview/markdown";
import type { Plan } from "../../../local/preview/plan";
import { UNKNOWN } from "../../../local/provider/values";
import { GROUP, kept, planFrom, STREAM } from "./results";

const stream = (shardCount: number, more: object = {}) => ({
  name: "events-1",
  shardCount,
  retentionPeriod: 24,
  ...more,
});

function markdown(plan: Plan, more: Partial<Preview> = {}): string {
  const against = { ref: "main", commit: "0123abc" };
  return previewMarkdown({ plan, region: "us-east-1", isDeployed: false, against, ...more });
}

describe("The preview that a reviewer reads", () => {
  it("begins with a mark by which a later one finds it, and then the verdict", () => {
    const plan = planFrom([{ name: "events", before: stream(2), after: stream(4) }]);
    expect(markdown(plan).split("\n").slice(0, 5)).to.deep.equal([
      "<!-- preview of prod -->",
      "",
      "## Preview of prod against `main` (0123abc)",
      "",
      "**Accepted** · no data store replaced or deleted · IAM and network access unchanged · $43.80 per month (+$21.90)",
    ]);
    expect(markdown(plan))
      .to.include("shardCount: 2 → 4")
      .and.include("| events | $21.90 | $43.80 |");
  });

  it("puts what loses data and what stops the update before everything else", () => {
    const text = markdown(
      planFrom([
        { name: "events", before: stream(2), after: stream(2, { name: "b" }), replaces: true },
        { name: "audit", before: stream(1, { retentionPeriod: 48 }), protect: true },
        { type: GROUP, name: "new", after: { retentionInDays: 7 } },
      ]),
    );
    expect(text).to.include(
      "**Stopped by the protection of 1 resource** · data stores: 1 replaced, 1 deleted",
    );
    expect(text).to.include("> **events** is replaced; loses the records of the last 24 hours");
    expect(text).to.match(
      /\*\*audit\*\*.* is deleted; loses the records of the last 48 hours.*; it is protected, which stops the update/,
    );
    const order = ["± replaced", "− deleted", "+ created"].map((sign) => text.indexOf(sign));
    expect(order)
      .to.deep.equal([...order].sort((a, b) => a - b))
      .and.not.include(-1);
  });

  it("counts a store that is replaced by an empty one, though the replaced one stays", () => {
    const step = { name: "events", before: stream(2), retains: true };
    const replaced = markdown(planFrom([{ ...step, after: stream(3), replaces: true }]));
    expect(replaced).to.include("data stores: 1 replaced");
    expect(replaced).to.include("is replaced; begins empty; the replaced one stays in AWS");
    expect(markdown(planFrom([step]))).to.include("no data store replaced or deleted");
  });

  it("says so when both programs declare the same", () => {
    const plan = planFrom([{ name: "events", before: stream(2), after: stream(2) }]);
    expect(markdown(plan)).to.include("**No changes**: both sides declare the same 1 resource.");
    expect(markdown(plan)).to.include("$21.90 per month (unchanged)");
  });

  it("counts the resources when there is nothing to compare with", () => {
    const groups = ["a", "b"].map((name) => ({ type: GROUP, name, after: { retentionInDays: 7 } }));
    const text = markdown(planFrom([{ name: "events", after: stream(2) }, ...groups]), {
      against: undefined,
    });
    expect(text).to.include("**Accepted** · 3 resources · $21.90 per month");
    expect(text).to.include("| aws.cloudwatch.LogGroup | 2 |");
  });

  it("says that it comes from the deployed stack, and marks that comment otherwise", () => {
    const plan = planFrom([{ name: "events", before: stream(2), after: stream(4) }]);
    const text = markdown(plan, { isDeployed: true, against: undefined });
    expect(text).to.match(
      /^<!-- preview of prod-deployed -->\n\n## Preview of prod against the deployed stack$/m,
    );
    expect(text).to.include("Planned by pulumi preview against the deployed stack.");
  });

  it("says to which program the settings apply", () => {
    const text = markdown(planFrom([]), { settings: { shardCount: 4 } });
    expect(text).to.include("for this program and not for that of `main`: `shardCount=4`.");
  });

  it("names and counts what is known only in the update, and never calls it unchanged", () => {
    const after = stream(2, { kmsKeyId: UNKNOWN });
    const text = markdown(
      planFrom([{ name: "events", before: stream(2, { kmsKeyId: "a" }), after }]),
    );
    expect(text).to.include("kmsKeyId: known only in the update");
    expect(text).to.include("neither compared nor judged, in 1 resource: events (kmsKeyId).");
  });

  it("shows a policy in one row, with its resources and all findings folded", () => {
    const message = (name: string) =>
      `Keep shards few.\n${name}: shardCount is 5; the limit is 4. ${"x".repeat(1500)}`;
    const text = markdown(
      planFrom([], {
        policies: [{ ...kept, result: "violated", passes: 0 }],
        violations: ["a", "b"].map((name) => ({
          name: "shard-limit",
          enforcementLevel: "mandatory",
          message: message(name),
          resource: `urn:pulumi:prod::pipeline::${STREAM}::${name}`,
        })),
      }),
    );
    expect(text).to.include("**Refused by 1 policy**");
    const [row = "", ...others] = text.split("\n").filter((line) => line.startsWith("| ❌"));
    expect(others).to.be.empty;
    expect(row).to.include("| **a**, **b** | a: shardCount is 5; the limit is 4.");
    expect(row.length).to.be.lessThan(420);
    expect(text).to.match(
      /<details><summary>All findings[^]*- \*\*shard-limit\*\*, b: Keep shards few/,
    );
  });

  it("puts what refuses before what only advises, by a configuration or an exception", () => {
    const found = (name: string, enforcementLevel: string, fact: string) => ({
      name,
      enforcementLevel,
      message: `Rule.\n${fact}`,
      resource: `urn:pulumi:prod::pipeline::${STREAM}::events`,
    });
    const violations = [
      found("advised", "advisory", "events: advised."),
      found("both", "advisory", "Excepted until 2027-01-01."),
      found("both", "mandatory", "events: refused."),
    ];
    const pack = {
      folder: "",
      configFile: "",
      policies: [{ name: "advised" }, { name: "both" }, { name: "quiet" }],
    };
    const plan = planFrom([{ name: "events", after: stream(5) }]);
    const { policies } = withPolicies(pack, { ...plan.result, violations });
    const text = markdown(planFrom([], { violations, policies }));
    expect(text).to.include("**Refused by 1 policy**");
    expect(text.split("\n").filter((line) => /^\| (❌|⚠️)/u.test(line))).to.deep.equal([
      "| ❌ **both** (mandatory) | **events** | events: refused. |",
      "| ⚠️ **advised** (advisory) | **events** | events: advised. |",
    ]);
  });

  it("makes one row of what has one cause", () => {
    const tagged = (team: string) => ({ retentionInDays: 7, tags: { team } });
    const steps = Array.from({ length: 15 }, (_, index) => ({
      type: GROUP,
      name: `group-${index}`,
      before: tagged("a"),
      after: tagged("b"),
    }));
    const rows = markdown(planFrom(steps))
      .split("\n")
      .filter((line) => line.includes("~ updated"));
    expect(rows).to.have.length(1);
    expect(rows[0]).to.include("15: LogGroup × 15").and.include("tags.team: a → b");
  });

  it("stays short enough for a comment, however much changes", () => {
    const long = "y".repeat(400);
    const steps = Array.from({ length: 1000 }, (_, index) => ({
      type: GROUP,
      name: `group-${index}`,
      before: { name: `${index}${long}` },
      after: {
        name: `${long}${index}`,
        policy: JSON.stringify({
          Statement: [{ Effect: "Allow", Action: `s3:${index}`, Resource: long }],
        }),
      },
    }));
    const violations = steps.map(({ name }) => ({
      name: "shard-limit",
      enforcementLevel: "mandatory",
      message: `No.\n${long}`,
      resource: `urn:pulumi:prod::pipeline::${GROUP}::${name}`,
    }));
    const text = markdown(
      planFrom(steps, { violations, policies: [{ ...kept, result: "violated" }] }),
    );
    expect(text.length).to.be.lessThan(65_536);
    expect(text).to.match(/… and \d+ more/);
    expect(text).to.include("### Cost");
  });

  it("stays short enough with every section full, and each begins with what matters most", () => {
    const long = "y".repeat(300);
    const steps = Array.from({ length: 1000 }, (_, index) => ({
      name: `stream-${index}`,
      before: stream(2, { name: `${index}${long}` }),
      after: stream(3 + index, {
        name: `${long}${index}`,
        kmsKeyId: UNKNOWN,
        policy: JSON.stringify({
          Statement: [{ Effect: "Allow", Action: `kinesis:${index}`, Resource: long }],
        }),
      }),
      replaces: true,
      protect: true,
    }));
    const whole = {
      type: "aws:iam/rolePolicy:RolePolicy",
      name: "last",
      after: {
        role: "job",
        policy: JSON.stringify({
          Statement: [
            {
              Effect: "Allow",
              Action: [...Array.from({ length: 200 }, (_, index) => `sqs:${index}`), "iam:*"],
              Resource: Array.from({ length: 200 }, (_, index) => `arn:${index}${long}`),
            },
          ],
        }),
      },
    };
    const unpriced = { type: "aws:example/thing:Thing", name: "thing", after: {} };
    const violations = steps.map(({ name }) => ({
      name: "shard-limit",
      enforcementLevel: "mandatory",
      message: `No.\n${long}`,
      resource: `urn:pulumi:prod::pipeline::${STREAM}::${name}`,
    }));
    const plan = planFrom([whole, ...steps, unpriced], {
      violations,
      policies: [{ ...kept, result: "violated" }],
    });
    const text = markdown(plan, { settings: { note: long } });
    expect(text.length).to.be.lessThan(65_536);
    expect(text).to.include("> [!CAUTION]").and.include("Known only in the update");
    expect(text).to.include("- ⚠️ Allow `iam:*, sqs:0, ");
    expect(text.match(/… and \d+ more/g)?.length).to.be.at.least(6);
  });

  it("says in the place of an earlier one that it failed, and why", () => {
    const text = failureMarkdown("prod", true, "It must be\n- a <b>number</b>; got `x` @team");
    expect(text.split("\n")[0]).to.equal("<!-- preview of prod-deployed -->");
    expect(text).to.include("**Preview failed**").and.not.include("Accepted");
    expect(text).to.include("It must be<br>- a &lt;b&gt;number&lt;/b&gt;; got \\`x\\` &#64;team");
    expect(failureMarkdown("prod", true, "line\n".repeat(20_000)).length).to.be.lessThan(65_536);
  });

  it("lets no value break the table, run as HTML or call somebody", () => {
    const name = "a|b `c` <img src=x> @owner\n[x](http://x)";
    const text = markdown(
      planFrom([
        {
          name: "events",
          before: stream(2, { kmsKeyId: "plain" }),
          after: stream(2, { kmsKeyId: name }),
        },
      ]),
    );
    const [line = ""] = text.split("\n").filter((candidate) => candidate.includes("~ updated"));
    expect(line).to.include("kmsKeyId: plain → a\\|b \\`c\\` &lt;img src=x&gt; &#64;owner");
    expect(line).to.include("\\[x\\](http");
    expect(line.split(/(?<!\\)\|/)).to.have.length(6);
  });
});
