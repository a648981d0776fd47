import { isSet, known } from "../engine/known";
import { relationPolicy, typesPolicy } from "../engine/policy";
import { isMadeOf, ofType, refersTo } from "../engine/relation";
import { typeToken } from "../engine/sdk-types";
import { mustBe } from "../engine/violation";
import {
  DefaultSecurityGroup,
  DefaultSubnet,
  Eip,
  EipAssociation,
  FlowLog,
  NatGateway,
  SecurityGroupRule,
  Subnet,
  Vpc,
  VpcEndpoint,
} from "@pulumi/aws/ec2";
import { SecurityGroupEgressRule, SecurityGroupIngressRule } from "@pulumi/aws/vpc";
import type { PolicyResource } from "@pulumi/policy";

export const subnets = typesPolicy("ec2-subnet-public-addresses", [Subnet, DefaultSubnet], {
  *check(subnet, _config, { type }) {
    // A default subnet assigns them by default.
    const unset = type === typeToken(DefaultSubnet);
    for (const [name, byDefault] of [
      ["mapPublicIpOnLaunch", unset],
      ["assignIpv6AddressOnCreation", false],
    ] as const) {
      const value = subnet[name] as boolean | undefined;
      yield* mustBe(name, value ?? (byDefault ? undefined : false), false);
    }
  },
});

const ruleTypes = [SecurityGroupEgressRule, SecurityGroupIngressRule, SecurityGroupRule].map(
  typeToken,
);

export const defaultSecurityGroup = relationPolicy("ec2-vpc-default-security-group", Vpc, {
  *check(vpc, resources) {
    const groups = ofType(resources, DefaultSecurityGroup);
    const group = groups.find((one) => refersTo(one, "vpcId", vpc));
    if (!group) {
      const fact = "no DefaultSecurityGroup names this VPC";
      yield { fact, limit: "its default security group must be closed" };
    } else if (["ingress", "egress"].some((name) => ruleCount(group, name) > 0)) {
      const fact = "the default security group has rules";
      yield { resource: group, fact, limit: "it must have none" };
    }
    for (const resource of resources.filter(({ type }) => ruleTypes.includes(type))) {
      if (
        (group && refersTo(resource, "securityGroupId", group)) ||
        refersTo(resource, "securityGroupId", vpc, "defaultSecurityGroupId")
      ) {
        const fact = "the rule is one of the default security group";
        yield { resource, fact, limit: "that group must have none" };
      }
    }
  },
});

export const flowLogs = relationPolicy("ec2-vpc-flow-log", Vpc, {
  check(vpc, resources) {
    const isLogged = ofType(resources, FlowLog).some(
      (log) =>
        ["ALL", "REJECT"].includes(String(log.props["trafficType"])) && refersTo(log, "vpcId", vpc),
    );
    return !isLogged && "no FlowLog with trafficType ALL or REJECT names this VPC";
  },
});

export const vpcEndpoints = relationPolicy("ec2-vpc-endpoints", Vpc, {
  check(vpc, resources, { services }) {
    const names = ofType(resources, VpcEndpoint)
      .filter((one) => one.props["vpcEndpointType"] === "Interface" && refersTo(one, "vpcId", vpc))
      .map(({ props }) => known(() => props["serviceName"] as string | undefined) ?? "");
    const missing = services.filter(
      (service) => !names.some((name) => name.endsWith(`.${service}`)),
    );
    return missing.length > 0 && `no interface endpoint for ${missing.join(", ")}`;
  },
});

function ruleCount(group: PolicyResource, name: string): number {
  const rules = known((): unknown => group.props[name]);
  return Array.isArray(rules) ? rules.length : 0;
}

export const addressInUse = relationPolicy("ec2-elastic-address-in-use", Eip, {
  check(address, resources) {
    const users = [...ofType(resources, NatGateway), ...ofType(resources, EipAssociation)];
    const isUsed =
      isGiven(address, "instance") ||
      isGiven(address, "networkInterface") ||
      users.some((user) => refersTo(user, "allocationId", address, "allocationId")) ||
      // Load balancers and further addresses of a gateway name it deep inside a block.
      resources.some(
        (one) =>
          one !== address &&
          Object.keys(one.propertyDependencies).some((name) => isMadeOf(one, name, address)),
      );
    return !isUsed && "nothing uses this address";
  },
});

/**
 * Whether the program set a property. The service fills in what it did not: that is unknown in a preview, and made of no
 * other resource.
 */
function isGiven(resource: PolicyResource, property: string): boolean {
  const value = known((): unknown => resource.props[property]);
  return (
    isSet(resource.props, property) && Boolean(value ?? resource.propertyDependencies[property])
  );
}
