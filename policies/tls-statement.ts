import type { Condition, Statement } from "./policy-document";

/** Whether a statement denies every action to everybody who comes without TLS, on a bucket and on its objects. */
export function deniesPlainHttp(statement: Statement): boolean {
  return (
    !statement.allows &&
    (statement.principals["AWS"] ?? []).includes("*") &&
    statement.actions.some((action) => action === "s3:*" || action === "*") &&
    coversBucketAndObjects(statement.resources) &&
    isWithoutTls(statement.conditions)
  );
}

function coversBucketAndObjects(resources: readonly string[]): boolean {
  return (
    resources.includes("*") ||
    (resources.some((arn) => arn.endsWith("/*")) && resources.some((arn) => !arn.includes("/")))
  );
}

/** A second condition would let through whoever does not meet it, so there must be exactly one. */
function isWithoutTls([condition, ...others]: readonly Condition[]): boolean {
  return (
    condition !== undefined &&
    others.length === 0 &&
    /^Bool(IfExists)?$/.test(condition.operator) &&
    condition.key === "aws:securetransport" &&
    condition.values.includes("false")
  );
}
