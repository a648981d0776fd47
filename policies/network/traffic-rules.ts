import { UnknownValueError } from "@pulumi/policy";
import { areWorldwide } from "../engine/address-share";
import { isPresent, isSet, known, Undecided } from "../engine/known";
import type { Finding } from "../engine/violation";

/** A rule of a security group or of a network ACL. */
export type TrafficRule = Readonly<Record<string, unknown>>;

/** A rule and where it stands in its resource. */
export interface PlacedRule {
  /** Empty for a resource that is a rule itself. */
  readonly path: string;
  readonly rule: TrafficRule;
}

/** Ports of a rule, both ends included. */
export interface PortRange {
  readonly from: number;
  readonly to: number;
}

export function includesPort(range: PortRange | undefined, port: number): boolean {
  return isPresent(range) && port >= range.from && port <= range.to;
}

const allPorts: PortRange = { from: 0, to: 65_535 };
const allProtocols = ["-1", "all"];

/** Rules write a protocol as its name or as its number: https://www.iana.org/assignments/protocol-numbers */
const protocolNames: Readonly<Record<string, string>> = {
  "1": "icmp",
  "6": "tcp",
  "17": "udp",
  "58": "icmpv6",
};

export function protocolOf(rule: TrafficRule): string {
  const { protocol, ipProtocol } = rule as Partial<Record<string, string | number>>;
  const written = String(protocol ?? ipProtocol ?? "all").toLowerCase();
  return allProtocols.includes(written) ? "all" : (protocolNames[written] ?? written);
}

/**
 * The ports that a rule is about. `undefined` for a protocol without ports, such as ICMP: what stands in its port
 * fields is a type and a code of message.
 */
export function portRange(rule: TrafficRule): PortRange | undefined {
  const protocol = protocolOf(rule);
  if (protocol === "all") {
    return allPorts;
  }
  if (protocol !== "tcp" && protocol !== "udp") {
    return undefined;
  }
  const { fromPort: from, toPort: to } = rule as Partial<Record<"fromPort" | "toPort", number>>;
  // -1 stands for every port; ends the wrong way round are no reason to count none.
  return !isPresent(from) || !isPresent(to) || from < 0 || to < from ? allPorts : { from, to };
}

/** Names of the fields that hold addresses, in the resources that rules come in. */
const addressFields =
  "cidr cidrBlock cidrBlocks cidrIpv4 cidrIpv6 ipv6CidrBlock ipv6CidrBlocks".split(" ");

/**
 * Whether a rule is about the whole world.
 *
 * @param others - networks of other rules for the same traffic, which are summed with its own
 * @throws Undecided where none of its known addresses is and others are unknown in a preview
 */
export function isWorldOpen(rule: TrafficRule, others: readonly string[] = []): boolean {
  if (areWorldwide([...others, ...networksOf(rule)])) {
    return true;
  }
  const unknown = addressFields.find((field) => networksIn(rule, field).includes(undefined));
  if (isPresent(unknown)) {
    throw new Undecided(unknown);
  }
  return false;
}

/** The known networks of a rule. */
export function networksOf(rule: TrafficRule): readonly string[] {
  return addressFields.flatMap((field) => networksIn(rule, field)).filter(isPresent);
}

/** The networks of a field that holds one or several; `undefined` for each that is unknown. */
function networksIn(rule: TrafficRule, field: string): readonly (string | undefined)[] {
  if (!isSet(rule, field)) {
    return [];
  }
  const value = known(() => rule[field]);
  return Array.isArray(value)
    ? Array.from(value.keys(), (index) => known(() => String(value[index])))
    : [typeof value === "string" ? value : undefined];
}

/** The rules in a property of a resource, each read only when it is judged. */
export function inlineRules(resource: TrafficRule, property: string): readonly PlacedRule[] {
  const rules = (resource[property] ?? []) as readonly TrafficRule[];
  return Array.from(rules.keys(), (index) => ({
    path: `${property}[${index}]`,
    get rule() {
      return rules[index] ?? {};
    },
  }));
}

/** Judges one rule after the other, so that what is unknown about one hides nothing that is known of the next. */
export function* judgeEach(
  rules: readonly PlacedRule[],
  judge: (rule: PlacedRule) => Iterable<Finding>,
): Iterable<Finding> {
  let unknown: Error | undefined;
  let isSilent = true;
  for (const rule of rules) {
    try {
      for (const violation of judge(rule)) {
        isSilent = false;
        yield violation;
      }
    } catch (error) {
      if (!(error instanceof Undecided || error instanceof UnknownValueError)) {
        throw error;
      }
      unknown ??= error as Error;
    }
  }
  if (isSilent && unknown) {
    throw unknown;
  }
}
