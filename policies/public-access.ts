import type { Condition, Statement } from "./policy-document";

/** Condition keys that narrow everybody down to a known caller. */
const callerKeys = new Set([
  "aws:principalaccount",
  "aws:principalarn",
  "aws:principalorgid",
  "aws:principalorgpaths",
  "aws:sourceaccount",
  "aws:sourcearn",
  "aws:sourceip",
  "aws:sourceorgid",
  "aws:sourceowner",
  "aws:sourcevpc",
  "aws:sourcevpce",
  "kms:calleraccount",
  "s3:dataaccesspointaccount",
]);

/** Whether a statement lets in everybody, under no condition that names a caller. */
export function isPublic(statement: Statement): boolean {
  const everybody =
    statement.excludesPrincipals ||
    Object.values(statement.principals).some((names) => names.includes("*"));
  return statement.allows && everybody && !statement.conditions.some(namesCaller);
}

/** Whether a condition holds for fixed callers only: no wildcard may stand where it says who they are. */
function namesCaller({ operator, key, values }: Condition): boolean {
  return (
    callerKeys.has(key) &&
    /^(ForAnyValue:)?(StringEquals|StringLike|ArnEquals|ArnLike|IpAddress)/i.test(operator) &&
    // With IfExists a request that lacks the key passes.
    !/IfExists$/i.test(operator) &&
    values.length > 0 &&
    values.every(isFixed)
  );
}

function isFixed(value: string): boolean {
  if (value.startsWith("arn:")) {
    const account = value.split(":")[4] ?? "";
    // The ARNs of buckets hold no account.
    return /^[0-9]{12}$/.test(account) || (account === "" && !/[*?]/.test(value));
  }
  return !/[*?]/.test(value) && !value.endsWith("/0");
}
