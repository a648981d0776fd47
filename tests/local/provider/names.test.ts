import { expect } from "chai";
import fc from "fast-check";
import { autoName, isAutoName, logicalName } from "../../../local/provider/names";
import { BUCKET, STREAM, urn } from "./resources";

describe("auto-naming", () => {
  it("gives the same resource the same name in every plan", () => {
    const events = urn(STREAM, "events");
    expect(autoName(STREAM, { urn: events })).to.equal(autoName(STREAM, { urn: events }));
    expect(autoName(STREAM, { urn: events })).not.to.equal(
      autoName(STREAM, { urn: events.replace("dev", "prod") }),
    );
  });

  it("gives a replacement another name, and its own replacement yet another", () => {
    const events = urn(STREAM, "events");
    const first = autoName(STREAM, { urn: events });
    const second = autoName(STREAM, { urn: events, retired: first });
    const third = autoName(STREAM, { urn: events, retired: second });
    expect(new Set([first, second, third]).size).to.equal(3);
  });

  it("makes names that AWS takes", () => {
    expect(autoName(BUCKET, { urn: urn(BUCKET, "Archive") })).to.match(/^archive-[0-9a-f]{7}$/);
    const alias = "aws:kms/alias:Alias";
    expect(autoName(alias, { urn: urn(alias, "key") })).to.match(/^alias\/key-[0-9a-f]{7}$/);
    expect(autoName(STREAM, { urn: urn(STREAM, "queue"), suffix: ".fifo" })).to.match(
      /^queue-[0-9a-f]{7}\.fifo$/,
    );
    const object = "aws:s3/bucketObjectv2:BucketObjectv2";
    expect(autoName(object, { urn: urn(object, "job.jar") })).to.equal("job.jar");
  });

  it("keeps to the pattern of the stack's autonaming, save what is drawn", () => {
    const named = (type: string, proposedName: string): string =>
      autoName(type, { urn: urn(type, "events"), proposedName });
    expect(named(STREAM, "project-events-1a2b3")).to.equal(named(STREAM, "project-events-0c0d0"));
    expect(named(STREAM, "project-events-1a2b3")).to.match(/^project-events-[0-9a-f]{5}$/);
    expect(named("aws:kms/alias:Alias", "project-key")).to.equal("alias/project-key");
    expect(named(BUCKET, "Project-logs")).to.equal("project-logs");
  });

  it("tells its own names from others", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-zA-Z][a-zA-Z0-9-]{0,20}[g-z]$/), (name) => {
        const resource = urn(BUCKET, name);
        expect(isAutoName(autoName(BUCKET, { urn: resource }))).to.equal(true);
        expect(isAutoName(name.toLowerCase())).to.equal(false);
      }),
    );
  });

  it("finds a logical name with separators in it", () => {
    expect(logicalName(urn(STREAM, "a::b"))).to.equal("a::b");
  });
});
