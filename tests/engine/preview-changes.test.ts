import { PulumiCommand } from "@pulumi/pulumi/automation";
import { expect } from "chai";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { DeclaredOptions } from "../../local/preview/declared-options";
import { previewMarkdown } from "../../local/preview/markdown";
import { planOf, type Plan } from "../../local/preview/plan";
import { readPlanFile } from "../../local/preview/plan-file";
import { EngineError, type LocalStack } from "../../local/engine/stack";
import { fixtureRoot, requireEngine, Sandbox } from "./engine";
import { smallProgram, unchanged, type Settings } from "./small-program";

/** How the Automation API starts the pulumi command. */
interface Runner {
  run: (
    this: Runner,
    args: readonly string[],
    cwd: string,
    env: Readonly<Record<string, string>>,
    ...rest: [onOutput?: (text: string) => void, ...unknown[]]
  ) => Promise<unknown>;
}

const expectations: readonly {
  readonly title: string;
  readonly change: Partial<Settings>;
  readonly lines: readonly string[];
}[] = [
  {
    title: "that nothing changes",
    change: {},
    lines: [
      "**Accepted** · no data store replaced or deleted · IAM and network access unchanged · $26.00 per month (unchanged)",
      "**No changes**: both sides declare the same 16 resources.",
    ],
  },
  {
    title: "a grant on everything",
    change: {
      statements: [
        "read stream",
        { Effect: "Allow", Action: ["s3:*", "iam:PassRole"], Resource: "*" },
      ],
    },
    lines: [
      "**Accepted** · no data store replaced or deleted · IAM and network access changed: 1 widened, 0 narrowed · $26.00 per month (unchanged)",
      "### IAM and network access",
      "- ⚠️ Allow `s3:*`, `iam:PassRole` on `*` added to the role `job` of `Job job`",
      "### Changes: 1 updated",
      "| Component |  | Resources | Changes |",
      "| --- | --- | --- | --- |",
      "| Job job | ~ updated | RolePolicy **job** | policy or access, see above |",
    ],
  },
  {
    title: "a grant that goes",
    change: { statements: [] },
    lines: [
      "**Accepted** · no data store replaced or deleted · IAM and network access changed: 0 widened, 1 narrowed · $26.00 per month (unchanged)",
      "### IAM and network access",
      "- Allow `kinesis:GetRecords` on `arn:aws:kinesis:eu-central-1:000000000000:stream/events-c17f815` removed from the role `job` of `Job job`",
      "### Changes: 1 updated",
      "| Component |  | Resources | Changes |",
      "| --- | --- | --- | --- |",
      "| Job job | ~ updated | RolePolicy **job** | policy or access, see above |",
    ],
  },
  {
    title: "a grant for more actions",
    change: {
      statements: [
        "read stream",
        {
          Effect: "Allow",
          Action: "kinesis:PutRecord",
          Resource: "arn:aws:kinesis:eu-central-1:000000000000:stream/other",
          Condition: { StringEquals: { "aws:SourceAccount": "000000000000" } },
        },
      ],
    },
    lines: [
      "**Accepted** · no data store replaced or deleted · IAM and network access changed: 1 widened, 0 narrowed · $26.00 per month (unchanged)",
      "### IAM and network access",
      '- ⚠️ Allow `kinesis:PutRecord` on `arn:aws:kinesis:eu-central-1:000000000000:stream/other` if `{"StringEquals":{"aws:SourceAccount":"000000000000"}}` added to the role `job` of `Job job`',
      "### Changes: 1 updated",
      "| Component |  | Resources | Changes |",
      "| --- | --- | --- | --- |",
      "| Job job | ~ updated | RolePolicy **job** | policy or access, see above |",
    ],
  },
  {
    title: "another trusted service",
    change: { trusted: "ec2.amazonaws.com" },
    lines: [
      "**Accepted** · no data store replaced or deleted · IAM and network access changed: 1 widened, 1 narrowed · $26.00 per month (unchanged)",
      "### IAM and network access",
      "- ⚠️ Allow `sts:AssumeRole` for `ec2.amazonaws.com` added to the trust policy of the role `job` of `Job job`",
      "- Allow `sts:AssumeRole` for `lambda.amazonaws.com` removed from the trust policy of the role `job` of `Job job`",
      "### Changes: 1 updated",
      "| Component |  | Resources | Changes |",
      "| --- | --- | --- | --- |",
      "| Job job | ~ updated | Role **job** | policy or access, see above |",
    ],
  },
  {
    title: "a key that rotates no more",
    change: { keyRotation: false },
    lines: [
      "**Accepted** · no data store replaced or deleted · IAM and network access unchanged · $26.00 per month (unchanged)",
      "### Changes: 1 updated",
      "| Component |  | Resources | Changes |",
      "| --- | --- | --- | --- |",
      "| Store store | ~ updated | Key **key** | enableKeyRotation: true → false |",
    ],
  },
  {
    title: "a protected key that goes",
    change: { hasKey: false },
    lines: [
      "**Stopped by the protection of 1 resource** · data stores: 1 deleted · IAM and network access unchanged · $25.00 per month (−$1.00)",
      "> [!CAUTION]",
      ">",
      "> **key** of Store store is deleted; makes everything it encrypts unreadable; deletion can be cancelled for 10 days; it is protected, which stops the update",
      "### Changes: 1 deleted, 1 updated",
      "| Component |  | Resources | Changes |",
      "| --- | --- | --- | --- |",
      "| Store store | − deleted | Key **key** |  |",
      "| Store store | ~ updated | Stream **events** | encryptionType: KMS → not set<br>kmsKeyId: arn:aws:kms:eu-central-1:000000000000:key/0db371ea-5b19-278… → not set |",
    ],
  },
  {
    title: "a stream that goes with its protection",
    change: { hasStream: false, isProtected: false },
    lines: [
      "**Stopped by the protection of 1 resource** · data stores: 1 deleted · IAM and network access changed: 1 widened, 1 narrowed · $4.10 per month (−$21.90)",
      "> [!CAUTION]",
      ">",
      "> **events** of Store store is deleted; loses the records of the last 24 hours; a new stream takes up to 5 minutes; it is protected, which stops the update",
      "### IAM and network access",
      "- ⚠️ Allow `kinesis:GetRecords` on `arn:aws:kinesis:eu-central-1:000000000000:stream/gone` added to the role `job` of `Job job`",
      "- Allow `kinesis:GetRecords` on `arn:aws:kinesis:eu-central-1:000000000000:stream/events-c17f815` removed from the role `job` of `Job job`",
      "### Changes: 1 deleted, 3 updated",
      "| Component |  | Resources | Changes |",
      "| --- | --- | --- | --- |",
      "| Store store | − deleted | Stream **events** |  |",
      "| Job job | ~ updated | RolePolicy **job** | policy or access, see above |",
      '| Watch watch | ~ updated | Dashboard **overview** | dashboardBody.widgets\\["Lag"\\].properties.metrics\\[0\\]\\[2\\]: events-c17f815 → gone<br>dashboardBody.widgets\\["Records"\\].properties.metrics\\[0\\]\\[2\\]: events-c17f815 → gone |',
      "| Watch watch | ~ updated | MetricAlarm **lag** | dimensions.StreamName: events-c17f815 → gone |",
    ],
  },
  {
    title: "a longer retention",
    change: { retentionPeriod: 48 },
    lines: [
      "**Accepted** · no data store replaced or deleted · IAM and network access unchanged · $55.20 per month (+$29.20)",
      "### Changes: 1 updated",
      "| Component |  | Resources | Changes |",
      "| --- | --- | --- | --- |",
      "| Store store | ~ updated | Stream **events** | retentionPeriod: 24 → 48 |",
    ],
  },
  {
    title: "a stream of another name, and what follows",
    change: { streamName: "trips", isProtected: false },
    lines: [
      "**Accepted** · data stores: 1 replaced · IAM and network access unchanged · $26.00 per month (unchanged)",
      "> [!CAUTION]",
      ">",
      "> **events** of Store store is replaced; loses the records of the last 24 hours; a new stream takes up to 5 minutes",
      "### Changes: 1 replaced, 3 updated",
      "| Component |  | Resources | Changes |",
      "| --- | --- | --- | --- |",
      "| Store store | ± replaced | Stream **events** | name: events-c17f815 → trips |",
      "| 2 components | ~ updated | RolePolicy **job**<br>Dashboard **overview**<br>MetricAlarm **lag** | follows the change of **events** |",
    ],
  },
  {
    title: "a protected stream of another name",
    change: { streamName: "trips" },
    lines: [
      "**Stopped by the protection of 1 resource** · data stores: 1 replaced · IAM and network access unchanged · $26.00 per month (unchanged)",
      "> [!CAUTION]",
      ">",
      "> **events** of Store store is replaced; loses the records of the last 24 hours; a new stream takes up to 5 minutes; it is protected, which stops the update",
      "### Changes: 1 replaced, 3 updated",
      "| Component |  | Resources | Changes |",
      "| --- | --- | --- | --- |",
      "| Store store | ± replaced | Stream **events** | name: events-c17f815 → trips |",
      "| 2 components | ~ updated | RolePolicy **job**<br>Dashboard **overview**<br>MetricAlarm **lag** | follows the change of **events** |",
    ],
  },
  {
    title: "a number of shards that is scaled elsewhere",
    change: { shardCount: 3, isScaled: true },
    lines: [
      "**Accepted** · no data store replaced or deleted · IAM and network access unchanged · $26.00 per month (unchanged)",
      "### Changes: 1 kept",
      "| Component |  | Resources | Changes |",
      "| --- | --- | --- | --- |",
      "| Store store | = kept | Stream **events** | shardCount 2 → 3 is ignored: scaled elsewhere; it stays 2 |",
    ],
  },
  {
    title: "more shards than the policy allows",
    change: { shardCount: 5 },
    lines: [
      "**Refused by 1 policy** · no data store replaced or deleted · IAM and network access unchanged · $58.85 per month (+$32.85)",
      "### Changes: 1 updated",
      "| Component |  | Resources | Changes |",
      "| --- | --- | --- | --- |",
      "| Store store | ~ updated | Stream **events** | shardCount: 2 → 5 |",
    ],
  },
  {
    title: "a bucket that is kept when it goes",
    change: { hasBucket: false },
    lines: [
      "**Accepted** · no data store replaced or deleted · IAM and network access changed: 0 widened, 1 narrowed · $26.00 per month (unchanged)",
      "### IAM and network access",
      "- Allow `s3:GetObject` on `arn:aws:s3:::archive-2dac9c2/*` for `arn:aws:iam::000000000000:role/reader` removed from the bucket policy of `archive` of `Store store`",
      "### Changes: 2 deleted",
      "| Component |  | Resources | Changes |",
      "| --- | --- | --- | --- |",
      "| Store store | − deleted | Bucket **archive** | stays in AWS without the stack |",
      "| Store store | − deleted | BucketPolicy **archive** |  |",
    ],
  },
  {
    title: "a bucket for everyone",
    change: { bucketPrincipal: "*" },
    lines: [
      "**Accepted** · no data store replaced or deleted · IAM and network access changed: 1 widened, 1 narrowed · $26.00 per month (unchanged)",
      "### IAM and network access",
      "- ⚠️ Allow `s3:GetObject` on `arn:aws:s3:::archive-2dac9c2/*` for `*` added to the bucket policy of `archive` of `Store store`",
      "- Allow `s3:GetObject` on `arn:aws:s3:::archive-2dac9c2/*` for `arn:aws:iam::000000000000:role/reader` removed from the bucket policy of `archive` of `Store store`",
      "### Changes: 1 updated",
      "| Component |  | Resources | Changes |",
      "| --- | --- | --- | --- |",
      "| Store store | ~ updated | BucketPolicy **archive** | policy or access, see above |",
    ],
  },
  {
    title: "another publisher of a topic",
    change: { publisher: "events.amazonaws.com" },
    lines: [
      "**Accepted** · no data store replaced or deleted · IAM and network access changed: 1 widened, 1 narrowed · $26.00 per month (unchanged)",
      "### IAM and network access",
      "- ⚠️ Allow `sns:Publish` on `arn:aws:sns:eu-central-1:000000000000:alarms-52aa712` for `events.amazonaws.com` added to the topic policy of `alarms` of `Watch watch`",
      "- Allow `sns:Publish` on `arn:aws:sns:eu-central-1:000000000000:alarms-52aa712` for `cloudwatch.amazonaws.com` removed from the topic policy of `alarms` of `Watch watch`",
      "### Changes: 1 updated",
      "| Component |  | Resources | Changes |",
      "| --- | --- | --- | --- |",
      "| Watch watch | ~ updated | TopicPolicy **alarms** | policy or access, see above |",
    ],
  },
  {
    title: "a security group open to the world",
    change: { sourceCidr: "0.0.0.0/0" },
    lines: [
      "**Accepted** · no data store replaced or deleted · IAM and network access changed: 1 widened, 0 narrowed · $26.00 per month (unchanged)",
      "### IAM and network access",
      "- ⚠️ TCP 443 from `10.0.0.0/16` changed to TCP 443 from `0.0.0.0/0` in the security group rule `https` of `Network network`",
      "### Changes: 1 updated",
      "| Component |  | Resources | Changes |",
      "| --- | --- | --- | --- |",
      "| Network network | ~ updated | SecurityGroupIngressRule **https** | cidrIpv4: 10.0.0.0/16 → 0.0.0.0/0<br>policy or access, see above |",
    ],
  },
  {
    title: "an API without authorization",
    change: { authorization: "NONE" },
    lines: [
      "**Accepted** · no data store replaced or deleted · IAM and network access changed: 1 widened, 0 narrowed · $26.00 per month (unchanged)",
      "### IAM and network access",
      "- ⚠️ `authorization` of Method `get` of `Network network` changed from `AWS_IAM` to `NONE`",
      "### Changes: 1 updated",
      "| Component |  | Resources | Changes |",
      "| --- | --- | --- | --- |",
      "| Network network | ~ updated | Method **get** | authorization: AWS\\_IAM → NONE<br>policy or access, see above |",
    ],
  },
  {
    title: "other addresses of a subnet",
    change: { subnet: "10.0.2.0/24" },
    lines: [
      "**Accepted** · no data store replaced or deleted · IAM and network access unchanged · $26.00 per month (unchanged)",
      "### Changes: 1 replaced",
      "| Component |  | Resources | Changes |",
      "| --- | --- | --- | --- |",
      "| Network network | ± replaced | Subnet **private** | cidrBlock: 10.0.1.0/24 → 10.0.2.0/24 |",
    ],
  },
  {
    title: "a security group that is deleted before it is replaced",
    change: { groupName: "other" },
    lines: [
      "**Accepted** · no data store replaced or deleted · IAM and network access unchanged · $26.00 per month (unchanged)",
      "### Changes: 1 replaced, 1 updated",
      "| Component |  | Resources | Changes |",
      "| --- | --- | --- | --- |",
      "| Network network | ± replaced | SecurityGroup **clients** | name: fixed → other<br>deleted before its replacement is created |",
      "| Network network | ~ updated | SecurityGroupIngressRule **https** | follows the change of **clients** |",
    ],
  },
  {
    title: "another threshold of an alarm",
    change: { threshold: 90 },
    lines: [
      "**Accepted** · no data store replaced or deleted · IAM and network access unchanged · $26.00 per month (unchanged)",
      "### Changes: 1 updated",
      "| Component |  | Resources | Changes |",
      "| --- | --- | --- | --- |",
      "| Watch watch | ~ updated | MetricAlarm **lag** | threshold: 60 → 90 |",
    ],
  },
  {
    title: "a new widget above the others",
    change: { widgets: ["Cost", "Lag", "Records"] },
    lines: [
      "**Accepted** · no data store replaced or deleted · IAM and network access unchanged · $26.00 per month (unchanged)",
      "### Changes: 1 updated",
      "| Component |  | Resources | Changes |",
      "| --- | --- | --- | --- |",
      '| Watch watch | ~ updated | Dashboard **overview** | dashboardBody.widgets\\["Cost"\\]: added<br>dashboardBody.widgets (positions): not set → 2 |',
    ],
  },
  {
    title: "a new name with an alias",
    change: { topicName: "alerts", oldTopicName: "alarms" },
    lines: [
      "**Accepted** · no data store replaced or deleted · IAM and network access unchanged · $26.00 per month (unchanged)",
      "### Changes: 1 kept",
      "| Component |  | Resources | Changes |",
      "| --- | --- | --- | --- |",
      "| Watch watch | = kept | Topic **alerts** | renamed from alarms by an alias |",
    ],
  },
  {
    title: "a move into a component with an alias",
    change: { hasMoved: true },
    lines: [
      "**Accepted** · no data store replaced or deleted · IAM and network access unchanged · $26.00 per month (unchanged)",
      "### Changes: 1 kept",
      "| Component |  | Resources | Changes |",
      "| --- | --- | --- | --- |",
      "| Watch watch | = kept | Topic **alarms** | moved by an alias |",
    ],
  },
  {
    title: "a new name with an alias, and a replacement",
    change: { topicName: "alerts", oldTopicName: "alarms", isFifo: true },
    lines: [
      "**Accepted** · no data store replaced or deleted · IAM and network access changed: 1 widened, 1 narrowed · $26.00 per month (unchanged)",
      "### IAM and network access",
      "- ⚠️ Allow `sns:Publish` on `arn:aws:sns:eu-central-1:000000000000:alerts-fe66672.fifo` for `cloudwatch.amazonaws.com` added to the topic policy of `alarms` of `Watch watch`",
      "- Allow `sns:Publish` on `arn:aws:sns:eu-central-1:000000000000:alarms-52aa712` for `cloudwatch.amazonaws.com` removed from the topic policy of `alarms` of `Watch watch`",
      "### Changes: 2 replaced",
      "| Component |  | Resources | Changes |",
      "| --- | --- | --- | --- |",
      "| Watch watch | ± replaced | Topic **alerts** | fifoTopic: false → true<br>renamed from alarms by an alias |",
      "| Watch watch | ± replaced | TopicPolicy **alarms** | arn: arn:aws:sns:eu-central-1:000000000000:alarms-52aa712 → arn:aws:sns:eu-central-1:000000000000:alerts-fe66672.fifo<br>policy or access, see above |",
    ],
  },
  {
    title: "a new name without an alias",
    change: { topicName: "alerts" },
    lines: [
      "**Accepted** · no data store replaced or deleted · IAM and network access changed: 1 widened, 1 narrowed · $26.00 per month (unchanged)",
      "### IAM and network access",
      "- ⚠️ Allow `sns:Publish` on `arn:aws:sns:eu-central-1:000000000000:alerts-6c609a8` for `cloudwatch.amazonaws.com` added to the topic policy of `alarms` of `Watch watch`",
      "- Allow `sns:Publish` on `arn:aws:sns:eu-central-1:000000000000:alarms-52aa712` for `cloudwatch.amazonaws.com` removed from the topic policy of `alarms` of `Watch watch`",
      "### Changes: 1 replaced, 1 deleted, 1 created",
      "| Component |  | Resources | Changes |",
      "| --- | --- | --- | --- |",
      "| Watch watch | ± replaced | TopicPolicy **alarms** | arn: arn:aws:sns:eu-central-1:000000000000:alarms-52aa712 → arn:aws:sns:eu-central-1:000000000000:alerts-6c609a8<br>policy or access, see above |",
      "| Watch watch | − deleted | Topic **alarms** |  |",
      "| Watch watch | + created | Topic **alerts** |  |",
    ],
  },
  {
    title: "a tag of everything in one row",
    change: { tags: { team: "two" } },
    lines: [
      "**Accepted** · no data store replaced or deleted · IAM and network access unchanged · $26.00 per month (unchanged)",
      "### Changes: 11 updated",
      "| Component |  | Resources | Changes |",
      "| --- | --- | --- | --- |",
      "| 4 components | ~ updated | 11: Role × 1, FlowLog × 1, SecurityGroup × 1, Subnet × 1, Vpc × 1, SecurityGroupIngressRule × 1, Stream × 1, Key × 1, Bucket × 1, MetricAlarm × 1, Topic × 1 | tags.team: one → two |",
    ],
  },
];

describe("the comment of a preview, by change of the program", () => {
  const sandbox = new Sandbox();
  const deployedOptions = new DeclaredOptions();
  let options: DeclaredOptions;
  let settings: Settings = unchanged;
  let stack: LocalStack;

  before(requireEngine);
  before(async () => {
    const program = deployedOptions.watch(smallProgram(unchanged), { unprotect: true });
    const base = await sandbox.open(program, { isThrowaway: true });
    await base.record();
    sandbox.closeStacks();
    stack = await sandbox.open(async () => options.watch(smallProgram(settings))());
  });
  after(sandbox.remove);

  async function planned(change: Partial<Settings>): Promise<Plan> {
    settings = { ...unchanged, ...change };
    options = new DeclaredOptions();
    const result = await stack.preview().catch((error: unknown) => {
      if (error instanceof EngineError && error.result.violations.length > 0) return error.result;
      throw error;
    });
    return planOf({ stack: "dev", root: fixtureRoot, result, options, deployedOptions });
  }

  /** The comment from its verdict to its policies. */
  async function firstLines(change: Partial<Settings>): Promise<readonly string[]> {
    const plan = await planned(change);
    const against = { ref: "main", commit: "0123abc" };
    const text = previewMarkdown({ plan, region: "eu-central-1", isDeployed: false, against });
    const lines = text.split("\n").filter((line) => line !== "");
    expect(lines.slice(0, 2)).to.deep.equal([
      "<!-- preview of dev -->",
      "## Preview of dev against `main` (0123abc)",
    ]);
    const end = lines.findIndex((line) => line.startsWith("### Policies"));
    return lines.slice(2, end);
  }

  for (const { title, change, lines } of expectations) {
    it(`shows ${title}`, async () => {
      expect(await firstLines(change)).to.deep.equal(lines);
    });
  }

  /** The plan, and what `pulumi preview --json` prints of it: one event per line, or a digest. */
  async function printed(change: Partial<Settings>, streaming: boolean) {
    const commands = PulumiCommand.prototype as unknown as Runner;
    const { run } = commands;
    let text = "";
    commands.run = function (args, cwd, env, ...rest) {
      if (!args.includes("preview")) return run.call(this, args, cwd, env, ...rest);
      const json = [...args, "--json", "--show-sames"];
      const variables = { ...env, PULUMI_ENABLE_STREAMING_JSON_PREVIEW: String(streaming) };
      rest[0] = (output) => (text += output);
      return run.call(this, json, cwd, variables, ...rest);
    };
    try {
      return { plan: await planned(change), text };
    } finally {
      commands.run = run;
    }
  }

  for (const [title, change] of [
    ["a replacement", { streamName: "trips", isProtected: false }],
    ["a grant", { statements: [], isProtected: false }],
    ["a refusal", { shardCount: 8, isProtected: false }],
  ] as const) {
    it(`shows ${title} by what pulumi preview --json prints`, async () => {
      const file = path.join(mkdtempSync(path.join(tmpdir(), "plan-file-")), "plan.jsonl");
      try {
        for (const streaming of [true, false]) {
          const { plan, text } = await printed(change, streaming);
          writeFileSync(file, text);
          const result = readPlanFile(file, "dev");
          const read = planOf({ stack: "dev", root: fixtureRoot, result });
          expect(read.changes).to.deep.equal(plan.changes);
          if (streaming) expect(result.violations).to.deep.equal(plan.result.violations);
          else if (read.verdict !== "stopped") expect(read.verdict).to.equal("unjudged");
        }
      } finally {
        rmSync(path.dirname(file), { recursive: true });
      }
    });
  }
});
