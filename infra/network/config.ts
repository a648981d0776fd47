import type { ConfigReader } from "../core/config-reader";
import { limits, natGatewayStrategies, subnetIdentifier, vpcIdentifier } from "../core/limits";
import { cidr } from "../core/validate";
import { checkReachability, type ExistingNetwork, type NewNetwork, zoneCount } from "./network";

/** A network of the stack's own, or one that is there. */
export type NetworkConfig =
  | Omit<NewNetwork, "instanceTypes" | "logRetentionDays" | "kmsKeyArn">
  | { readonly existing: ExistingNetwork };

export function readNetwork(read: ConfigReader): NetworkConfig {
  const vpcId = read.optionalForm("vpcId", vpcIdentifier);
  const named = read.strings("availabilityZones", { ...limits.availabilityZones, min: 0 });
  const count = read.integer("availabilityZoneCount", limits.availabilityZones);
  const own = {
    cidr: read.form("vpcCidr", cidr(limits.vpcPrefixLength)),
    availabilityZones: named.length > 0 ? named : count,
    natGateways: read.oneOf("natGateways", natGatewayStrategies),
    interfaceEndpoints: read.boolean("interfaceEndpoints"),
  };
  const subnets = { min: vpcId === undefined ? 0 : 1, max: limits.availabilityZones.max };
  const privateSubnetIds = read.forms("privateSubnetIds", subnets, subnetIdentifier);
  const publicSubnetIds = read.forms("publicSubnetIds", { ...subnets, min: 0 }, subnetIdentifier);
  return vpcId === undefined ? own : { existing: { vpcId, privateSubnetIds, publicSubnetIds } };
}

/** How many private subnets there will be. */
export function subnetCount(network: NetworkConfig): number {
  return "existing" in network ? network.existing.privateSubnetIds.length : zoneCount(network);
}

/** Subnets of a new network must lie in zones of the region, and their hosts must reach the services of AWS. */
export function checkNetwork(
  network: NetworkConfig,
  region: string | undefined,
  read: ConfigReader,
): void {
  if ("existing" in network) return;
  const { availabilityZones: zones } = network;
  const strangers = (typeof zones === "number" ? [] : zones).filter(
    (zone) => region !== undefined && !zone.startsWith(region),
  );
  read.problems.require(
    strangers.length === 0,
    `${read.name("availabilityZones")} must lie in aws:region, ${String(region)}; got ${strangers.join(", ")}`,
  );
  checkReachability(network, read.problems, (key) => read.name(key));
}
