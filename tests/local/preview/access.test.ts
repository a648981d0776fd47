import { expect } from "chai";
import { accessChanges } from "../../../local/preview/access";
import type { Values } from "../../../local/provider/values";

function texts(type: string, before: Values | undefined, after: Values | undefined): string[] {
  const urn = `urn:pulumi:prod::pipeline::${type}::mine`;
  const changes = accessChanges({ urn, type, before, after, component: "" }, new Map());
  return changes.map(({ widens, text }) => `${widens ? "+" : "-"} ${text}`);
}

const policy = (...Statement: object[]): Values => ({
  role: "r",
  policy: JSON.stringify({ Statement }),
});
const read = { Effect: "Allow", Action: ["s3:GetObject", "s3:ListBucket"], Resource: ["a", "b"] };
const POLICY = "aws:iam/rolePolicy:RolePolicy";

describe("The comparison of access", () => {
  it("finds no change in another order, another spelling or another id of statements", () => {
    const other = { Sid: "Read", Action: "s3:ListBucket", Effect: "Allow", Resource: ["b", "a"] };
    const single = { ...other, Sid: "Get", Action: ["s3:GetObject"] };
    expect(texts(POLICY, policy(read), policy(other, single))).to.be.empty;
  });

  it("says of a changed statement only what it gains and loses", () => {
    const changed = { ...read, Action: ["s3:GetObject", "s3:*"] };
    expect(texts(POLICY, policy(read), policy(changed))).to.deep.equal([
      "+ Allow `s3:*` on `a`, `b` added to the role `r`",
      "- Allow `s3:ListBucket` on `a`, `b` removed from the role `r`",
    ]);
  });

  it("counts a denial that goes, and a condition that changes, as wider", () => {
    const denial = { Effect: "Deny", NotAction: "s3:GetObject", Resource: "*" };
    expect(texts(POLICY, policy(denial), policy())).to.deep.equal([
      "+ Deny `all but s3:GetObject` on `*` removed from the role `r`",
    ]);
    const limited = { ...read, Condition: { Bool: { "aws:SecureTransport": "true" } } };
    expect(texts(POLICY, policy(limited), policy(read))[0]).to.match(
      /^\+ Condition of Allow `s3:GetObject`, `s3:ListBucket` on `a`, `b` changed from `\{"Bool".*` to none/,
    );
  });

  it("finds documents inside a role, attached policies and grants of functions", () => {
    const role = "aws:iam/role:Role";
    const inline = (...documents: object[]) => ({
      inlinePolicies: documents.map((one) => ({ policy: JSON.stringify(one) })),
    });
    expect(texts(role, inline(), inline({ Statement: read }))[0]).to.match(
      /^\+ Allow .* added to the role `mine`/,
    );
    const attachment = "aws:iam/rolePolicyAttachment:RolePolicyAttachment";
    expect(texts(attachment, undefined, { role: "r", policyArn: "arn:admin" })).to.deep.equal([
      "+ RolePolicyAttachment `mine` created: `arn:admin`, `r`",
    ]);
    const block = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock";
    expect(texts(block, { blockPublicAcls: true }, { blockPublicAcls: false })).to.deep.equal([
      "+ `blockPublicAcls` of BucketPublicAccessBlock `mine` changed from `true` to `false`",
    ]);
  });

  it("reads the rules of security groups, alone and inside", () => {
    const rule = { protocol: "tcp", fromPort: 22, toPort: 22, cidrBlocks: ["0.0.0.0/0"] };
    expect(
      texts("aws:ec2/securityGroup:SecurityGroup", { ingress: [] }, { ingress: [rule] }),
    ).to.deep.equal(["+ TCP 22 from `0.0.0.0/0` allowed by the security group `mine`"]);
    const everything = { ipProtocol: "-1", cidrIpv4: "10.0.0.0/8" };
    const type = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule";
    expect(texts(type, everything, undefined)).to.deep.equal([
      "- All traffic to `10.0.0.0/8` no longer allowed by the security group rule `mine`",
    ]);
  });

  it("lets no name or value leave its code span", () => {
    const [text = ""] = texts(
      POLICY,
      policy(),
      policy({ ...read, Action: "`@owner\n<img>", Resource: "*" }),
    );
    expect(text).to.include("`'@owner <img>`");
  });
});
