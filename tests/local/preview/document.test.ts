import { Ajv } from "ajv";
import { expect } from "chai";
import { previewDocument } from "../../../local/preview/document";
import schema from "../../../local/preview/preview.schema.json";
import { UNKNOWN } from "../../../local/provider/values";
import { GROUP, planFrom } from "./results";

const conforms = new Ajv({ allErrors: true }).compile(schema);

describe("The preview for other programs", () => {
  it("conforms to its schema, whatever changes", () => {
    const stream = (name: string) => ({ name, shardCount: 2, retentionPeriod: 24 });
    const policy = (Action: string) => ({
      role: "job",
      policy: JSON.stringify({ Statement: { Effect: "Allow", Action, Resource: "*" } }),
    });
    const plan = planFrom([
      { name: "replaced", before: stream("a"), after: stream("b"), replaces: true, protect: true },
      { name: "deleted", before: stream("c") },
      { type: GROUP, name: "created", after: { retentionInDays: 7, kmsKeyId: UNKNOWN } },
      { type: GROUP, name: "updated", before: { tags: { a: "1" } }, after: { tags: {} } },
      {
        type: "aws:iam/rolePolicy:RolePolicy",
        name: "granted",
        before: policy("s3:GetObject"),
        after: policy("s3:*"),
      },
    ]);
    const against = { ref: "main", commit: "0123abc" };
    for (const side of [{ isDeployed: false, against }, { isDeployed: true }]) {
      const written: unknown = JSON.parse(
        JSON.stringify(previewDocument({ plan, region: "us-east-1", ...side })),
      );
      expect(conforms(written), JSON.stringify(conforms.errors)).to.equal(true);
      const { changes, unknown } = written as ReturnType<typeof previewDocument>;
      expect(changes.map(({ operation }) => operation).sort()).to.deep.equal([
        "create",
        "delete",
        "replace",
        "update",
        "update",
      ]);
      expect(changes.flatMap(({ access }) => access)).to.have.length(2);
      expect(unknown).to.have.length(1);
    }
  });
});
