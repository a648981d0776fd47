import {
  DefaultNetworkAcl,
  DefaultSecurityGroup,
  ManagedPrefixList,
  ManagedPrefixListEntry,
  NetworkAcl,
  NetworkAclRule,
  SecurityGroup,
  SecurityGroupRule,
} from "@pulumi/aws/ec2";
import { SecurityGroupIngressRule } from "@pulumi/aws/vpc";
import { isPresent, isSet } from "../engine/known";
import { typesPolicy } from "../engine/policy";
import type { Violation } from "../engine/violation";
import {
  includesPort,
  inlineRules,
  isWorldOpen,
  judgeEach,
  networksOf,
  type PlacedRule,
  type PortRange,
  portRange,
  protocolOf,
  type TrafficRule,
} from "./traffic-rules";
import { typeToken } from "../engine/sdk-types";

const prefixListTypes = [ManagedPrefixList, ManagedPrefixListEntry].map(typeToken);

const ingressTypes = [
  SecurityGroup,
  DefaultSecurityGroup,
  SecurityGroupRule,
  SecurityGroupIngressRule,
  ManagedPrefixList,
  ManagedPrefixListEntry,
];
const aclTypes = [NetworkAcl, DefaultNetworkAcl, NetworkAclRule];

export const openIngress = typesPolicy("ec2-security-group-open-ingress", ingressTypes, {
  config: {
    ports: {
      description: "Ports that may be open to the whole world, such as 443.",
      items: { type: "integer", minimum: 0, maximum: 65_535 },
      default: [] as readonly number[],
    },
  },
  *check(resource, { ports }, { type }) {
    const rulesBefore = new Map<string, readonly string[]>();
    // The rules that name a prefix list see nothing but its id.
    const isPrefixList = prefixListTypes.includes(type);
    yield* judgeEach(ingressRules(type, resource), function* ({ path, rule }) {
      const range = portRange(rule);
      // Rules for the same ports add up.
      const traffic = isPrefixList ? "" : `${protocolOf(rule)} ${JSON.stringify(range)}`;
      const networks = rulesBefore.get(traffic) ?? [];
      rulesBefore.set(traffic, [...networks, ...networksOf(rule)]);
      if ((isPrefixList || !isWithin(range, ports)) && isWorldOpen(rule, networks)) {
        const entry = path === "" ? "the entry" : path;
        yield isPrefixList ? `${entry} is the whole world` : openRule(path, rule, range);
      }
    });
  },
});

/** Ports of remote administration, which no network ACL may open either. */
const adminPorts = [22, 3389];

export const aclAdminPorts = typesPolicy("ec2-network-acl-admin-ports", aclTypes, {
  *check(resource, _config, { type }) {
    const rules = type === typeToken(NetworkAclRule) ? [] : inlineRules(resource, "ingress");
    const isEntry = type === typeToken(NetworkAclRule) && resource["egress"] !== true;
    yield* judgeEach(isEntry ? [{ path: "", rule: resource }] : rules, function* ({ path, rule }) {
      const range = portRange(rule);
      const reached = adminPorts.filter(
        (port) =>
          includesPort(range, port) && !rules.some((other) => denies(other.rule, rule, port)),
      );
      if (actionOf(rule) === "allow" && reached.length > 0 && isWorldOpen(rule)) {
        yield openRule(path, rule, range);
      }
    });
  },
});

/**
 * Whether a rule of a network ACL keeps another one from a port. The lowest number decides; rules of one family of
 * addresses say nothing about the other.
 */
function denies(rule: TrafficRule, allowed: TrafficRule, port: number): boolean {
  const covers = (field: string, everybody: string) =>
    !isSet(allowed, field) || rule[field] === everybody || rule[field] === allowed[field];
  return (
    actionOf(rule) === "deny" &&
    Number(rule["ruleNo"]) < Number(allowed["ruleNo"]) &&
    // SSH and remote desktops speak TCP.
    ["all", "tcp", protocolOf(allowed)].includes(protocolOf(rule)) &&
    includesPort(portRange(rule), port) &&
    covers("cidrBlock", "0.0.0.0/0") &&
    covers("ipv6CidrBlock", "::/0")
  );
}

/** What a rule of a network ACL does; the provider accepts it in any case. */
function actionOf({ action, ruleAction }: TrafficRule): string {
  return String(action ?? ruleAction).toLowerCase();
}

function ingressRules(type: string, resource: TrafficRule): readonly PlacedRule[] {
  switch (type) {
    case typeToken(SecurityGroupIngressRule):
    case typeToken(ManagedPrefixListEntry):
      return [{ path: "", rule: resource }];
    case typeToken(SecurityGroupRule):
      return resource["type"] === "ingress" ? [{ path: "", rule: resource }] : [];
    case typeToken(ManagedPrefixList):
      return inlineRules(resource, "entries");
    default:
      return inlineRules(resource, "ingress");
  }
}

/** Whether every port of a closed range is allowed; each is configured once. */
function isWithin(range: PortRange | undefined, ports: readonly number[]): boolean {
  const allowed = ports.filter((port) => includesPort(range, port));
  return isPresent(range) && allowed.length === range.to - range.from + 1;
}

function openRule(path: string, rule: TrafficRule, range: PortRange | undefined): Violation {
  const way = !range
    ? `protocol ${protocolOf(rule)}`
    : range.from === range.to
      ? `port ${range.from}`
      : `ports ${range.from} to ${range.to}`;
  return {
    fact: `${path === "" ? "the rule" : path} admits the whole world to ${way}`,
    limit: "the world may come in nowhere, or by the configured ports only",
  };
}
