import { known, reference } from "../engine/known";
import { relationPolicy, typesPolicy } from "../engine/policy";
import { isMadeOf, ofType, refersTo } from "../engine/relation";
import { typeToken } from "../engine/sdk-types";
import { texts } from "../engine/setting-schema";
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
  rule: "Let a subnet hand out no public addresses.",
  reason: "Whatever is started in it would be on the internet without having asked for it.",
  fix: "Set mapPublicIpOnLaunch and assignIpv6AddressOnCreation to false; NAT gateways bring their own address.",
  controls: ["EC2.15"],
  source: "https://docs.aws.amazon.com/vpc/latest/userguide/subnet-public-ip.html",
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
  severity: "high",
  rule: "Close the default security group of every VPC.",
  reason:
    "Whatever is started without a group of its own gets that one, whose members may talk to each other and to everywhere.",
  fix: "Add an ec2.DefaultSecurityGroup with this vpcId and without ingress and egress, and add no rules to it.",
  controls: ["EC2.2"],
  source: "https://docs.aws.amazon.com/vpc/latest/userguide/default-security-group.html",
  *check(vpc, resources) {
    const groups = ofType(resources, DefaultSecurityGroup);
    const group = groups.find((one) => refersTo(one, "vpcId", vpc));
    if (!group) {
      yield {
        fact: "no DefaultSecurityGroup names this VPC",
        limit: "its default security group must be closed",
      };
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
  rule: "Log the connections in every VPC.",
  reason: "After an incident the flow log shows accepted and rejected connections.",
  fix: "Add an ec2.FlowLog with this vpcId and trafficType ALL or REJECT.",
  controls: ["EC2.6"],
  source: "https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs.html",
  *check(vpc, resources) {
    const logs = ofType(resources, FlowLog).filter(({ props }) =>
      ["ALL", "REJECT"].includes(String(props["trafficType"])),
    );
    if (!logs.some((log) => refersTo(log, "vpcId", vpc))) {
      yield {
        fact: "no FlowLog with trafficType ALL or REJECT names this VPC",
        limit: "every VPC needs one",
      };
    }
  },
});

export const vpcEndpoints = relationPolicy("ec2-vpc-endpoints", Vpc, {
  rule: "Reach the services of AWS that a VPC's workloads call without the internet.",
  reason:
    "What goes through an interface endpoint cannot be sent elsewhere, and its policy can say whose resources may be reached. Each endpoint has a price by the hour and zone.",
  fix: "Add an ec2.VpcEndpoint of type Interface for the service, or take the service out of the policy's configuration.",
  controls: ["EC2.10", "EC2.57"],
  source:
    "https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html",
  config: {
    services: texts(
      "Services that need an interface endpoint in every VPC, as in the end of their names: ec2, ssm, ecr.api, ecr.dkr, ssm-contacts, ssm-incidents, kinesis-streams and others.",
      "ec2 ssm",
    ),
  },
  *check(vpc, resources, { services }) {
    const names = ofType(resources, VpcEndpoint)
      .filter((one) => one.props["vpcEndpointType"] === "Interface" && refersTo(one, "vpcId", vpc))
      .map(({ props }) => known(() => props["serviceName"] as string | undefined) ?? "");
    const missing = services.filter(
      (service) => !names.some((name) => name.endsWith(`.${service}`)),
    );
    if (missing.length > 0) {
      yield {
        fact: `no interface endpoint for ${missing.join(", ")}`,
        limit: "these services must be reached privately",
      };
    }
  },
});

function ruleCount(group: PolicyResource, name: string): number {
  const rules = known((): unknown => group.props[name]);
  return Array.isArray(rules) ? rules.length : 0;
}

export const addressInUse = relationPolicy("ec2-elastic-address-in-use", Eip, {
  severity: "low",
  rule: "Attach every Elastic IP address to something.",
  reason: "An address is billed by the hour, and one that nothing uses is forgotten.",
  fix: "Give it to a NAT gateway, an instance or a network interface, or remove it.",
  controls: ["EC2.12"],
  source: "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/elastic-ip-addresses-eip.html",
  *check(address, resources) {
    const users = [...ofType(resources, NatGateway), ...ofType(resources, EipAssociation)];
    const isUsed =
      isGiven(address, "instance") ||
      isGiven(address, "networkInterface") ||
      users.some((user) => refersTo(user, "allocationId", address, "allocationId")) ||
      // Load balancers and further addresses of a gateway name it deep inside a block.
      resources.some((one) => one !== address && isMadeFrom(one, address));
    if (!isUsed) {
      yield { fact: "nothing uses this address", limit: "an address must be in use" };
    }
  },
});

function isMadeFrom(resource: PolicyResource, address: PolicyResource): boolean {
  return Object.keys(resource.propertyDependencies).some((property) =>
    isMadeOf(resource, property, address),
  );
}

/**
 * Whether the program set a property. The service fills in what it did not: that is unknown in a preview, and made of no
 * other resource.
 */
function isGiven(resource: PolicyResource, property: string): boolean {
  const given = reference(resource.props, property);
  return given.set && Boolean(given.value ?? resource.propertyDependencies[property]);
}
