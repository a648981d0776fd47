import { aclAdminPorts, openIngress } from "../../../policies/network/ingress";
import { change, unknownObject, unknownString } from "../../support/policy";
import { expectAccepted, expectRefused, expectUndecided } from "../expectations";
import { networkAcl, prefixList, securityGroup } from "../network-fixtures";

const ssh = { protocol: "tcp", fromPort: 22, toPort: 22 };
const open = { ...ssh, cidrBlocks: ["0.0.0.0/0"] };

function admitting(...ingress: readonly unknown[]) {
  return change(securityGroup, { ingress });
}

describe("an address that is unknown in a preview", () => {
  it("leaves the verdict to the update", async () => {
    for (const cidrBlocks of [[unknownString], unknownString, ["10.0.0.0/16", unknownString]]) {
      await expectUndecided(openIngress, admitting({ ...ssh, cidrBlocks }), "cidrBlocks");
    }
    const entries = [{ cidr: unknownString }];
    await expectUndecided(openIngress, change(prefixList, { entries }), "cidr");
    const ingress = [{ ...ssh, action: "allow", ruleNo: 1, cidrBlock: unknownString }];
    await expectUndecided(aclAdminPorts, change(networkAcl, { ingress }), "cidrBlock");
  });

  it("hides no address beside it and no other rule", async () => {
    await expectRefused(
      openIngress,
      admitting({ ...ssh, cidrBlocks: [unknownString, "0.0.0.0/0"] }),
      "ingress[0] admits the whole world to port 22",
    );
    for (const first of [{ ...ssh, cidrBlocks: unknownString }, unknownObject]) {
      await expectRefused(
        openIngress,
        admitting(first, open),
        "ingress[1] admits the whole world to port 22",
      );
    }
  });

  it("is of no account where the port may be open anyway", async () => {
    await expectAccepted(openIngress, admitting({ ...ssh, cidrBlocks: [unknownString] }), {
      ports: [22],
    });
  });
});
