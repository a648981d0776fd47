import { Network } from "../../infra/network/network";

/** A network for a team's first stack: two zones, one NAT gateway, flow logs for a month. */
export function example(): Record<string, unknown> {
  const { vpcId, privateSubnetIds } = new Network("network", {
    cidr: "10.20.0.0/16",
    availabilityZones: 2,
    natGateways: "Single",
    interfaceEndpoints: false,
    logRetentionDays: 30,
  });
  return { vpcId, privateSubnetIds };
}
