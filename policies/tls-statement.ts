/**
 * Whether a bucket policy denies every action to everybody who comes without TLS, on a bucket and on its objects.
 *
 * @param document an IAM policy, as JSON text or as an object
 */
export function deniesPlainHttp(document: unknown): boolean {
  const policy = typeof document === "string" ? parsed(document) : document;
  return list(field(policy, "Statement")).some(
    (statement) =>
      field(statement, "Effect") === "Deny" &&
      isEverybody(field(statement, "Principal")) &&
      list(field(statement, "Action")).some((action) => action === "s3:*" || action === "*") &&
      coversBucketAndObjects(list(field(statement, "Resource"))) &&
      isWithoutTls(field(statement, "Condition")),
  );
}

function isEverybody(principal: unknown): boolean {
  return principal === "*" || list(field(principal, "AWS")).includes("*");
}

function coversBucketAndObjects(resources: readonly unknown[]): boolean {
  return (
    resources.includes("*") ||
    (resources.some((arn) => String(arn).endsWith("/*")) &&
      resources.some((arn) => !String(arn).includes("/")))
  );
}

/** A second condition would let through whoever does not meet it, so there must be exactly one. */
function isWithoutTls(condition: unknown): boolean {
  const [operator = "", test] = onlyEntry(condition);
  const [key = "", value] = onlyEntry(test);
  return (
    /^Bool(IfExists)?$/.test(operator) &&
    key.toLowerCase() === "aws:securetransport" &&
    list(value).some((one) => String(one) === "false")
  );
}

function onlyEntry(value: unknown): readonly [string, unknown] | readonly [] {
  const [first, ...others] =
    value instanceof Object ? Object.entries(value as Record<string, unknown>) : [];
  return first === undefined || others.length > 0 ? [] : first;
}

function field(value: unknown, name: string): unknown {
  return value instanceof Object ? (value as Record<string, unknown>)[name] : undefined;
}

/** IAM lets a list of one be written as the one. */
function list(value: unknown): readonly unknown[] {
  if (value === undefined) {
    return [];
  }
  return Array.isArray(value) ? (value as readonly unknown[]) : [value];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
