import { defined, isObject, type Values } from "./values";

export const VPC_TYPE = "awsx:ec2:Vpc";

/** Inputs of the component that go to the VPC itself. */
const VPC_INPUTS = [
  "cidrBlock",
  "enableDnsHostnames",
  "enableDnsSupport",
  "enableNetworkAddressUsageMetrics",
  "instanceTenancy",
  "tags",
];
const OWN_INPUTS = [
  "availabilityZoneCidrMask",
  "availabilityZoneNames",
  "natGateways",
  "subnetSpecs",
  "subnetStrategy",
];
const natStrategies = ["None", "Single", "OnePerAz"] as const;
const subnetTypes = ["Public", "Private"] as const;

export type SubnetType = (typeof subnetTypes)[number];

export interface Subnet {
  readonly type: SubnetType;
  readonly cidrBlock: string;
  /** Index of its availability zone, from 0. */
  readonly zone: number;
}

/** Subnets of each zone where none are asked for. */
const defaultSubnets = [{ type: "Public" }, { type: "Private" }];

/**
 * What an `awsx.ec2.Vpc` comes to, with the inputs of the aws.ec2.Vpc.
 * @throws an error that lists every argument that the local component does not take.
 */
export function vpcPlan(name: string, inputs: Values) {
  const { availabilityZoneNames, natGateways, subnetStrategy, cidrBlock } = inputs;
  const zoneMask = inputs["availabilityZoneCidrMask"] as number | undefined;
  const subnetSpecs = inputs["subnetSpecs"] ?? defaultSubnets;
  const problems = Object.keys(defined(inputs))
    .filter((key) => ![...VPC_INPUTS, ...OWN_INPUTS].includes(key))
    .map((key) => `${key} is not supported by the local ${VPC_TYPE}`);
  const zones = Array.isArray(availabilityZoneNames) ? (availabilityZoneNames as string[]) : [];
  if (zones.length === 0) problems.push("availabilityZoneNames must name at least one zone");
  if (subnetStrategy !== "Auto") {
    problems.push(`subnetStrategy must be "Auto"; got ${JSON.stringify(subnetStrategy)}`);
  }
  const natStrategy = natStrategies.find(
    (one) => JSON.stringify(natGateways) === JSON.stringify({ strategy: one }),
  );
  if (natStrategy === undefined) {
    problems.push(
      `natGateways must be { strategy: "None" | "Single" | "OnePerAz" }; got ${JSON.stringify(natGateways)}`,
    );
  }
  const specs: readonly unknown[] = Array.isArray(subnetSpecs) ? subnetSpecs : [];
  const types = specs.flatMap((spec) => {
    const { type, ...rest } = isObject(spec) ? spec : {};
    const known = subnetTypes.find((one) => one === type);
    return known !== undefined && Object.keys(rest).length === 0 ? [known] : [];
  });
  if (types.length === 0 || types.length < specs.length) {
    problems.push(
      `subnetSpecs must be a list of { type: "Public" | "Private" }; got ${JSON.stringify(subnetSpecs)}`,
    );
  }
  if (problems.length > 0 || natStrategy === undefined) {
    throw new Error([`${VPC_TYPE} "${name}":`, ...problems].join("\n- "));
  }
  const cidr = typeof cidrBlock === "string" ? cidrBlock : "10.0.0.0/16";
  const own = Object.entries(inputs).filter(([key]) => VPC_INPUTS.includes(key));
  return {
    vpcInputs: { ...(Object.fromEntries(own) as Values), cidrBlock: cidr },
    zones,
    natStrategy,
    subnets: subnetLayout(cidr, zones.length, types, zoneMask),
  };
}

/**
 * Divides a VPC's addresses as awsx does with the strategy Auto and subnets without sizes: evenly over the zones, and in
 * each zone evenly over the subnets in their order.
 *
 * @param ofZone - prefix of a zone's block. @default that of the largest block that all zones can have
 * @throws when the subnets do not fit.
 */
export function subnetLayout(
  cidrBlock: string,
  zones: number,
  types: readonly SubnetType[],
  ofZone?: number,
): readonly Subnet[] {
  const vpc = parseCidr(cidrBlock);
  const zoneMask = ofZone ?? vpc.mask + Math.ceil(Math.log2(zones));
  const mask = zoneMask + Math.ceil(Math.log2(types.length));
  if (mask > 28 || zones > 2 ** (zoneMask - vpc.mask)) {
    throw new Error(
      `The subnets do not fit: ${cidrBlock} leaves a /${zoneMask} for each of ${zones} availability ` +
        `zones, and a subnet must have from /16 to /28.`,
    );
  }
  return Array.from({ length: zones }, (_, zone) =>
    types.map((type, place) => {
      const address = vpc.address + zone * 2 ** (32 - zoneMask) + place * 2 ** (32 - mask);
      const bytes = [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256);
      return { type, zone, cidrBlock: `${bytes.join(".")}/${mask}` };
    }),
  ).flat();
}

function parseCidr(cidrBlock: string): { address: number; mask: number } {
  const [, address = "", mask = ""] =
    /^(\d{1,3}(?:\.\d{1,3}){3})\/(\d{1,2})$/.exec(cidrBlock) ?? [];
  const bytes = address.split(".").map(Number);
  const prefix = Number(mask);
  if (bytes.length !== 4 || bytes.some((byte) => byte > 255) || prefix < 16 || prefix > 28) {
    throw new Error(`cidrBlock must be like 10.0.0.0/16, from /16 to /28; got "${cidrBlock}".`);
  }
  const size = 2 ** (32 - prefix);
  const value = bytes.reduce((sum, byte) => sum * 256 + byte, 0);
  return { address: Math.floor(value / size) * size, mask: prefix };
}
