import { type Condition, covers, type Statement } from "../engine/policy-document";

/**
 * Condition keys that narrow everybody down to a known caller.
 *
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
 */
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
  "s3:dataaccesspointarn",
]);

/** GitHub signs tokens for the workflows of everybody; which one calls is in the subject and in these claims. */
const sharedProvider = "token.actions.githubusercontent.com";
const repositoryClaims = new Set(
  ["repository", "repository_id", "repository_owner", "repository_owner_id"].map(
    (claim) => `${sharedProvider}:${claim}`,
  ),
);

/** Whether a document lets in everybody, or turns nobody away whom it does not know. */
export function admitsEverybody(statements: readonly Statement[]): boolean {
  return statements.some(
    (grant) => isPublic(grant) && !statements.some((denial) => turnsStrangersAway(denial, grant)),
  );
}

/**
 * Whether a statement denies what another one grants to everybody but callers that are named, as the policy of a private
 * API does. A request without the key is denied, too.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies-examples.html
 */
function turnsStrangersAway(denial: Statement, grant: Statement): boolean {
  const [condition, ...others] = denial.conditions;
  const coversAll = (patterns: readonly string[], names: readonly string[]) =>
    names.length > 0 && names.every((name) => covers(patterns, name));
  return (
    !denial.allows &&
    (denial.principals["AWS"] ?? []).includes("*") &&
    coversAll(denial.actions, grant.actions) &&
    coversAll(denial.resources, grant.resources) &&
    condition !== undefined &&
    others.length === 0 &&
    /^(StringNotEquals|StringNotLike|ArnNotEquals|ArnNotLike|NotIpAddress)$/i.test(
      condition.operator,
    ) &&
    callerKeys.has(condition.key) &&
    condition.values.every((value) => isFixed(condition.key, value))
  );
}

/** Whether a statement lets in everybody, under no condition that names a caller. */
function isPublic(statement: Statement): boolean {
  const { allows, excludesPrincipals, principals, conditions } = statement;
  const everybody =
    excludesPrincipals || Object.values(principals).some((names) => names.includes("*"));
  const anyRepository = (principals["Federated"] ?? []).some((name) =>
    name.endsWith(sharedProvider),
  );
  return (
    allows &&
    ((everybody && !conditions.some(namesCaller)) ||
      (anyRepository && !conditions.some(namesRepository)))
  );
}

/** Whether a condition holds for fixed callers only: no wildcard may stand where it says who they are. */
function namesCaller(condition: Condition): boolean {
  const { key, values } = condition;
  return (
    callerKeys.has(key) && isRequired(condition) && values.every((value) => isFixed(key, value))
  );
}

/** https://docs.github.com/en/actions/how-tos/secure-your-work/security-harden-deployments/oidc-in-aws */
function namesRepository(condition: Condition): boolean {
  const { key, values } = condition;
  return (
    (key === `${sharedProvider}:sub` || repositoryClaims.has(key)) &&
    isRequired(condition) &&
    // After repo: comes the owner.
    values.every((value) => !/^(repo:)?[*?]/.test(value))
  );
}

/** Whether a request must have the key, with one of the values: it passes IfExists and ForAllValues without the key. */
function isRequired({ operator, values }: Condition): boolean {
  return (
    /^(ForAnyValue:)?(StringEquals|StringLike|ArnEquals|ArnLike|IpAddress)/i.test(operator) &&
    !/IfExists$/i.test(operator) &&
    values.length > 0
  );
}

function isFixed(key: string, value: string): boolean {
  // A policy variable is whatever the caller brings.
  if (value.includes("${")) {
    return false;
  }
  if (key === "aws:sourceip") {
    return isNarrow(value);
  }
  if (key === "aws:principalorgpaths") {
    // A path ends in a wildcard to reach the units below: o-1/r-1/ou-1/*.
    return /^o-[a-z0-9]+\//.test(value);
  }
  if (value.startsWith("arn:")) {
    const account = value.split(":")[4] ?? "";
    // The ARNs of buckets hold no account.
    return /^[0-9]{12}$/.test(account) || (account === "" && !/[*?]/.test(value));
  }
  return !/[*?]/.test(value);
}

/** Whether a network is not most of the internet. S3 takes those broader than /8, in IPv6 /32, for everybody, too. */
function isNarrow(network: string): boolean {
  const [address = "", prefix] = network.split("/");
  const least = address.includes(":") ? 32 : 8;
  return !/[*?]/.test(network) && (prefix === undefined || Number(prefix) >= least);
}
