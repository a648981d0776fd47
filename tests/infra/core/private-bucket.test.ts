import { expect } from "chai";
import { policyDocument } from "../../../infra/core/iam";
import { PrivateBucket, type PrivateBucketArgs } from "../../../infra/core/private-bucket";
import { deploy, refusal } from "../../support/mocks";
import { document, statementFor } from "../policy-documents";

function bucket(args: PrivateBucketArgs = {}) {
  return deploy(() => new PrivateBucket("archive", args));
}

describe("PrivateBucket", () => {
  it("is closed to the public and to ACLs", async () => {
    const deployment = await bucket();
    expect(
      deployment.one("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock").inputs,
    ).to.deep.equal({
      bucket: "archive",
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    });
    expect(
      deployment.one("aws:s3/bucketOwnershipControls:BucketOwnershipControls").inputs,
    ).to.deep.include({ rule: { objectOwnership: "BucketOwnerEnforced" } });
  });

  it("denies every request without TLS, on the bucket and on its objects", async () => {
    const { inputs } = (await bucket()).one("aws:s3/bucketPolicy:BucketPolicy");
    const arn = "arn:aws:test:us-east-1:123456789012:archive";
    expect(document(inputs["policy"]).Statement).to.deep.equal([
      {
        Sid: "TlsOnly",
        Effect: "Deny",
        Principal: "*",
        Action: "s3:*",
        Resource: [arn, `${arn}/*`],
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      },
    ]);
  });

  it("is encrypted with S3's keys, or with the key it is given", async () => {
    const type =
      "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration";
    expect((await bucket()).one(type).inputs["rules"]).to.deep.equal([
      {
        applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" },
        bucketKeyEnabled: false,
      },
    ]);
    expect((await bucket({ kmsKeyArn: "arn:key" })).one(type).inputs["rules"]).to.deep.equal([
      {
        applyServerSideEncryptionByDefault: {
          sseAlgorithm: "aws:kms",
          kmsMasterKeyId: "arn:key",
        },
        bucketKeyEnabled: true,
      },
    ]);
  });

  it("keeps versions, and forgets old ones and, where asked, old objects", async () => {
    const type = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration";
    const deployment = await bucket({ expirationDays: 30 });
    expect(deployment.one("aws:s3/bucketVersioning:BucketVersioning").inputs).to.deep.include({
      versioningConfiguration: { status: "Enabled" },
    });
    expect(deployment.one(type).inputs["rules"]).to.deep.equal([
      {
        id: "tidy",
        status: "Enabled",
        filter: { prefix: "" },
        abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
        noncurrentVersionExpiration: { noncurrentDays: 30 },
        expiration: { days: 30 },
      },
    ]);
    const [rule] = (await bucket()).one(type).inputs["rules"] as object[];
    expect(rule).not.to.have.property("expiration");
  });

  it("is emptied when it goes, unless data is protected", async () => {
    const dropped = (await bucket()).one("aws:s3/bucket:Bucket");
    expect(dropped).to.include({ protect: false, retainOnDelete: false });
    expect(dropped.inputs["forceDestroy"]).to.equal(true);
    const kept = (await bucket({ protectData: true })).one("aws:s3/bucket:Bucket");
    expect(kept).to.include({ protect: true, retainOnDelete: true });
    expect(kept.inputs["forceDestroy"]).to.equal(false);
  });

  it("lets Firehose write objects and nothing else of the account", async () => {
    const { outputs } = await deploy(() => ({
      policy: policyDocument(
        new PrivateBucket("archive", { kmsKeyArn: "arn:key" }).deliveryStatements(),
      ),
    }));
    const arn = "arn:aws:test:us-east-1:123456789012:archive";
    expect(statementFor(outputs["policy"], "s3:PutObject").Resource).to.deep.equal([`${arn}/*`]);
    expect(statementFor(outputs["policy"], "s3:ListBucket").Resource).to.deep.equal([arn]);
    expect(statementFor(outputs["policy"], "kms:GenerateDataKey").Condition).to.deep.equal({
      StringEquals: { "kms:ViaService": "s3.us-east-1.amazonaws.com" },
    });
  });

  it("lets a program write files below one folder, and finish uploads that it began", async () => {
    const { outputs } = await deploy(() => ({
      policy: policyDocument(
        new PrivateBucket("archive", { kmsKeyArn: "arn:key" }).fileStatements("results/"),
      ),
    }));
    const arn = "arn:aws:test:us-east-1:123456789012:archive";
    for (const action of ["s3:PutObject", "s3:DeleteObject", "s3:ListMultipartUploadParts"]) {
      expect(statementFor(outputs["policy"], action).Resource).to.deep.equal([`${arn}/results/*`]);
    }
    expect(statementFor(outputs["policy"], "kms:GenerateDataKey").Resource).to.deep.equal([
      "arn:key",
    ]);
  });

  it("refuses an expiry that S3 or common sense refuses", async () => {
    for (const expirationDays of [0, 3654, 1.5]) {
      expect(await refusal(() => new PrivateBucket("archive", { expirationDays }))).to.equal(
        `PrivateBucket "archive" has invalid arguments:\n- expirationDays must be an integer from 1 to 3653; got ${expirationDays}`,
      );
    }
  });

  it("logs requests to a bucket that takes logs", async () => {
    const { inputs } = (await bucket({ logBucketName: "logs" })).one(
      "aws:s3/bucketLogging:BucketLogging",
    );
    expect(inputs).to.deep.equal({
      bucket: "archive",
      targetBucket: "logs",
      targetPrefix: "archive/",
    });
    expect((await bucket()).ofType("aws:s3/bucketLogging:BucketLogging")).to.be.empty;
  });

  it("takes logs from buckets of the account, encrypted as S3 can write them", async () => {
    const deployment = await bucket({ takesLogs: true });
    const { policy } = deployment.one("aws:s3/bucketPolicy:BucketPolicy").inputs;
    expect(statementFor(policy, "s3:PutObject")).to.deep.include({
      Principal: { Service: "logging.s3.amazonaws.com" },
      Condition: { StringEquals: { "aws:SourceAccount": "123456789012" } },
    });
    expect(
      await refusal(
        () =>
          new PrivateBucket("logs", {
            takesLogs: true,
            kmsKeyArn: "arn:key",
            logBucketName: "other",
          }),
      ),
    ).to.equal(
      [
        'PrivateBucket "logs" has invalid arguments:',
        "- kmsKeyArn must be left out with takesLogs: S3 delivers logs to buckets with its own keys alone",
        "- logBucketName must be left out with takesLogs: a log of the log would never end",
      ].join("\n"),
    );
  });
});
