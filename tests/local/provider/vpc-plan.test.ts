import { expect } from "chai";
import fc from "fast-check";
import { subnetLayout, type SubnetType, vpcPlan } from "../../../local/provider/vpc-plan";

/** First and last address of a network. */
function range(cidrBlock: string): { first: number; last: number } {
  const [address = "", mask = ""] = cidrBlock.split("/");
  const first = address.split(".").reduce((sum, byte) => sum * 256 + Number(byte), 0);
  return { first, last: first + 2 ** (32 - Number(mask)) - 1 };
}

describe("subnet layout", () => {
  it("divides a VPC evenly among zones, and a zone evenly among its subnets", () => {
    const blocks = subnetLayout("10.0.0.0/16", 3, ["Private", "Public"]);
    expect(blocks.map(({ type, zone, cidrBlock }) => [type, zone, cidrBlock])).to.deep.equal([
      ["Private", 0, "10.0.0.0/19"],
      ["Public", 0, "10.0.32.0/19"],
      ["Private", 1, "10.0.64.0/19"],
      ["Public", 1, "10.0.96.0/19"],
      ["Private", 2, "10.0.128.0/19"],
      ["Public", 2, "10.0.160.0/19"],
    ]);
  });

  it("never lets subnets overlap or leave the VPC", () => {
    const type = fc.constantFrom<SubnetType>("Private", "Public");
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 6 }),
        fc.array(type, { minLength: 1, maxLength: 4 }),
        (zones, types) => {
          const vpc = range("10.4.0.0/16");
          const ranges = subnetLayout("10.4.0.0/16", zones, types).map(({ cidrBlock }) =>
            range(cidrBlock),
          );
          expect(ranges).to.have.length(zones * types.length);
          for (const [index, { first, last }] of ranges.entries()) {
            expect(first).to.be.greaterThan(ranges[index - 1]?.last ?? vpc.first - 1);
            expect(last).to.be.at.most(vpc.last);
          }
        },
      ),
    );
  });

  it("leaves zones where they are when blocks have a size and another zone comes", () => {
    const layout = (zones: number) => subnetLayout("10.0.0.0/16", zones, ["Private", "Public"], 19);
    for (const zones of [1, 2, 3, 4, 5]) {
      expect(layout(zones + 1).slice(0, 2 * zones)).to.deep.equal(layout(zones));
    }
    expect(layout(3)[4]?.cidrBlock).to.equal("10.0.64.0/20");
  });

  it("refuses subnets that do not fit", () => {
    expect(() => subnetLayout("10.0.0.0/16", 3, ["Private"], 17)).to.throw(/do not fit/);
    expect(() => subnetLayout("10.0.0.0/24", 6, ["Private", "Public", "Public"])).to.throw(
      /do not fit: 10\.0\.0\.0\/24 leaves a \/27 for each of 6/,
    );
    expect(() => subnetLayout("10.0.0.0/8", 2, ["Public"])).to.throw(
      /from \/16 to \/28; got "10.0.0.0\/8"/,
    );
  });
});

describe("plan of a VPC", () => {
  it("lists every argument that it does not take", () => {
    const inputs = {
      availabilityZoneNames: [],
      subnetStrategy: "Legacy",
      natGateways: { strategy: "Two" },
      subnetSpecs: [{ type: "Public", cidrMask: 24 }],
      vpcEndpointSpecs: [],
    };
    expect(() => vpcPlan("network", inputs)).to.throw(
      /"network":\n- vpcEndpointSpecs is not supported.*\n- availabilityZoneNames must.*\n- subnetStrategy must be "Auto"; got "Legacy"\n- natGateways must.*\n- subnetSpecs must/,
    );
  });

  it("hands the VPC its own arguments", () => {
    const { vpcInputs, natStrategy } = vpcPlan("network", {
      cidrBlock: "10.1.0.0/16",
      availabilityZoneNames: ["eu-central-1a"],
      subnetStrategy: "Auto",
      natGateways: { strategy: "None" },
      subnetSpecs: [{ type: "Private" }],
      enableDnsHostnames: true,
    });
    expect(vpcInputs).to.deep.equal({ cidrBlock: "10.1.0.0/16", enableDnsHostnames: true });
    expect(natStrategy).to.equal("None");
  });
});
