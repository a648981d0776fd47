import { SecurityGroupRule } from "@pulumi/aws/ec2";
import { SecurityGroupEgressRule, SecurityGroupIngressRule } from "@pulumi/aws/vpc";
import { expect } from "chai";
import { defaultSecurityGroup } from "../../../policies/network/networks";
import { evaluateStack, resource, type TestResource, unknownString } from "../../support/policy";
import { defaultGroup, ingressRule, securityGroup, vpc } from "../network-fixtures";

const rules = [
  resource(SecurityGroupIngressRule, "rule", {
    securityGroupId: unknownString,
    ipProtocol: "tcp",
  }),
  resource(SecurityGroupEgressRule, "rule", { securityGroupId: unknownString, ipProtocol: "-1" }),
  resource(SecurityGroupRule, "rule", {
    securityGroupId: unknownString,
    type: "egress",
    protocol: "-1",
    fromPort: 0,
    toPort: 0,
  }),
];

async function violations(...others: readonly TestResource[]) {
  return (await evaluateStack(defaultSecurityGroup, [vpc, defaultGroup, ...others])).violations;
}

describe("ec2-vpc-default-security-group", () => {
  it("refuses rules beside the group, named by the group itself or by its VPC", async () => {
    for (const rule of rules) {
      for (const owner of [defaultGroup, vpc]) {
        const found = await violations({ ...rule, dependencies: { securityGroupId: [owner] } });
        expect(found, rule.type).to.have.length(1);
        expect(found[0]).to.include("rule: the rule is one of the default security group");
      }
    }
  });

  it("leaves the rules of other groups alone", async () => {
    const other = { ...ingressRule, dependencies: { securityGroupId: [securityGroup] } };
    expect(await violations(securityGroup, other)).to.be.empty;
  });
});
