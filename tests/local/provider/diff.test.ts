import { runtime } from "@pulumi/pulumi";
import { expect } from "chai";
import fc from "fast-check";
import { diff, type Difference } from "../../../local/provider/diff";
import { secret, UNKNOWN, type Values } from "../../../local/provider/values";
import { BUCKET, DOMAIN, STREAM } from "./resources";

const OBJECT = "aws:s3/bucketObjectv2:BucketObjectv2";

function compare(type: string, olds: Values, news: Values): Difference {
  return diff(type, olds, news);
}

function asset(hash: string, path: string): Values {
  return { [runtime.specialSigKey]: runtime.specialAssetSig, hash, path };
}

describe("diff of the local AWS provider", () => {
  it("finds no change between equal inputs, whatever they are", () => {
    const inputs = fc.dictionary(fc.string(), fc.jsonValue());
    fc.assert(
      fc.property(inputs, (values) => {
        expect(compare(STREAM, values, structuredClone(values)).changes).to.be.empty;
      }),
    );
  });

  it("names each property that changes and how", () => {
    const olds = { shardCount: 1, encryptionType: "KMS", retentionPeriod: 24 };
    const news = { shardCount: 2, retentionPeriod: 24, kmsKeyId: "key" };
    expect(compare(STREAM, olds, news).changes).to.deep.equal({
      shardCount: { kind: "UPDATE", replaces: false },
      encryptionType: { kind: "DELETE", replaces: false },
      kmsKeyId: { kind: "ADD", replaces: false },
    });
  });

  it("replaces a resource whose property cannot change", () => {
    expect(compare(STREAM, { name: "a" }, { name: "b" }).changes).to.deep.equal({
      name: { kind: "UPDATE", replaces: true },
    });
  });

  it("finds what replaces inside a block, also when the block comes", () => {
    const replaced = { "encryptAtRest.kmsKeyId": { kind: "UPDATE", replaces: true } };
    expect(
      compare(
        DOMAIN,
        { encryptAtRest: { enabled: true, kmsKeyId: "a" } },
        { encryptAtRest: { enabled: true, kmsKeyId: "b" } },
      ).changes,
    ).to.deep.equal(replaced);
    expect(
      compare(DOMAIN, {}, { encryptAtRest: { enabled: true, kmsKeyId: "b" } }).changes,
    ).to.deep.equal({
      "encryptAtRest.enabled": { kind: "ADD", replaces: false },
      "encryptAtRest.kmsKeyId": { kind: "ADD", replaces: true },
    });
  });

  it("updates what changes inside a block that replaces, and replaces when the block comes", () => {
    const inside = (...subnetIds: string[]) => ({ vpcOptions: { subnetIds } });
    expect(compare(DOMAIN, inside("a"), inside("a", "b")).changes).to.deep.equal({
      "vpcOptions.subnetIds[1]": { kind: "ADD", replaces: false },
    });
    expect(compare(DOMAIN, {}, inside("a")).changes).to.deep.equal({
      "vpcOptions.subnetIds": { kind: "ADD", replaces: true },
    });
  });

  it("replaces an instance for new user data only when the program asks for it", () => {
    const instance = "aws:ec2/instance:Instance";
    const changes = (userDataReplaceOnChange: boolean): unknown =>
      compare(
        instance,
        { userDataReplaceOnChange, userData: "a" },
        { userDataReplaceOnChange, userData: "b" },
      ).changes;
    expect(changes(true)).to.deep.equal({ userData: { kind: "UPDATE", replaces: true } });
    expect(changes(false)).to.deep.equal({ userData: { kind: "UPDATE", replaces: false } });
  });

  it("quotes keys of maps that are no names", () => {
    const { changes } = compare(BUCKET, { tags: { "a.b": "1" } }, { tags: { "a.b": "2" } });
    expect(changes).to.have.all.keys('tags["a.b"]');
  });

  it("counts a value that is not known yet as a change", () => {
    expect(compare(STREAM, { kmsKeyId: "a" }, { kmsKeyId: UNKNOWN }).changes).to.have.all.keys(
      "kmsKeyId",
    );
  });

  it("compares secrets by value and assets by content", () => {
    expect(compare(STREAM, { kmsKeyId: "a" }, { kmsKeyId: secret("a") }).changes).to.be.empty;
    const here = { source: asset("1", "/here/job.jar") };
    expect(compare(OBJECT, here, { source: asset("1", "/there/job.jar") }).changes).to.be.empty;
    expect(compare(OBJECT, here, { source: asset("2", "/here/job.jar") }).changes).to.deep.equal({
      source: { kind: "UPDATE", replaces: false },
    });
  });

  it("deletes first when the replacement bears the same name", () => {
    const given = { bucket: "mine", objectLockEnabled: false };
    expect(compare(BUCKET, given, { ...given, objectLockEnabled: true })).to.deep.include({
      deleteBeforeReplace: true,
    });
    const generated = { ...given, bucket: "events-0123456" };
    expect(compare(BUCKET, generated, { ...generated, objectLockEnabled: true })).to.deep.include({
      deleteBeforeReplace: false,
    });
  });
});
