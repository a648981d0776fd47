import { expect } from "chai";
import { SearchSnapshots, type SearchSnapshotsArgs } from "../../../infra/search/snapshots";
import { deploy, refusal } from "../../support/mocks";
import { document, statementFor } from "../policy-documents";

const domainArn = "arn:aws:es:us-east-1:123456789012:domain/trips";
const valid: SearchSnapshotsArgs = { domainArn, keepDays: 30 };
const bucketType = "aws:s3/bucket:Bucket";

function snapshots(changes: Partial<SearchSnapshotsArgs> = {}) {
  return deploy(() => {
    new SearchSnapshots("snapshots", { ...valid, ...changes });
  });
}

describe("SearchSnapshots", () => {
  it("has a role that the service assumes for one domain alone, on one bucket alone", async () => {
    const deployment = await snapshots({ kmsKeyArn: "arn:key" });
    const { assumeRolePolicy } = deployment.one("aws:iam/role:Role").inputs;
    expect(document(assumeRolePolicy).Statement).to.deep.equal([
      {
        Effect: "Allow",
        Principal: { Service: "es.amazonaws.com" },
        Action: "sts:AssumeRole",
        Condition: {
          StringEquals: { "aws:SourceAccount": "123456789012" },
          ArnEquals: { "aws:SourceArn": domainArn },
        },
      },
    ]);
    const { policy } = deployment.one("aws:iam/rolePolicy:RolePolicy").inputs;
    const [bucket] = statementFor(policy, "s3:ListBucket").Resource ?? [];
    expect(bucket).to.be.a("string");
    for (const action of ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]) {
      expect(statementFor(policy, action).Resource).to.deep.equal([`${String(bucket)}/*`]);
    }
    expect(statementFor(policy, "kms:GenerateDataKey")).to.deep.include({
      Resource: ["arn:key"],
      Condition: { StringEquals: { "kms:ViaService": "s3.us-east-1.amazonaws.com" } },
    });
  });

  it("keeps its bucket with the data, and expires no object that a snapshot needs", async () => {
    const kept = await snapshots({ protectData: true });
    expect(kept.one(bucketType)).to.deep.include({ protect: true, retainOnDelete: true });
    const { rules } = kept.one("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration")
      .inputs as { readonly rules: readonly object[] };
    for (const rule of rules) expect(rule).not.to.have.any.keys("expiration", "transitions");
    expect((await snapshots()).one(bucketType).inputs).to.include({ forceDestroy: true });
  });

  it("counts the objects that complete a snapshot", async () => {
    const { inputs } = (await snapshots()).one("aws:s3/bucketMetric:BucketMetric");
    expect(inputs).to.deep.include({ name: "snapshots", filter: { prefix: "snap-" } });
  });

  for (const keepDays of [0, 366, 1.5]) {
    it(`refuses ${keepDays} days`, async () => {
      expect(
        await refusal(() => new SearchSnapshots("snapshots", { ...valid, keepDays })),
      ).to.equal(
        `SearchSnapshots "snapshots" has invalid arguments:\n- keepDays must be an integer from 1 to 365; got ${keepDays}`,
      );
    });
  }
});
