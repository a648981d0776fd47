import { readFileSync } from "node:fs";
import path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { policies } from "../../../policies/pack";
import {
  evaluate,
  evaluateStack,
  type Outcome,
  type TestResource,
  unknownString,
} from "../../support/policy";
import { stackDeployment } from "../../support/stack-deployment";

/**
 * These judge what only the engine and the provider know: merged tags, the option protect, ids, and documents made of
 * outputs. The engine's previews of dev, prod and local pass them: tests/engine/preview.test.ts.
 */
const engineKnows = [
  "cloudwatch-alarm-dimensions",
  "policy-document-unknown",
  "required-tags",
  "stateful-resource-protection",
];

type Changes = Readonly<Record<string, unknown>>;

/** Deploys a stack under mocks and collects what each policy says, by policy and resource. */
async function judge(
  stack: string,
  preview: boolean,
  changes: Changes = {},
  ownLimits: Readonly<Record<string, Changes>> = {},
) {
  const { resources } = await stackDeployment(stack, changes, preview);
  const file = path.join(__dirname, `../../../policies/limits.${stack}.json`);
  const limits = {
    ...(JSON.parse(readFileSync(file, "utf8")) as Readonly<Record<string, Changes>>),
    ...ownLimits,
  };
  const judged = resources
    .filter(({ custom }) => custom)
    .map(({ type, name, inputs }) => ({ type, name, props: asInEngine(inputs) as object }));

  const messages: string[] = [];
  let verdicts = 0;
  for (const policy of policies.filter(({ name }) => !engineKnows.includes(name))) {
    const config = limits[policy.name];
    const outcomes =
      "validateStack" in policy
        ? [await evaluateStack(policy, judged.map(named), config)]
        : await Promise.all(judged.map((one) => evaluate(policy, one, config)));
    verdicts += outcomes.filter(({ applicable }) => applicable).length;
    messages.push(...outcomes.flatMap((outcome) => complaints(policy.name, outcome)));
  }
  return { messages, verdicts };
}

function complaints(policy: string, { violations, advice, unknown }: Outcome): string[] {
  const messages = [...violations, ...advice, ...(unknown === undefined ? [] : [unknown])];
  return messages.map((message) => `${policy}: ${message}`);
}

/** A stack policy sees outputs, where the engine has given names; the mocks give the logical one. */
function named(resource: TestResource): TestResource {
  const { name } = resource;
  const arn = `arn:aws:test:us-east-1:123456789012:${name}`;
  return { ...resource, props: { bucket: name, name, arn, ...resource.props } };
}

/** The mocks hand over unknown values as an object of Pulumi's, the engine as a text that policies know. */
function asInEngine(value: unknown): unknown {
  if (pulumi.isUnknown(value)) return unknownString;
  if (Array.isArray(value)) return value.map(asInEngine);
  if (value instanceof Object && Object.getPrototypeOf(value) === Object.prototype) {
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, asInEngine(one)]));
  }
  return value;
}

describe("the pipeline's own stacks", function () {
  // Each test deploys a whole program; a busy machine takes its time.
  this.timeout(30_000);

  for (const stack of ["dev", "prod", "local"]) {
    it(`satisfy every policy in a preview of ${stack}, and leave none unable to run`, async () => {
      const { messages, verdicts } = await judge(stack, true);
      expect(messages).to.deep.equal([]);
      expect(verdicts).to.be.greaterThan(30);
    });
  }

  it("satisfy every policy in an update, where keys and documents are known", async () => {
    expect((await judge("prod", false)).messages).to.deep.equal([]);
  });

  it("satisfy every policy with HTTP ingestion by IAM; an API key needs an exception for its method", async () => {
    expect((await judge("dev", false, { httpIngestion: "Iam" })).messages).to.deep.equal([]);
    const { messages } = await judge("prod", true, {
      httpIngestion: "ApiKey",
      httpIngestionWebAclArn: "arn:aws:wafv2:us-east-1:123456789012:regional/webacl/events/0-1",
    });
    expect(messages.map((message) => message.split(":")[0])).to.deep.equal([
      "apigateway-method-authorization",
    ]);
  });

  it("satisfy every policy with access from an account that is listed as trusted, and only then", async () => {
    const changes = {
      streamProducerRoleArns: ["arn:aws:iam::210987654321:role/producer"],
      streamReaderRoleArns: ["arn:aws:iam::210987654321:role/reader"],
      streamReaderConsumers: ["audit"],
    };
    const trust = (...trustedAccounts: readonly string[]) =>
      judge("prod", false, changes, { "iam-trusted-accounts": { trustedAccounts } });
    const refused = (await trust("123456789012")).messages;
    expect(refused).to.have.length(3);
    for (const message of refused) {
      expect(message).to.match(/^iam-trusted-accounts: .*access is granted to 210987654321/s);
    }
    expect((await trust("123456789012", "210987654321")).messages).to.deep.equal([]);
  });

  it("satisfy every policy with a function on the stream", async () => {
    const changes = {
      functionHandler: "examples/stream-function/handler.ts",
      functionDelivery: true,
    };
    for (const stack of ["dev", "prod", "local"]) {
      expect((await judge(stack, false, changes)).messages, stack).to.deep.equal([]);
    }
  });

  it("are refused in a preview of prod with what dev may do, and with more than the limits", async () => {
    const { messages } = await judge("prod", true, {
      encryptAtRest: false,
      flinkParallelism: 9,
      searchInstanceCount: 6,
      shardCount: 9,
      // The default, which dev keeps.
      streamRetentionHours: 24,
    });
    expect(messages.map((message) => message.split(":")[0])).to.have.members([
      "ec2-instance-volume-encryption",
      "flink-application-kpu-limit",
      "flink-application-parallelism-limit",
      "kinesis-stream-encryption",
      "kinesis-stream-retention",
      "kinesis-stream-shard-limit",
      "opensearch-domain-access-control",
      "opensearch-domain-encryption-at-rest",
      // Audit logs go with fine-grained access control, which goes with encryption.
      "opensearch-domain-logs",
      "opensearch-domain-node-limit",
    ]);
  });
});
