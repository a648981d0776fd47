import { subnetLayout, type Subnet, type SubnetSpec } from "./subnet-layout";
import { defined, isObject, type Values } from "./values";

export const VPC_TYPE = "awsx:ec2:Vpc";

const DEFAULT_CIDR = "10.0.0.0/16";

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
  "availabilityZoneNames",
  "natGateways",
  "subnetSpecs",
  "subnetStrategy",
  "subnetNameTagStrategy",
];

/** What an `awsx.ec2.Vpc` comes to. */
export interface VpcPlan {
  /** Inputs of the aws.ec2.Vpc. */
  readonly vpcInputs: Values;
  readonly zones: readonly string[];
  readonly natStrategy: "None" | "Single" | "OnePerAz";
  readonly subnets: readonly Subnet[];
}

/** @throws an error that lists every argument that the local component does not take. */
export function vpcPlan(name: string, inputs: Values): VpcPlan {
  const { availabilityZoneNames, natGateways, subnetSpecs, subnetStrategy, cidrBlock } = inputs;
  const problems: string[] = [];
  for (const key of Object.keys(defined(inputs))) {
    if (![...VPC_INPUTS, ...OWN_INPUTS].includes(key)) {
      problems.push(`${key} is not supported by the local ${VPC_TYPE}`);
    }
  }
  const zones = Array.isArray(availabilityZoneNames) ? (availabilityZoneNames as string[]) : [];
  if (zones.length === 0) problems.push("availabilityZoneNames must name at least one zone");
  if (subnetStrategy !== "Auto") {
    problems.push(`subnetStrategy must be "Auto"; got ${JSON.stringify(subnetStrategy)}`);
  }
  const nat = isObject(natGateways) ? natGateways : { strategy: "OnePerAz" };
  const { strategy, ...rest } = nat;
  if (!isStrategy(strategy) || Object.keys(rest).length > 0) {
    problems.push(
      `natGateways must be { strategy: "None" | "Single" | "OnePerAz" }; got ${JSON.stringify(nat)}`,
    );
  }
  if (problems.length > 0 || !isStrategy(strategy)) {
    throw new Error([`${VPC_TYPE} "${name}":`, ...problems].join("\n- "));
  }
  const cidr = typeof cidrBlock === "string" ? cidrBlock : DEFAULT_CIDR;
  const specs = Array.isArray(subnetSpecs) ? (subnetSpecs as SubnetSpec[]) : undefined;
  const own = Object.entries(inputs).filter(([key]) => VPC_INPUTS.includes(key));
  return {
    vpcInputs: { ...Object.fromEntries(own), cidrBlock: cidr },
    zones,
    natStrategy: strategy,
    subnets: subnetLayout(cidr, zones.length, specs),
  };
}

function isStrategy(value: unknown): value is VpcPlan["natStrategy"] {
  return value === "None" || value === "Single" || value === "OnePerAz";
}
