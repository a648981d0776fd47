import tables from "./iam-tables.json";
import { decisive, fromJson } from "./known";

/** One statement of an IAM policy, its lists always lists. */
export interface Statement {
  readonly allows: boolean;
  readonly actions: readonly string[];
  /** Everything but these; an Allow of that kind grants what is yet to be invented. */
  readonly notActions: readonly string[];
  readonly resources: readonly string[];
  readonly notResources: readonly string[];
  /** Whom the statement is about, by kind: AWS, Service, Federated, CanonicalUser; `*` is AWS: *. */
  readonly principals: Readonly<Record<string, readonly string[]>>;
  /** It is about everybody but some. */
  readonly excludesPrincipals: boolean;
  readonly conditions: readonly Condition[];
}

export interface Condition {
  /** Such as StringEquals. */
  readonly operator: string;
  /** In lower case, such as aws:sourceaccount. */
  readonly key: string;
  readonly values: readonly string[];
}

/**
 * The statements of a property that holds a policy document, as JSON text or as an object.
 *
 * @throws Undecided where the document is unknown in a preview
 */
export function statementsOf(props: object, property: string): readonly Statement[] {
  return statements(decisive(props, property));
}

/** The statements of a document; none where there is no document to be read. */
export function statements(document: unknown): readonly Statement[] {
  const policy = typeof document === "string" ? fromJson(document) : document;
  return list(field(policy, "Statement")).map((statement) => ({
    allows: field(statement, "Effect") === "Allow",
    actions: words(field(statement, "Action")),
    notActions: words(field(statement, "NotAction")),
    resources: words(field(statement, "Resource")),
    notResources: words(field(statement, "NotResource")),
    principals: principals(field(statement, "Principal")),
    excludesPrincipals: field(statement, "NotPrincipal") !== undefined,
    conditions: entries(field(statement, "Condition")).flatMap(([operator, tests]) =>
      entries(tests).map(([key, values]) => ({
        operator,
        key: key.toLowerCase(),
        values: words(values),
      })),
    ),
  }));
}

/** Whether one of some patterns, such as s3:Get*, covers an action or a resource, such as s3:GetObject. */
export function covers(patterns: readonly string[], name: string): boolean {
  return patterns.some((pattern) => expressionOf(pattern).test(name));
}

const expressions = new Map<string, RegExp>();

function expressionOf(pattern: string): RegExp {
  const kept = expressions.get(pattern);
  if (kept !== undefined) {
    return kept;
  }
  const expression = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  const made = new RegExp(`^${expression}$`, "i");
  expressions.set(pattern, made);
  return made;
}

/** Types of resources as they stand in ARNs, such as kinesis:stream, by the service authorization reference. */
const types: ReadonlySet<string> = new Set(tables.resourceTypes.split(" "));

/** Types that a role must make before it knows their ids. */
const madeByCaller = new Set(["ec2:network-interface"]);

/**
 * Whether a resource in a policy is no single one: everything, all of a service, or all of one of its types. A name of
 * wildcards and less than three letters or digits, such as *-* or *e*, is none.
 *
 * A `*` at the end of a segment matches the segments behind it as well:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
 */
export function coversEverything(arn: string): boolean {
  const isOpen = arn.endsWith("*");
  const [, , service = isOpen ? "*" : "", , , ...rest] = arn.split(":");
  if (/[*?]/.test(service) || /^[*?]+$/.test(arn)) {
    return true;
  }
  const resource = rest.length === 0 && isOpen ? "*" : rest.join(":").replace(/^\//, "");
  const [first = "", ...others] = resource.split(/[/:]/);
  const hasType = others.length > 0 && isType(service, first);
  // Behind the first name come parts of what it names: a bucket's objects, a group's streams. Six characters of chance
  // end the ARN of each secret: db-??????.
  const [name = ""] = (hasType ? others : [first]).map((one) => one.replace(/-\?{6}$/, ""));
  if (!hasType && /[*?]/.test(first) && isType(service, first)) {
    return true;
  }
  const isNoName = /[*?]/.test(name) && name.replace(/[^a-z0-9]/gi, "").length < 3;
  return isNoName && !(hasType && madeByCaller.has(`${service}:${first}`));
}

/** Whether a segment is a type, or a pattern of one such as parameter*. The ARNs of buckets have no types. */
function isType(service: string, segment: string): boolean {
  const pattern = `${service}:${segment}`;
  return /[*?]/.test(segment)
    ? service !== "s3" && [...types].some((type) => covers([pattern], type))
    : types.has(pattern);
}

function principals(value: unknown): Statement["principals"] {
  if (typeof value === "string") {
    return { AWS: [value] };
  }
  return Object.fromEntries(entries(value).map(([kind, names]) => [kind, words(names)]));
}

function words(value: unknown): readonly string[] {
  return list(value).map(String);
}

/** IAM lets a list of one be written as the one. */
function list(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) {
    return [];
  }
  return Array.isArray(value) ? (value as readonly unknown[]) : [value];
}

function entries(value: unknown): readonly (readonly [string, unknown])[] {
  return value instanceof Object ? Object.entries(value as Record<string, unknown>) : [];
}

function field(value: unknown, name: string): unknown {
  return value instanceof Object ? (value as Record<string, unknown>)[name] : undefined;
}
