import { expect } from "chai";
import fc from "fast-check";
import { subnetLayout, type SubnetSpec } from "../../../local/provider/subnet-layout";
import { vpcPlan } from "../../../local/provider/vpc-plan";

/** First and last address of a network. */
function range(cidrBlock: string): { first: number; last: number } {
  const [address = "", mask = ""] = cidrBlock.split("/");
  const first = address.split(".").reduce((sum, byte) => sum * 256 + Number(byte), 0);
  return { first, last: first + 2 ** (32 - Number(mask)) - 1 };
}

describe("subnet layout", () => {
  it("divides a VPC as awsx does by itself: half a zone private, a quarter public", () => {
    const blocks = subnetLayout("10.0.0.0/16", 3).map(({ name, zone, cidrBlock }) => [
      name,
      zone,
      cidrBlock,
    ]);
    expect(blocks).to.deep.equal([
      ["private", 0, "10.0.0.0/19"],
      ["public", 0, "10.0.32.0/20"],
      ["private", 1, "10.0.64.0/19"],
      ["public", 1, "10.0.96.0/20"],
      ["private", 2, "10.0.128.0/19"],
      ["public", 2, "10.0.160.0/20"],
    ]);
  });

  it("divides a zone evenly among specs without a size", () => {
    const blocks = subnetLayout("10.0.0.0/16", 2, [{ type: "Private" }, { type: "Public" }]);
    expect(blocks.map(({ cidrBlock }) => cidrBlock)).to.deep.equal([
      "10.0.0.0/18",
      "10.0.64.0/18",
      "10.0.128.0/18",
      "10.0.192.0/18",
    ]);
  });

  it("keeps room for what is unused and makes nothing there", () => {
    const specs: SubnetSpec[] = [
      { type: "Unused", size: 256 },
      { type: "Isolated", name: "data", cidrMask: 24 },
    ];
    expect(subnetLayout("10.0.0.0/16", 1, specs)).to.deep.equal([
      { spec: specs[1], name: "data", zone: 0, cidrBlock: "10.0.1.0/24" },
    ]);
  });

  it("never lets subnets overlap or leave the VPC", () => {
    const spec = fc.record({
      type: fc.constantFrom<SubnetSpec["type"]>("Private", "Public", "Isolated"),
      cidrMask: fc.integer({ min: 22, max: 28 }),
    });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 6 }),
        fc.array(spec, { maxLength: 4 }),
        (zones, specs) => {
          const vpc = range("10.4.0.0/16");
          const ranges = subnetLayout("10.4.0.0/16", zones, specs).map(({ cidrBlock }) =>
            range(cidrBlock),
          );
          expect(ranges).to.have.length(zones * specs.length);
          for (const [index, { first, last }] of ranges.entries()) {
            expect(first).to.be.greaterThan(ranges[index - 1]?.last ?? vpc.first - 1);
            expect(last).to.be.at.most(vpc.last);
          }
        },
      ),
    );
  });

  it("refuses subnets that do not fit", () => {
    expect(() => subnetLayout("10.0.0.0/24", 6, [{ type: "Private", cidrMask: 24 }])).to.throw(
      /do not fit: 10\.0\.0\.0\/24 leaves a \/27 for each of 6/,
    );
    expect(() => subnetLayout("10.0.0.0/8", 2)).to.throw(/from \/16 to \/28; got "10.0.0.0\/8"/);
  });
});

describe("plan of a VPC", () => {
  it("lists every argument that it does not take", () => {
    const inputs = {
      availabilityZoneNames: [],
      subnetStrategy: "Legacy",
      natGateways: { strategy: "Two" },
      vpcEndpointSpecs: [],
    };
    expect(() => vpcPlan("network", inputs)).to.throw(
      /"network":\n- vpcEndpointSpecs is not supported.*\n- availabilityZoneNames must.*\n- subnetStrategy must be "Auto"; got "Legacy"\n- natGateways must/,
    );
  });

  it("hands the VPC its own arguments", () => {
    const { vpcInputs, natStrategy } = vpcPlan("network", {
      cidrBlock: "10.1.0.0/16",
      availabilityZoneNames: ["eu-central-1a"],
      subnetStrategy: "Auto",
      natGateways: { strategy: "None" },
      enableDnsHostnames: true,
    });
    expect(vpcInputs).to.deep.equal({ cidrBlock: "10.1.0.0/16", enableDnsHostnames: true });
    expect(natStrategy).to.equal("None");
  });
});
