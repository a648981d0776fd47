import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import {
  bucketOf,
  bucketPlane,
  objectPlane,
  ObjectStore,
} from "../../../../local/services/storage/object-store";
import { declared } from "../declared-resource";
import { rejection } from "../rejection";
import { temporaryFolder } from "../temporary-folder";

const BUCKET = declared("aws:s3/bucket:Bucket", { bucket: "trips" });

function object(source: Readonly<Record<string, unknown>>, versionId?: string) {
  const inputs = { bucket: "trips", key: "flink-job/a.jar", ...source };
  return declared("aws:s3/bucketObjectv2:BucketObjectv2", inputs, { versionId });
}

describe("The object store", () => {
  const folder = temporaryFolder();
  const stored = async (): Promise<ObjectStore> => {
    const store = new ObjectStore(folder());
    await bucketPlane(store).create(BUCKET);
    return store;
  };

  it("keeps an object under its key in the folder of its bucket", async () => {
    const store = await stored();
    await store.put("trips", "events/year=2026/a.gz", Buffer.from("content"));
    expect(
      readFileSync(path.join(store.bucketFolder("trips"), "events", "year=2026", "a.gz"), "utf8"),
    ).to.equal("content");
  });

  it("refuses an object for a bucket that is not there", async () => {
    const store = new ObjectStore(folder());
    expect((await rejection(store.put("trips", "a", Buffer.of()))).message).to.equal(
      "Bucket trips does not exist",
    );
  });

  it("refuses a key that leads out of its bucket", async () => {
    const store = await stored();
    expect((await rejection(store.put("trips", "../other/a", Buffer.of()))).message).to.include(
      "leads out of",
    );
  });

  it("takes an object from a file, a text or base64", async () => {
    const store = await stored();
    const file = path.join(folder(), "a.jar");
    writeFileSync(file, "jar");
    for (const [source, content] of [
      [{ source: { path: file, hash: "0" } }, "jar"],
      [{ source: { text: "text" } }, "text"],
      [{ content: "inline" }, "inline"],
      [{ contentBase64: Buffer.from("bytes").toString("base64") }, "bytes"],
    ] as const) {
      await objectPlane(store).create(object(source));
      expect(readFileSync(store.find("trips", "flink-job/a.jar"), "utf8")).to.equal(content);
    }
  });

  it("keeps every version of a declared object, whose id follows from the content", async () => {
    const store = await stored();
    const plane = objectPlane(store);
    const first = await plane.create(object({ content: "one" }));
    const second = await plane.create(object({ content: "two" }));
    const again = await plane.create(object({ content: "one" }));
    const content = (version: unknown): string =>
      readFileSync(store.find("trips", "flink-job/a.jar", String(version)), "utf8");
    expect(content(first["versionId"])).to.equal("one");
    expect(content(second["versionId"])).to.equal("two");
    expect(again).to.deep.equal(first);
  });

  it("says which object or version is missing", async () => {
    const store = await stored();
    await store.putVersion("trips", "a", Buffer.from("one"));
    expect(() => store.find("trips", "b")).to.throw(/^Object b of bucket trips does not exist$/);
    expect(() => store.find("trips", "a", "x")).to.throw(
      /^Object a of .* does not exist in version x$/,
    );
  });

  it("finds again what an earlier run has left, and only that", async () => {
    const store = await stored();
    const { versionId } = await objectPlane(store).create(object({ content: "one" }));
    const later = new ObjectStore(folder());
    expect(await bucketPlane(later).read(BUCKET)).to.deep.equal({});
    expect(await objectPlane(later).read(object({}, String(versionId)))).to.deep.equal({});
    expect(await objectPlane(later).read(object({}, "other"))).to.equal(undefined);
    await bucketPlane(later).delete(BUCKET);
    expect(await bucketPlane(later).read(BUCKET)).to.equal(undefined);
    expect(await objectPlane(later).read(object({}, String(versionId)))).to.equal(undefined);
  });

  it("leaves no empty folder behind a deleted object", async () => {
    const store = await stored();
    await store.put("trips", "other", Buffer.of());
    await objectPlane(store).create(object({ content: "one" }));
    await objectPlane(store).delete(object({}));
    expect(readdirSync(store.bucketFolder("trips"))).to.deep.equal(["other"]);
  });

  it("refuses a source that has no file on this machine", async () => {
    const store = await stored();
    const error = await rejection(
      objectPlane(store).create(object({ source: { uri: "https://a" } })),
    );
    expect(error.message).to.include("its source must be a file or a text");
  });

  it("reads a bucket's name from its ARN, in any partition", () => {
    expect(bucketOf("arn:aws-cn:s3:::trips")).to.equal("trips");
    expect(() => bucketOf("arn:aws:s3:::trips/key")).to.throw("is not the ARN of a bucket");
  });
});
