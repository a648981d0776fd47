import { type Condition, covers, type Statement } from "../engine/policy-document";

/** Whether statements deny every action to everybody who comes without TLS, on a bucket and on its objects. */
export function denyPlainHttp(statements: readonly Statement[]): boolean {
  const denied = statements.filter(deniesPlainHttp).flatMap(({ resources }) => resources);
  const isDenied = (arn: string) => covers(denied, arn);
  // A document is about one bucket, which some resource names with or without its objects.
  return denied
    .map((arn) => arn.replace(/\/\*$/, ""))
    .some((bucket) => !bucket.includes("/") && isDenied(bucket) && isDenied(`${bucket}/*`));
}

function deniesPlainHttp(statement: Statement): boolean {
  return (
    !statement.allows &&
    (statement.principals["AWS"] ?? []).includes("*") &&
    statement.actions.some((action) => action === "s3:*" || action === "*") &&
    isWithoutTls(statement.conditions)
  );
}

/** A second condition would let through whoever does not meet it, so there must be exactly one. */
function isWithoutTls(conditions: readonly Condition[]): boolean {
  return conditions.length === 1 && conditions.every(isPlainHttp);
}

function isPlainHttp(condition: Condition): boolean {
  return (
    /^Bool(IfExists)?$/.test(condition.operator) &&
    condition.key === "aws:securetransport" &&
    condition.values.includes("false")
  );
}
