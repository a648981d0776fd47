import {
  DefaultSecurityGroup,
  NetworkAcl,
  NetworkAclRule,
  SecurityGroup,
  SecurityGroupRule,
} from "@pulumi/aws/ec2";
import { SecurityGroupIngressRule } from "@pulumi/aws/vpc";
import { decisive } from "./known";
import { typesPolicy, type Violation } from "./policy";
import { integers } from "./settings";
import { typeToken } from "./types";

type Block = Readonly<Record<string, unknown>>;

/** Ports of a rule, both ends included. */
interface PortRange {
  readonly from: number;
  readonly to: number;
}

export const openIngress = typesPolicy(
  [SecurityGroup, DefaultSecurityGroup, SecurityGroupRule, SecurityGroupIngressRule].map(typeToken),
  {
    name: "ec2-security-group-open-ingress",
    severity: "critical",
    rule: "Let no security group admit the whole world.",
    reason:
      "An open port is found within minutes. Clients have security groups, prefix lists or addresses of their own.",
    fix: "Name a security group, a prefix list or the addresses of the clients.",
    controls: ["EC2.13", "EC2.14", "EC2.18", "EC2.19", "EC2.53", "EC2.54"],
    source: "https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html",
    config: {
      ports: integers({
        description: "Ports that may be open to the whole world, such as 443.",
        default: [],
        minimum: 0,
        maximum: 65_535,
      }),
    },
    *check(resource, { ports }, { type }) {
      for (const { path, rule } of ingressRules(type, resource)) {
        const range = portRange(rule);
        // A closed range with as many allowed ports as it has.
        const allowed = ports.filter((port) => port >= range.from && port <= range.to).length;
        if (isWorldOpen(rule) && allowed < range.to - range.from + 1) {
          yield openPorts(path, range);
        }
      }
    },
  },
);

/** Ports of remote administration, which no network ACL may open either. */
const adminPorts = [22, 3389];

export const networkAclAdminPorts = typesPolicy(
  [typeToken(NetworkAcl), typeToken(NetworkAclRule)],
  {
    name: "ec2-network-acl-admin-ports",
    severity: "medium",
    rule: "Let no network ACL admit the whole world to SSH and remote desktops.",
    reason: "It is the second line behind the security groups.",
    fix: "Deny ports 22 and 3389 from 0.0.0.0/0 and ::/0.",
    controls: ["EC2.21"],
    source: "https://docs.aws.amazon.com/vpc/latest/userguide/vpc-network-acls.html",
    *check(resource, _config, { type }) {
      const inline = (resource["ingress"] ?? []) as readonly Block[];
      const rules =
        type === typeToken(NetworkAcl)
          ? inline.map((rule, index) => ({ path: `ingress[${index}]`, rule }))
          : resource["egress"] === true
            ? []
            : [{ path: "", rule: resource }];
      for (const { path, rule } of rules) {
        const range = portRange(rule);
        const action = rule["action"] ?? rule["ruleAction"];
        if (
          action === "allow" &&
          isWorldOpen(rule) &&
          adminPorts.some((port) => port >= range.from && port <= range.to)
        ) {
          yield openPorts(path, range);
        }
      }
    },
  },
);

function ingressRules(type: string, resource: Block): readonly { path: string; rule: Block }[] {
  if (type === typeToken(SecurityGroupIngressRule)) {
    return [{ path: "", rule: resource }];
  }
  if (type === typeToken(SecurityGroupRule)) {
    return resource["type"] === "ingress" ? [{ path: "", rule: resource }] : [];
  }
  return ((resource["ingress"] ?? []) as readonly Block[]).map((rule, index) => ({
    path: `ingress[${index}]`,
    rule,
  }));
}

/** Names of the fields that hold addresses, in the resources that rules come in. */
const addressFields = [
  "cidrBlock",
  "cidrBlocks",
  "cidrIpv4",
  "cidrIpv6",
  "ipv6CidrBlock",
  "ipv6CidrBlocks",
];

function isWorldOpen(rule: Block): boolean {
  return addressFields
    .filter((field) => field in rule)
    .flatMap((field) => decisive(rule, field))
    .some((cidr) => typeof cidr === "string" && cidr.endsWith("/0"));
}

function portRange(rule: Block): PortRange {
  const { protocol, ipProtocol, fromPort, toPort } = rule as Readonly<
    Partial<Record<"protocol" | "ipProtocol", string> & Record<"fromPort" | "toPort", number>>
  >;
  const isEverything = ["-1", "all"].includes(String(protocol ?? ipProtocol));
  return isEverything || fromPort === undefined || toPort === undefined
    ? { from: 0, to: 65_535 }
    : { from: fromPort, to: toPort };
}

function openPorts(path: string, { from, to }: PortRange): Violation {
  return {
    fact: `${path === "" ? "the rule" : path} admits the whole world to ${from === to ? `port ${from}` : `ports ${from} to ${to}`}`,
    limit: "the world may come in nowhere, or by the configured ports only",
  };
}
