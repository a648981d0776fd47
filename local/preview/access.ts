import { BlockList, isIPv6 } from "node:net";
import { unknownText } from "../engine/plan-report";
import { logicalName } from "../provider/names";
import { isObject, type Values } from "../provider/values";
import tables from "./access.json";
import { parsed, structuralChanges, valueText } from "./structure";

/** A change of permissions or reachability. */
export interface AccessChange {
  /** More is allowed than before. */
  readonly widens: boolean;
  /** Such as: Allow `s3:*` on `*` added to the role writer. */
  readonly text: string;
}

/** A resource before and after; undefined inputs where it is not there. */
export interface Compared {
  readonly urn: string;
  readonly type: string;
  readonly before: Values | undefined;
  readonly after: Values | undefined;
  /** Component that the resource belongs to, empty when to none. */
  readonly component: string;
  /** Properties that the engine knows to differ, of secrets as well. */
  readonly changed?: readonly string[];
}

/** One action on one resource for one principal. */
interface Grant {
  readonly effect: string;
  readonly action: string;
  readonly resource: string;
  readonly principal: string;
  readonly condition: string;
}

/** A statement of more grants than this is compared as a whole. */
const maxGrants = 10_000;

/** Resources that grant access by being there, and the settings that say to whom and what. */
const grants: Readonly<Record<string, readonly string[]>> = tables.grants;
/** Other settings that decide who reaches a resource, besides policy documents. */
const settings: Readonly<Record<string, readonly string[]>> = tables.settings;
/** Settings that close something as soon as they have a value, and those that open something. */
const { protections, openings } = tables;
/** What AWS allows where a resource has no policy. */
const defaults: Readonly<Record<string, Values>> = tables.defaultStatements;
/** Resources that are one rule each, and the word before its peers. */
const ruleTypes: Readonly<Record<string, string>> = tables.securityGroupRules;
/** What policies of a type are called; others are called by their resource. */
const documents: Readonly<Record<string, string>> = tables.documents;

/**
 * What changes in policy documents, security group rules and settings of access, what widens access first.
 *
 * @param names - logical names of roles by their physical ones.
 */
export function accessChanges(
  compared: Compared,
  names: ReadonlyMap<string, string>,
): readonly AccessChange[] {
  return [
    ...documentChanges(compared, names),
    ...ruleChanges(compared),
    ...settingChanges(compared),
  ].sort(byWidth);
}

/** Order in which what widens access comes first. */
export function byWidth(one: AccessChange, other: AccessChange): number {
  return Number(other.widens) - Number(one.widens);
}

/** Whether a property holds policy documents, which are compared by their statements. */
export function isPolicyDocument(value: unknown): boolean {
  return documentsIn(value).length > 0;
}

function documentChanges(compared: Compared, names: ReadonlyMap<string, string>): AccessChange[] {
  const { type, before, after, changed = [] } = compared;
  const properties = new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})]);
  return [...properties].flatMap((property) => {
    const [old, next] = [documentsIn(before?.[property]), documentsIn(after?.[property])];
    const statement = property === "policy" ? defaults[type] : undefined;
    if (statement !== undefined && before !== undefined) {
      // A resource of its own leaves the default where it goes.
      const staysOpen = after !== undefined || type.endsWith("Policy");
      if (old.length === 0) old.push({ Statement: statement });
      if (next.length === 0 && staysOpen) next.push({ Statement: statement });
    }
    const later = JSON.stringify(after?.[property] ?? "");
    const isSecret =
      later.includes("[secret]") && (before === undefined || changed.includes(property));
    const isUnknown =
      (isSecret || later.includes(unknownText)) &&
      (old.length > 0 || /polic(y|ies)$/i.test(property));
    if (old.length === 0 && next.length === 0 && !isUnknown) return [];
    const role = String((after ?? before)?.["role"]);
    const place =
      type === "aws:iam/rolePolicy:RolePolicy"
        ? `the role ${nameOf(compared, names.get(role) ?? role)}`
        : property === "assumeRolePolicy"
          ? `the trust policy of the role ${nameOf(compared)}`
          : type === "aws:iam/role:Role"
            ? `the role ${nameOf(compared)}`
            : `the ${documents[type] ?? property} of ${nameOf(compared)}`;
    return isUnknown
      ? [
          {
            widens: true,
            text: `Statements of ${place} are ${isSecret ? "secret and not compared" : "known only in the update"}`,
          },
        ]
      : grantChanges(old, next, place);
  });
}

function documentsIn(value: unknown): Values[] {
  const content = parsed(value);
  if (Array.isArray(content)) return content.flatMap(documentsIn);
  if (!isObject(content)) return [];
  if ("Statement" in content) return [content];
  return "policy" in content ? documentsIn(content["policy"]) : [];
}

function grantChanges(
  old: readonly Values[],
  next: readonly Values[],
  owner: string,
): AccessChange[] {
  const [before, after] = [grantsOf(old), grantsOf(next)];
  const removed = grouped([...before].filter(([key]) => !after.has(key)).map(([, grant]) => grant));
  const added = grouped([...after].filter(([key]) => !before.has(key)).map(([, grant]) => grant));
  const conditional = added.flatMap((one) => {
    const other = removed.find((candidate) => candidate.text === one.text);
    return other === undefined ? [] : [{ one, other }];
  });
  const paired = new Set(conditional.flatMap(({ one, other }) => [one, other]));
  const alone = (grants: readonly GroupedGrants[], verb: string, widening: boolean) =>
    grants
      .filter((one) => !paired.has(one))
      .map(({ effect, text, condition }) => ({
        widens: (effect === "Allow") === widening,
        text: `${text}${condition === "" ? "" : ` if ${code(condition)}`} ${verb} ${owner}`,
      }));
  return [
    ...conditional.map(({ one, other }) => ({
      widens: !(one.effect === "Allow" ? isStricter(one, other) : isStricter(other, one)),
      text: `Condition of ${one.text} changed from ${conditionText(other)} to ${conditionText(one)} in ${owner}`,
    })),
    ...alone(added, "added to", true),
    ...alone(removed, "removed from", false),
  ];
}

function grantsOf(documents: readonly Values[]): ReadonlyMap<string, Grant> {
  const grants = new Map<string, Grant>();
  for (const statement of documents.flatMap(({ Statement: all }) => listed(all)).filter(isObject)) {
    const condition = statement["Condition"] === undefined ? "" : sorted(statement["Condition"]);
    const effect = String(statement["Effect"]);
    const principals = principalsOf(statement);
    const actions = named(statement, "Action");
    const resources = named(statement, "Resource");
    const isLarge = principals.length * actions.length * resources.length > maxGrants;
    const compared = (values: string[]) =>
      isLarge ? [patternsFirst(values.sort()).join(", ")] : values;
    for (const principal of compared(principals)) {
      for (const action of compared(actions)) {
        for (const resource of compared(resources)) {
          const grant = { effect, action, resource, principal, condition };
          grants.set(Object.values(grant).join("\n"), grant);
        }
      }
    }
  }
  return grants;
}

/** Values of an element, or all but those of its negation, which only mean something together; a trust policy has no resource. */
function named(statement: Values, element: string): string[] {
  const values = listed(statement[element]).map(String);
  const except = listed(statement[`Not${element}`]).map(String);
  if (except.length > 0) values.push(`all but ${except.sort().join(", ")}`);
  return values.length === 0 ? [""] : values;
}

function principalsOf(statement: Values): string[] {
  const names = (value: unknown) => (isObject(value) ? Object.values(value).flat() : value);
  const { Principal, NotPrincipal } = statement;
  return named({ Principal: names(Principal), NotPrincipal: names(NotPrincipal) }, "Principal");
}

type GroupedGrants = ReturnType<typeof grouped>[number];

/** Grants that share all but the action, then all but the resource, then all but the principal, in one each. */
function grouped(grants: readonly Grant[]) {
  const sets = grants.map(({ action, resource, principal, ...rest }) => ({
    ...rest,
    actions: [action],
    resources: [resource],
    principals: [principal],
  }));
  const merged = (["actions", "resources", "principals"] as const).reduce((all, part) => {
    const groups = new Map<string, (typeof sets)[number]>();
    for (const one of all) {
      const key = JSON.stringify({ ...one, [part]: undefined });
      const group = groups.get(key) ?? { ...one, [part]: [] };
      group[part].push(...one[part]);
      groups.set(key, group);
    }
    return [...groups.values()];
  }, sets);
  return merged.map(({ effect, condition, actions, resources, principals }) => ({
    effect,
    condition,
    text: [
      `${effect} ${codes(actions)}`,
      ...(resources.join("") === "" ? [] : [`on ${codes(resources)}`]),
      ...(principals.join("") === "" ? [] : [`for ${codes(principals)}`]),
    ].join(" "),
  }));
}

function conditionText({ condition }: GroupedGrants): string {
  return condition === "" ? "none" : code(condition);
}

/** Whether a condition holds only where another one holds, too. */
function isStricter({ condition }: GroupedGrants, other: GroupedGrants): boolean {
  const own = conditionOf(condition);
  return Object.entries(conditionOf(other.condition)).every(([operator, keys]) =>
    Object.entries(keys).every(([key, values]) => {
      const mine = listed(own[operator]?.[key]).map(String);
      const its = listed(values).map(String);
      // One of the values is enough, but of those that must not be each counts.
      const [fewer, more] = /Not/.test(operator) ? [its, mine] : [mine, its];
      return mine.length > 0 && fewer.every((value) => more.includes(value));
    }),
  );
}

function conditionOf(text: string): Readonly<Record<string, Values>> {
  return text === "" ? {} : (JSON.parse(text) as Record<string, Values>);
}

function ruleChanges(compared: Compared): AccessChange[] {
  const { type, before, after } = compared;
  const isRule = type in ruleTypes;
  if (!isRule && !/SecurityGroup$/.test(type)) return [];
  const rules = (inputs: Values | undefined): Rule[] =>
    (isRule ? [type] : ["ingress", "egress"]).flatMap((kind) =>
      listed(isRule ? inputs : inputs?.[kind])
        .filter(isObject)
        .map((rule) => ruleOf(kind, rule)),
    );
  const [old, next] = [rules(before), rules(after)];
  const what = `the security group ${isRule ? "rule " : ""}${nameOf(compared)}`;
  const widens = (rule: Rule): boolean => !old.some((one) => isWithin(rule, one));
  if (isRule && old[0] && next[0] && old[0].text !== next[0].text) {
    const text = `${old[0].text} changed to ${next[0].text} in ${what}`;
    return [{ widens: widens(next[0]), text }];
  }
  const without = (some: readonly Rule[], others: readonly Rule[]) =>
    some.filter(({ text }) => !others.some((other) => other.text === text));
  return [
    ...without(next, old).map((rule) => ({
      widens: widens(rule),
      text: `${rule.text} allowed by ${what}`,
    })),
    ...without(old, next).map(({ text }) => ({
      widens: false,
      text: `${text} no longer allowed by ${what}`,
    })),
  ];
}

type Rule = ReturnType<typeof ruleOf>;

function ruleOf(kind: string, rule: Values) {
  const { ipProtocol, protocol, fromPort, toPort, self } = rule;
  const transport = String(ipProtocol ?? protocol).replace(/^all$/i, "-1");
  const direction = ruleTypes[kind] || ((rule["type"] ?? kind) === "egress" ? "to" : "from");
  const peers = [
    "cidrIpv4",
    "cidrIpv6",
    "cidrBlocks",
    "ipv6CidrBlocks",
    "prefixListId",
    "prefixListIds",
    "referencedSecurityGroupId",
    "sourceSecurityGroupId",
    "securityGroups",
  ].flatMap((name) => listed(rule[name]).map(String));
  if (self === true) peers.push("itself");
  const isAll = transport === "-1";
  const ports = isAll ? [-Infinity, Infinity] : [Number(fromPort), Number(toPort)];
  const traffic = isAll
    ? "All traffic"
    : `${transport.toUpperCase()} ${fromPort === toPort ? String(fromPort) : `${String(fromPort)}-${String(toPort)}`}`;
  const text = `${traffic} ${direction} ${codes(peers)}`;
  return { transport, direction, ports: ports as [number, number], peers, text };
}

/** Whether another rule allows all that a rule does. */
function isWithin(rule: Rule, other: Rule): boolean {
  return (
    rule.direction === other.direction &&
    (other.transport === "-1" || rule.transport === other.transport) &&
    rule.ports[0] >= other.ports[0] &&
    rule.ports[1] <= other.ports[1] &&
    rule.peers.every((peer) => other.peers.some((all) => peer === all || isInRange(peer, all)))
  );
}

function isInRange(range: string, other: string): boolean {
  const [[address = "", bits], [all = "", allBits]] = [range.split("/"), other.split("/")];
  if (bits === undefined || allBits === undefined || Number(bits) < Number(allBits)) return false;
  const family = isIPv6(all) ? "ipv6" : "ipv4";
  const addresses = new BlockList();
  addresses.addSubnet(all, Number(allBits), family);
  return isIPv6(address) === (family === "ipv6") && addresses.check(address, family);
}

function settingChanges(compared: Compared): AccessChange[] {
  const { type, before, after } = compared;
  const what = `${type.split(":").at(-1) ?? type} ${nameOf(compared)}`;
  const [granting, others] = [grants[type] ?? [], settings[type] ?? []];
  if (before !== undefined && after !== undefined) {
    return [...granting, ...others].flatMap((name) =>
      structuralChanges(name, before[name], after[name]).map(
        ({ path, before: old, after: next }) => ({
          widens: !(
            (protections.includes(name) && isOpen(old) && !isOpen(next)) ||
            (openings.includes(name) && !isOpen(old) && isOpen(next))
          ),
          text: `${code(path)} of ${what} changed from ${code(valueText(old))} to ${code(valueText(next))}`,
        }),
      ),
    );
  }
  const isCreated = before === undefined;
  const isProtection = /PublicAccessBlock/.test(type) && !isCreated;
  const values = (isProtection ? others : granting).flatMap((name) =>
    listed((before ?? after)?.[name]).map(valueText),
  );
  if (values.length === 0) return [];
  const verb = isCreated ? "created" : "deleted";
  return [{ widens: isCreated || isProtection, text: `${what} ${verb}: ${codes(values)}` }];
}

function isOpen(value: unknown): boolean {
  return value === undefined || value === null || value === false || value === "NONE";
}

/** A resource with the component that it belongs to. */
function nameOf({ urn, component }: Compared, name = logicalName(urn)): string {
  return component === "" ? code(name) : `${code(name)} of ${code(component)}`;
}

function listed(value: unknown): unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

/** All values: a text may be shortened where it is shown. */
function codes(values: readonly string[]): string {
  return patternsFirst(values).map(code).join(", ");
}

function patternsFirst(values: readonly string[]): readonly string[] {
  return values.toSorted((a, b) => Number(b.includes("*")) - Number(a.includes("*")));
}

function code(text: string): string {
  return `\`${text.replace(/\s+/g, " ").replaceAll("`", "'")}\``;
}

/** JSON in which the order of keys and of values says nothing. */
function sorted(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) => {
    if (Array.isArray(item)) return [...(item as unknown[])].sort();
    if (!isObject(item)) return item;
    return Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
