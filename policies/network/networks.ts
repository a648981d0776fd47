import type { PolicyResource } from "@pulumi/policy";
import {
  DefaultSecurityGroup,
  DefaultSubnet,
  FlowLog,
  SecurityGroupRule,
  Subnet,
  Vpc,
  VpcEndpoint,
} from "@pulumi/aws/ec2";
import { SecurityGroupEgressRule, SecurityGroupIngressRule } from "@pulumi/aws/vpc";
import { isSet, known } from "../engine/known";
import { stackPolicy, typesPolicy } from "../engine/policy";
import { refersTo } from "../engine/relation";
import { texts } from "../engine/setting-schema";
import { typeToken } from "../engine/types";

export const subnets = typesPolicy("ec2-subnet-public-addresses", [Subnet, DefaultSubnet], {
  severity: "medium",
  rule: "Let a subnet hand out no public addresses.",
  reason: "Whatever is started in it would be on the internet without having asked for it.",
  fix: "Set mapPublicIpOnLaunch and assignIpv6AddressOnCreation to false; NAT gateways bring their own address.",
  controls: ["EC2.15"],
  source: "https://docs.aws.amazon.com/vpc/latest/userguide/subnet-public-ip.html",
  *check(subnet, _config, { type }) {
    // A default subnet hands them out unless it is told not to.
    const unset = type === typeToken(DefaultSubnet);
    for (const [name, byDefault] of [
      ["mapPublicIpOnLaunch", unset],
      ["assignIpv6AddressOnCreation", false],
    ] as const) {
      if ((subnet[name] ?? byDefault) === true) {
        yield {
          fact: `${name} is ${isSet(subnet, name) ? "true" : "not set"}`,
          limit: "it must be false",
        };
      }
    }
  },
});

const ruleTypes = [SecurityGroupEgressRule, SecurityGroupIngressRule, SecurityGroupRule].map(
  typeToken,
);

export const defaultSecurityGroup = stackPolicy("ec2-vpc-default-security-group", [Vpc], {
  severity: "high",
  rule: "Close the default security group of every VPC.",
  reason:
    "Whatever is started without a group of its own gets that one, whose members may talk to each other and to everywhere.",
  fix: "Add an ec2.DefaultSecurityGroup with this vpcId and without ingress and egress, and add no rules to it.",
  controls: ["EC2.2"],
  source: "https://docs.aws.amazon.com/vpc/latest/userguide/default-security-group.html",
  *check(resources) {
    const groups = resources.filter((resource) => resource.isType(DefaultSecurityGroup));
    const rules = resources.filter((resource) => ruleTypes.includes(resource.type));
    for (const vpc of vpcs(resources)) {
      const group = groups.find((one) => refersTo(one, "vpcId", vpc));
      if (group === undefined) {
        yield {
          resource: vpc,
          fact: "no DefaultSecurityGroup names this VPC",
          limit: "its default security group must be closed",
        };
      } else if (["ingress", "egress"].some((name) => ruleCount(group, name) > 0)) {
        yield {
          resource: group,
          fact: "the default security group has rules",
          limit: "it must have none",
        };
      }
      for (const rule of rules) {
        if (
          (group !== undefined && refersTo(rule, "securityGroupId", group)) ||
          refersTo(rule, "securityGroupId", vpc, "defaultSecurityGroupId")
        ) {
          yield {
            resource: rule,
            fact: "the rule is one of the default security group",
            limit: "that group must have none",
          };
        }
      }
    }
  },
});

export const flowLogs = stackPolicy("ec2-vpc-flow-log", [Vpc], {
  severity: "medium",
  rule: "Log the connections in every VPC.",
  reason: "After an incident the flow log tells who talked to whom, and who tried to.",
  fix: "Add an ec2.FlowLog with this vpcId and trafficType ALL or REJECT.",
  controls: ["EC2.6"],
  source: "https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs.html",
  *check(resources) {
    const logs = resources.filter(
      (resource) =>
        resource.isType(FlowLog) &&
        ["ALL", "REJECT"].includes(String(resource.props["trafficType"])),
    );
    for (const vpc of vpcs(resources)) {
      if (!logs.some((log) => refersTo(log, "vpcId", vpc))) {
        yield {
          resource: vpc,
          fact: "no FlowLog with trafficType ALL or REJECT names this VPC",
          limit: "every VPC needs one",
        };
      }
    }
  },
});

export const vpcEndpoints = stackPolicy("ec2-vpc-endpoints", [Vpc], {
  severity: "medium",
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
  *check(resources, { services }) {
    const endpoints = resources.filter((resource) => resource.isType(VpcEndpoint));
    for (const vpc of vpcs(resources)) {
      const names = endpoints
        .filter(
          (endpoint) =>
            endpoint.props["vpcEndpointType"] === "Interface" && refersTo(endpoint, "vpcId", vpc),
        )
        .map((endpoint) => known(() => endpoint.props["serviceName"] as string | undefined) ?? "");
      const missing = services.filter(
        (service) => !names.some((name) => name.endsWith(`.${service}`)),
      );
      if (missing.length > 0) {
        yield {
          resource: vpc,
          fact: `no interface endpoint for ${missing.join(", ")}`,
          limit: "these services must be reached privately",
        };
      }
    }
  },
});

function vpcs(resources: readonly PolicyResource[]): readonly PolicyResource[] {
  return resources.filter((resource) => resource.isType(Vpc));
}

function ruleCount(group: PolicyResource, name: string): number {
  const rules = known((): unknown => group.props[name]);
  return Array.isArray(rules) ? rules.length : 0;
}
