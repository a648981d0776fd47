import { type ResourceValidationArgs, unknownCheckingProxy } from "@pulumi/policy";
import { expect } from "chai";
import { policies } from "../../../policies/pack";
import { evaluate, inDays, unknownString } from "../../support/policy";

type Block = Readonly<Record<string, unknown>>;

const stream = "aws:kinesis/stream:Stream";
const domain = "aws:opensearch/domain:Domain";
const instance = "aws:ec2/instance:Instance";
const group = "aws:cloudwatch/logGroup:LogGroup";
const block = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock";
const https = { enforceHttps: true, tlsSecurityPolicy: "Policy-Min-TLS-1-2-PFS-2023-10" };
const blocked = {
  blockPublicAcls: true,
  blockPublicPolicy: true,
  ignorePublicAcls: true,
  restrictPublicBuckets: true,
};

/** What each remediation makes of a resource. */
const remedies: readonly (readonly [policy: string, type: string, Block, Block, Block?])[] = [
  [
    "kinesis-stream-encryption",
    stream,
    {},
    { encryptionType: "KMS", kmsKeyId: "alias/mine" },
    { remedyKey: "alias/mine" },
  ],
  [
    "kinesis-stream-encryption",
    stream,
    { kmsKeyId: "alias/own" },
    { encryptionType: "KMS", kmsKeyId: "alias/own" },
  ],
  ["kinesis-stream-retention", stream, {}, { retentionPeriod: 168 }],
  ["kinesis-stream-retention", stream, { retentionPeriod: 8760 }, { retentionPeriod: 336 }],
  ["cloudwatch-log-group-retention", group, {}, { retentionInDays: 731 }],
  ["cloudwatch-log-group-retention", group, { retentionInDays: 0 }, { retentionInDays: 731 }],
  ["cloudwatch-log-group-retention", group, { retentionInDays: 7 }, { retentionInDays: 365 }],
  ["opensearch-domain-https", domain, {}, { domainEndpointOptions: https }],
  [
    "opensearch-domain-https",
    domain,
    { domainEndpointOptions: { customEndpoint: "a.example.com" } },
    { domainEndpointOptions: { customEndpoint: "a.example.com", ...https } },
  ],
  ["ec2-instance-metadata-v2", instance, {}, { metadataOptions: { httpTokens: "required" } }],
  [
    "ec2-instance-metadata-v2",
    "aws:ec2/launchTemplate:LaunchTemplate",
    { metadataOptions: { httpTokens: "optional" } },
    { metadataOptions: { httpTokens: "required" } },
  ],
  ["s3-bucket-public-access-block", block, { blockPublicAcls: false }, blocked],
  ["required-tags", stream, {}, { tags: { project: "program", stack: "test" } }],
  [
    "required-tags",
    stream,
    { tags: { "cost.center": "7" } },
    { tags: { "cost.center": "7", owner: "data", stack: "test" } },
    { keys: ["owner", "stack"], values: ["owner=data"] },
  ],
];

async function remediated(name: string, type: string, props: Block, config: Block = {}) {
  const policy = policies.find((one) => one.name === name);
  if (policy === undefined || !("remediateResource" in policy)) throw new Error(`No ${name}.`);
  const own = Object.entries(policy.configSchema?.properties ?? {});
  const defaults = Object.fromEntries(own.map(([key, { default: value }]) => [key, value]));
  return await policy.remediateResource({
    type,
    name: "one",
    urn: `urn:pulumi:test::program::${type}::one`,
    props: (unknownCheckingProxy as (props: object) => object)(
      JSON.parse(JSON.stringify(props)) as object,
    ),
    getConfig: () => ({ ...defaults, ...config }),
  } as ResourceValidationArgs);
}

describe("a remediation", () => {
  for (const [name, type, before, after, config] of remedies) {
    it(`of ${name} makes ${JSON.stringify(after)} of ${JSON.stringify(before)}`, async () => {
      const props = (await remediated(name, type, before, config)) ?? {};
      expect(props).to.deep.equal({ ...before, ...after });
      // It sets nothing twice, and leaves nothing to refuse but a key that AWS manages.
      expect(await remediated(name, type, props, config)).to.equal(undefined);
      const policy = policies.find((one) => one.name === name);
      if (policy === undefined || "validateStack" in policy) throw new Error(`No ${name}.`);
      expect((await evaluate(policy, { type, name: "one", props }, config)).violations).to.be.empty;
    });
  }

  it("leaves other types, exempt resources, exceptions and unknown values as they are", async () => {
    const exceptions = [{ resource: "one", reason: "Trial", expires: inDays(9) }];
    expect(await remediated("kinesis-stream-retention", group, {})).to.equal(undefined);
    expect(await remediated("kinesis-stream-retention", stream, {}, { exceptions })).to.equal(
      undefined,
    );
    const fromTemplate = { launchTemplate: { id: unknownString } };
    expect(await remediated("ec2-instance-metadata-v2", instance, fromTemplate)).to.equal(
      undefined,
    );
    const key = await remediated("kinesis-stream-encryption", stream, {
      encryptionType: "KMS",
      kmsKeyId: unknownString,
    });
    expect(key).to.equal(undefined);
  });
});
