import { decisive } from "./known";

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
  const policy = typeof document === "string" ? parsed(document) : document;
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
  return patterns.some((pattern) => {
    const expression = pattern
      .toLowerCase()
      .replace(/[.+^${}()|[\]\\]/g, "\\$&")
      .replaceAll("*", ".*")
      .replaceAll("?", ".");
    return new RegExp(`^${expression}$`).test(name.toLowerCase());
  });
}

/**
 * Types of resources that a policy can name one by one. Not those that a role must make before it knows their ids, such
 * as network interfaces; and not what only looks like a type, such as a bucket's name before its objects.
 */
const types = new Set([
  "apigateway:restapis",
  "cloudwatch:alarm",
  "codebuild:project",
  "dynamodb:table",
  "ecr:repository",
  "es:domain",
  "events:event-bus",
  "events:rule",
  "firehose:deliverystream",
  "glue:database",
  "iam:group",
  "iam:policy",
  "iam:role",
  "iam:user",
  "kinesis:stream",
  "kinesisanalytics:application",
  "kms:alias",
  "kms:key",
  "lambda:function",
  "logs:log-group",
  "secretsmanager:secret",
  "ssm:parameter",
  "states:stateMachine",
]);

/** Only wildcards, each perhaps behind a type: `*`, `key/*`, `log-group:*:log-stream:*`. */
const anyName = /^\/?([\w-]+[/:])?[*?]+([/:]([\w-]+[/:])?[*?]+)*$/;

/**
 * Whether a resource in a policy is no single one: everything, all of a service, or all of one of its types.
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
  const resource = rest.length === 0 && isOpen ? "*" : rest.join(":");
  const [, type] = /^\/?([\w-]+)[/:]/.exec(resource) ?? [];
  return anyName.test(resource) && (type === undefined || types.has(`${service}:${type}`));
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

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
