import { UnknownValueError } from "@pulumi/policy";
import { known, Undecided } from "../engine/known";
import type { Violation } from "../engine/policy";

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
  const { protocol, ipProtocol } = rule as Partial<
    Record<"protocol" | "ipProtocol", string | number>
  >;
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
  return from === undefined || to === undefined || from < 0 || to < from ? allPorts : { from, to };
}

/** Names of the fields that hold addresses, in the resources that rules come in. */
const addressFields = [
  "cidr",
  "cidrBlock",
  "cidrBlocks",
  "cidrIpv4",
  "cidrIpv6",
  "ipv6CidrBlock",
  "ipv6CidrBlocks",
];

/**
 * The widest networks that somebody may own: private 10.0.0.0/8 and the registries' /8, an IPv6 allocation of /16.
 * Two halves of the internet are as open as the whole.
 */
const leastPrefixLength = { ipv4: 8, ipv6: 16 };

/** Unique local addresses, which nobody can reach from outside: https://www.rfc-editor.org/rfc/rfc4193 */
const uniqueLocal = /^f[cd][0-9a-f]{2}:/i;

/** Whether a block of addresses in CIDR notation is wider than any network that somebody owns. */
export function isWorldwide(cidr: string): boolean {
  const length = /\/([0-9]+)$/.exec(cidr)?.[1];
  if (length === undefined || uniqueLocal.test(cidr)) {
    return false;
  }
  return Number(length) < leastPrefixLength[cidr.includes(":") ? "ipv6" : "ipv4"];
}

/**
 * Whether a rule is about the whole world.
 *
 * @throws Undecided where none of its known addresses is and others are unknown in a preview
 */
export function isWorldOpen(rule: TrafficRule): boolean {
  const addresses = addressFields
    .filter((field) => field in rule)
    .flatMap(
      (field) =>
        known(() => entries(rule[field]))?.map((cidr) => ({ field, cidr })) ?? [
          { field, cidr: undefined },
        ],
    );
  if (addresses.some(({ cidr }) => cidr !== undefined && isWorldwide(cidr))) {
    return true;
  }
  const unknown = addresses.find(({ cidr }) => cidr === undefined);
  if (unknown !== undefined) {
    throw new Undecided(unknown.field);
  }
  return false;
}

/** The texts of a field that holds one or several; `undefined` for each that is unknown. */
function entries(value: unknown): readonly (string | undefined)[] {
  return Array.isArray(value)
    ? Array.from(value.keys(), (index) => known(() => String(value[index])))
    : [String(value)];
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
  judge: (rule: PlacedRule) => Iterable<Violation>,
): Iterable<Violation> {
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
  if (isSilent && unknown !== undefined) {
    throw unknown;
  }
}
