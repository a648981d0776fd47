import { expect } from "chai";
import { unknownText } from "../../../local/engine/plan-report";
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

  it("compares the values of conditions", () => {
    const under = (Condition: object, Effect = "Allow") => policy({ ...read, Effect, Condition });
    const accounts = (...ids: string[]) => ({ StringEquals: { "aws:SourceAccount": ids } });
    const others = (...ids: string[]) => ({ StringNotEquals: { "aws:SourceAccount": ids } });
    const both = { ...accounts("1"), Bool: { "aws:SecureTransport": "true" } };
    const signs = (before: object, after: object, effect?: string) =>
      [
        [before, after],
        [after, before],
      ].map(([old = {}, next = {}]) =>
        texts(POLICY, under(old, effect), under(next, effect))[0]?.charAt(0),
      );
    expect(signs(accounts("1", "2"), accounts("1"))).to.deep.equal(["-", "+"]);
    expect(signs(accounts("1"), accounts("2"))).to.deep.equal(["+", "+"]);
    expect(signs(accounts("1"), both)).to.deep.equal(["-", "+"]);
    expect(signs(others("1"), others("1", "2"))).to.deep.equal(["-", "+"]);
    expect(signs(accounts("1", "2"), accounts("1"), "Deny")).to.deep.equal(["+", "-"]);
    expect(signs(accounts("1"), others("2"))).to.deep.equal(["+", "+"]);
  });

  it("counts a condition as narrower where it only limits what is allowed", () => {
    const limited = { ...read, Condition: { Bool: { "aws:SecureTransport": "true" } } };
    expect(texts(POLICY, policy(read), policy(limited))[0]).to.match(/^- Condition of Allow/);
    const [denied, sometimes] = [
      { ...read, Effect: "Deny" },
      { ...limited, Effect: "Deny" },
    ];
    expect(texts(POLICY, policy(denied), policy(sometimes))[0]).to.match(/^\+ Condition of Deny/);
    expect(texts(POLICY, policy(sometimes), policy(denied))[0]).to.match(/^- Condition of Deny/);
  });

  it("takes all exceptions of a statement together, as one more of a denial is wider", () => {
    const deny = (...NotAction: string[]) => ({ Effect: "Deny", NotAction, Resource: "*" });
    expect(texts(POLICY, policy(deny("s3:Get")), policy(deny("s3:Get", "iam:*")))).to.deep.equal([
      "+ Deny `all but s3:Get` on `*` removed from the role `r`",
      "- Deny `all but iam:*, s3:Get` on `*` added to the role `r`",
    ]);
    const but = (...AWS: string[]) =>
      policy({ Effect: "Deny", NotPrincipal: { AWS }, Action: "s3:*", Resource: "*" });
    const bucket = "aws:s3/bucketPolicy:BucketPolicy";
    expect(texts(bucket, but("one"), but("one", "other"))[0]).to.equal(
      "+ Deny `s3:*` on `*` for `all but one` removed from the bucket policy of `mine`",
    );
  });

  it("names every action, patterns first, also next to a statement of too many grants to compare one by one", () => {
    const names = (count: number) => Array.from({ length: count }, (_, index) => `sqs:A${index}`);
    const many = { Effect: "Allow", Action: [...names(30), "iam:*"], Resource: "*" };
    const [text = ""] = texts(POLICY, policy(), policy(many));
    expect(text).to.match(/^\+ Allow `iam:\*`, `sqs:A0`, .*`sqs:A29` on `\*` added/);
    const huge = { Effect: "Allow", Action: names(200), Resource: names(200) };
    const both = texts(POLICY, policy(), policy(huge, many)).join("\n");
    expect(both).to.include("Allow `iam:*`").and.include("sqs:A199, ");
    expect(texts(POLICY, policy(huge), policy(huge))).to.be.empty;
  });

  it("never takes statements that are known only in the update for removed", () => {
    const later = { role: "r", policy: unknownText };
    const expected = ["+ Statements of the role `r` are known only in the update"];
    expect(texts(POLICY, policy(read), later)).to.deep.equal(expected);
    expect(texts(POLICY, undefined, later)).to.deep.equal(expected);
  });

  it("never takes statements that are secret for removed or unchanged", () => {
    const secret = { role: "r", policy: "[secret]" };
    const expected = "Statements of the role `r` are secret and not compared";
    const compare = (before: Values | undefined, changed: readonly string[]) =>
      accessChanges(
        { urn: "urn::mine", type: POLICY, before, after: secret, component: "", changed },
        new Map(),
      ).map(({ widens, text }) => [widens, text]);
    expect(compare(policy(read), ["policy"])).to.deep.equal([[true, expected]]);
    expect(compare(secret, ["policy"])).to.deep.equal([[true, expected]]);
    expect(compare(undefined, [])).to.deep.equal([[true, expected]]);
    expect(compare(secret, ["name"])).to.deep.equal([]);
  });

  it("finds what new resources grant, also without a document", () => {
    const created: readonly (readonly [type: string, inputs: Values, text: string | undefined])[] =
      [
        ["aws:iam/role:Role", { managedPolicyArns: ["arn:admin"] }, "Role `mine`: `arn:admin`"],
        ["aws:iam/role:Role", { managedPolicyArns: [] }, undefined],
        ["aws:lambda/functionUrl:FunctionUrl", { authorizationType: "NONE" }, "`NONE`"],
        ["aws:apigateway/method:Method", { authorization: "NONE" }, "Method `mine`: `NONE`"],
        [
          "aws:lambda/permission:Permission",
          { principal: "*", action: "lambda:InvokeFunction" },
          "Permission `mine`: `*`, `lambda:InvokeFunction`",
        ],
        [
          "aws:kms/grant:Grant",
          { granteePrincipal: "arn:other", operations: ["Decrypt"], keyId: "key" },
          "Grant `mine`: `arn:other`, `Decrypt`, `key`",
        ],
        [
          "aws:iam/userPolicyAttachment:UserPolicyAttachment",
          { user: "u", policyArn: "arn:admin" },
          "`arn:admin`, `u`",
        ],
        ["aws:ec2/volumeAttachment:VolumeAttachment", { volumeId: "v" }, undefined],
      ];
    for (const [type, inputs, text] of created) {
      const [line, ...others] = texts(type, undefined, inputs);
      expect(others, type).to.be.empty;
      if (text === undefined) expect(line, type).to.equal(undefined);
      else expect(line?.replace(" created", ""), type).to.match(/^\+ /).and.include(text);
      expect(texts(type, inputs, undefined)[0]?.slice(0, 2), type).to.equal(text && "- ");
    }
    const block = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock";
    expect(texts(block, { blockPublicAcls: true }, undefined)).to.deep.equal([
      "+ BucketPublicAccessBlock `mine` deleted: `true`",
    ]);
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
    const all = { ...rule, type: "ingress", protocol: "all", fromPort: 0, toPort: 0 };
    expect(texts("aws:ec2/securityGroupRule:SecurityGroupRule", undefined, all)).to.deep.equal([
      "+ All traffic from `0.0.0.0/0` allowed by the security group rule `mine`",
    ]);
    const everything = { ipProtocol: "-1", cidrIpv4: "10.0.0.0/8" };
    const type = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule";
    expect(texts(type, everything, undefined)).to.deep.equal([
      "- All traffic to `10.0.0.0/8` no longer allowed by the security group rule `mine`",
    ]);
  });

  it("counts a rule that allows less than the one before as narrower", () => {
    const type = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
    const rule = (cidrIpv4: string, fromPort = 443, ipProtocol = "tcp"): Values => ({
      ipProtocol,
      fromPort,
      toPort: 443,
      cidrIpv4,
    });
    const sign = (before: Values, after: Values) => texts(type, before, after)[0]?.charAt(0);
    expect(sign(rule("0.0.0.0/0"), rule("10.0.0.0/8"))).to.equal("-");
    expect(sign(rule("10.0.0.0/8"), rule("10.1.0.0/16"))).to.equal("-");
    expect(sign(rule("10.0.0.0/8", 80), rule("10.0.0.0/8"))).to.equal("-");
    expect(sign(rule("10.0.0.0/8"), rule("11.0.0.0/16"))).to.equal("+");
    expect(sign(rule("10.1.0.0/16"), rule("10.0.0.0/8"))).to.equal("+");
    expect(sign(rule("10.0.0.0/8"), rule("10.0.0.0/8", 80))).to.equal("+");
    expect(sign(rule("10.0.0.0/8"), rule("10.1.0.0/16", 443, "udp"))).to.equal("+");
    expect(
      sign(rule("10.0.0.0/8"), { ipProtocol: "tcp", fromPort: 443, toPort: 443, cidrIpv6: "::/0" }),
    ).to.equal("+");
    const all = { ipProtocol: "-1", cidrIpv6: "::/0" };
    const some = { ipProtocol: "tcp", fromPort: 1, toPort: 2, cidrIpv6: "2001:db8::/32" };
    expect(sign(all, some)).to.equal("-");
    const group = "aws:ec2/securityGroup:SecurityGroup";
    const inside = (cidr: string): Values => ({
      ingress: [{ protocol: "tcp", fromPort: 22, toPort: 22, cidrBlocks: [cidr] }],
    });
    expect(texts(group, inside("0.0.0.0/0"), inside("10.0.0.0/8"))).to.deep.equal([
      "- TCP 22 from `10.0.0.0/8` allowed by the security group `mine`",
      "- TCP 22 from `0.0.0.0/0` no longer allowed by the security group `mine`",
    ]);
  });

  it("counts a protection that comes as narrower, and one that goes as wider", () => {
    const cases: readonly [string, string, unknown, unknown][] = [
      ["aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "blockPublicAcls", false, true],
      ["aws:iam/role:Role", "permissionsBoundary", undefined, "arn:boundary"],
      ["aws:apigateway/method:Method", "authorization", "NONE", "AWS_IAM"],
      ["aws:lambda/permission:Permission", "sourceArn", undefined, "arn:rule"],
      ["aws:lambda/permission:Permission", "principalOrgId", undefined, "o-1"],
      ["aws:lambda/permission:Permission", "functionUrlAuthType", "NONE", "AWS_IAM"],
      ["aws:opensearch/domain:Domain", "vpcOptions", undefined, { subnetIds: ["subnet-1"] }],
      ["aws:iam/role:Role", "managedPolicyArns", ["arn:a", "arn:b"], ["arn:a"]],
      ["aws:iam/groupMembership:GroupMembership", "users", ["a", "b"], ["b"]],
      ["aws:ec2/subnet:Subnet", "mapPublicIpOnLaunch", true, false],
      ["aws:ec2/instance:Instance", "vpcSecurityGroupIds", ["sg-1", "sg-2"], ["sg-1"]],
    ];
    for (const [type, name, open, closed] of cases) {
      expect(texts(type, { [name]: open }, { [name]: closed })[0], name).to.match(/^-/);
      expect(texts(type, { [name]: closed }, { [name]: open })[0], name).to.match(/^\+/);
    }
    const acl = "aws:s3/bucketAcl:BucketAcl";
    expect(texts(acl, { acl: "private" }, { acl: "public-read" })).to.have.length(1);
    const policies = { managedPolicyArns: ["arn:admin"] };
    expect(texts("aws:iam/role:Role", {}, policies)[0]).to.match(/^\+/);
  });

  it("finds what moves to another holder, and what reaches a host or a subnet", () => {
    const cases: readonly [type: string, name: string, others?: Values][] = [
      [POLICY, "role", { policy: policy(read)["policy"] }],
      ["aws:iam/instanceProfile:InstanceProfile", "role"],
      ["aws:ec2/instance:Instance", "iamInstanceProfile"],
      ["aws:lambda/permission:Permission", "function", { principal: "*" }],
      ["aws:s3/bucketPolicy:BucketPolicy", "bucket", { policy: policy(read)["policy"] }],
      [
        "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
        "securityGroupId",
        { ipProtocol: "tcp", fromPort: 22, toPort: 22, cidrIpv4: "0.0.0.0/0" },
      ],
    ];
    for (const [type, name, others] of cases) {
      const kind = type.split(":").at(-1) ?? "";
      expect(texts(type, { ...others, [name]: "a" }, { ...others, [name]: "b" })).to.deep.equal([
        `+ \`${name}\` of ${kind} \`mine\` changed from \`a\` to \`b\``,
      ]);
    }
    const block = "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock";
    expect(texts(block, { blockPublicAcls: true }, undefined)).to.deep.equal([
      "+ AccountPublicAccessBlock `mine` deleted: `true`",
    ]);
    const list = "aws:ec2/managedPrefixList:ManagedPrefixList";
    const entries = (cidr: string) => ({ entries: [{ cidr }] });
    expect(texts(list, entries("10.0.0.0/8"), entries("0.0.0.0/0"))[0]).to.match(/^\+ `entries/);
  });

  it("compares a policy that comes or goes with what AWS allows without one", () => {
    const endpoint = "aws:ec2/vpcEndpoint:VpcEndpoint";
    const narrow = { policy: JSON.stringify({ Statement: { ...read, Principal: "*" } }) };
    expect(texts(endpoint, narrow, {})[0]).to.equal(
      "+ Allow `*` on `*` for `*` added to the endpoint policy of `mine`",
    );
    expect(texts(endpoint, {}, narrow)).to.include(
      "- Allow `*` on `*` for `*` removed from the endpoint policy of `mine`",
    );
    expect(texts(endpoint, {}, { tags: {} })).to.deep.equal([]);
    expect(texts(endpoint, narrow, undefined).join()).not.to.include("added");
    const alone = "aws:ec2/vpcEndpointPolicy:VpcEndpointPolicy";
    expect(texts(alone, narrow, undefined)[0]).to.match(/^\+ Allow `\*` on `\*` for `\*` added/);
    expect(texts("aws:kms/key:Key", narrow, {})[0]).to.match(
      /^\+ Allow `kms:\*` on `\*` for `root of the account` added to the key policy/,
    );
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
