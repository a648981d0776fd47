import { runtime } from "@pulumi/pulumi";
import { expect } from "chai";
import type { DataPlane, DeclaredResource } from "../../../local/provider/data-plane";
import { AwsProvider, type RecordedResource } from "../../../local/provider/provider";
import { secret, type Values } from "../../../local/provider/values";
import { BUCKET, newResource, STREAM, urn } from "./resources";

const events = urn(STREAM, "events");

/** A data plane that notes what it is asked for. */
class NotingPlane implements DataPlane {
  readonly calls: [string, DeclaredResource][] = [];
  isGone = false;

  create(resource: DeclaredResource): Promise<Values> {
    this.calls.push(["create", resource]);
    return Promise.resolve({ arn: "arn:local", endpoint: "http://127.0.0.1:4567" });
  }

  update(resource: DeclaredResource): Promise<Values> {
    this.calls.push(["update", resource]);
    return Promise.resolve({ endpoint: "http://127.0.0.1:4568" });
  }

  read(resource: DeclaredResource): Promise<Values | undefined> {
    this.calls.push(["read", resource]);
    return Promise.resolve(this.isGone ? undefined : { endpoint: "http://127.0.0.1:4569" });
  }

  delete(resource: DeclaredResource): Promise<void> {
    this.calls.push(["delete", resource]);
    return Promise.resolve();
  }
}

function openProvider(
  dataPlanes: Readonly<Record<string, DataPlane>> = {},
  signal?: AbortSignal,
): AwsProvider {
  const provider = new AwsProvider({ root: "/project", dataPlanes });
  provider.open("project", "dev", signal);
  provider.configure({ region: "eu-central-1" });
  return provider;
}

async function rejection(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => expect.fail("it was not refused"),
    (error: unknown) => String(error),
  );
}

describe("the local AWS provider", () => {
  it("serves nobody before an engine of its own runs, nor afterwards", () => {
    const provider = new AwsProvider({ root: "/project" });
    const attempt = (): unknown => provider.check(events, STREAM, undefined, {});
    expect(attempt).to.throw(/never used for a deployment to AWS/);
    provider.open("project", "dev");
    expect(attempt).not.to.throw();
    provider.close();
    expect(attempt).to.throw(/never used for a deployment to AWS/);
  });

  it("serves no other stack or project than the one that it was opened for", () => {
    const provider = openProvider();
    for (const other of [events.replace("dev", "prod"), events.replace("project", "other")]) {
      expect(() => provider.check(other, STREAM, undefined, {})).to.throw(/its own engine run/);
    }
  });

  it("needs a region", () => {
    const provider = new AwsProvider({ root: "/project" });
    provider.open("project", "dev");
    expect(() => {
      provider.configure({});
    }).to.throw(/aws:region is not configured/);
  });

  it("takes default tags as an object or as text", () => {
    for (const defaultTags of [{ tags: { a: "b" } }, '{"tags":{"a":"b"}}']) {
      const provider = openProvider();
      provider.configure({ region: "eu-central-1", defaultTags });
      expect(provider.check(events, STREAM, undefined, {}).inputs).to.deep.include({
        tags: { a: "b" },
      });
    }
  });

  it("names a replacement otherwise than what it replaces", () => {
    const provider = openProvider();
    const bucket = newResource(BUCKET, "archive").urn;
    const { inputs } = provider.check(bucket, BUCKET, undefined, {});
    const kept = provider.check(bucket, BUCKET, inputs, {}).inputs["bucket"];
    const replacement = provider.check(bucket, BUCKET, undefined, {}).inputs["bucket"];
    expect(kept).to.equal(inputs["bucket"]);
    expect(replacement)
      .to.match(/^archive-/)
      .and.not.equal(kept);
  });

  it("hands a data plane plain values and lays what it returns over the outputs", async () => {
    const plane = new NotingPlane();
    const provider = openProvider({ [STREAM]: plane });
    const asset = {
      [runtime.specialSigKey]: runtime.specialAssetSig,
      hash: "0123",
      path: "job/job.jar",
    };
    const { id, outputs } = await provider.create(events, STREAM, {
      inputs: { name: "events", kmsKeyId: secret("key"), tags: { jar: asset } },
      preview: false,
    });
    expect(id).to.equal("arn:aws:kinesis:eu-central-1:000000000000:stream/events");
    expect(outputs).to.include({ arn: "arn:local", endpoint: "http://127.0.0.1:4567" });
    expect(plane.calls).to.have.length(1);
    expect(plane.calls[0]?.[1]).to.deep.include({
      urn: events,
      type: STREAM,
      name: "events",
      id,
      inputs: {
        name: "events",
        kmsKeyId: "key",
        tags: { jar: { hash: "0123", path: "/project/job/job.jar" } },
      },
    });
  });

  it("touches no data plane in a plan", async () => {
    const plane = new NotingPlane();
    const provider = openProvider({ [STREAM]: plane });
    const inputs = { name: "events" };
    const { outputs } = await provider.create(events, STREAM, { inputs, preview: true });
    await provider.update(
      { urn: events, type: STREAM, id: "1", inputs, outputs },
      { inputs: { ...inputs, shardCount: 2 }, preview: true },
    );
    expect(plane.calls).to.be.empty;
    expect(outputs["arn"]).to.equal("arn:aws:kinesis:eu-central-1:000000000000:stream/events");
  });

  it("gives a replacement other ids than what it replaces", async () => {
    const provider = openProvider();
    const type = "aws:kms/key:Key";
    const key = newResource(type, "key").urn;
    const inputs = { description: "one" };
    const { id } = await provider.create(key, type, { inputs, preview: false });
    provider.diff({ urn: key, type, id }, inputs, { description: "two" });
    expect((await provider.create(key, type, { inputs, preview: true })).id).not.to.equal(id);
  });

  it("refuses two resources of one type and name, and none that only share a name", async () => {
    const provider = openProvider();
    const plan = (type: string, name: string) =>
      provider.create(newResource(type, name).urn, type, {
        inputs: { name: "events", function: "f" },
        preview: true,
      });
    await plan(STREAM, "one");
    await plan(STREAM, "one");
    await plan("aws:sns/topic:Topic", "other");
    expect(await rejection(plan(STREAM, "two"))).to.match(
      /two must have a name of its own; one is arn:aws:kinesis:.* Rename one/,
    );
  });

  it("updates, reads and deletes through the data plane", async () => {
    const plane = new NotingPlane();
    const provider = openProvider({ [STREAM]: plane });
    const inputs = { name: "events", shardCount: 1 };
    const { id, outputs } = await provider.create(events, STREAM, { inputs, preview: false });
    const resource: RecordedResource = { urn: events, type: STREAM, id, inputs, outputs };
    const updated = await provider.update(resource, {
      inputs: { ...inputs, shardCount: 2 },
      preview: false,
    });
    expect(updated).to.include({ shardCount: 2, endpoint: "http://127.0.0.1:4568" });
    expect(await provider.read(resource)).to.include({ endpoint: "http://127.0.0.1:4569" });
    plane.isGone = true;
    expect(await provider.read(resource)).to.equal(undefined);
    await provider.delete(resource);
    expect(plane.calls.map(([call]) => call)).to.deep.equal([
      "create",
      "update",
      "read",
      "read",
      "delete",
    ]);
  });

  it("finds everything that is only recorded as it was", async () => {
    const outputs = { name: "events", arn: "arn" };
    const resource = { urn: events, type: STREAM, id: "1", inputs: {}, outputs };
    expect(await openProvider().read(resource)).to.deep.equal(outputs);
  });

  it("gives up on a data plane when the run is aborted", async () => {
    const abort = new AbortController();
    const plane = new NotingPlane();
    plane.create = () => {
      abort.abort();
      return new Promise(() => undefined);
    };
    const provider = openProvider({ [STREAM]: plane }, abort.signal);
    const creation = provider.create(events, STREAM, { inputs: { name: "e" }, preview: false });
    expect(await rejection(creation)).to.match(/aborted/);
  });
});
