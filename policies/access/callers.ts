import { areWorldwide } from "../engine/address-share";
import { type Condition, covers, type Statement } from "../engine/policy-document";

/**
 * Condition keys that narrow everybody down to a known caller.
 *
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
 */
const callerKeys = new Set(
  (
    "aws:principalaccount aws:principalarn aws:principalorgid aws:principalorgpaths " +
    "aws:sourceaccount aws:sourcearn aws:sourceip aws:sourceorgid aws:sourceowner " +
    "aws:sourcevpc aws:sourcevpce aws:userid aws:username kms:calleraccount " +
    "s3:dataaccesspointaccount s3:dataaccesspointarn"
  ).split(" "),
);

/** Claims that name the tenant of a token; the audience does for Cognito and Google only, as a pool or a client. */
const tenantClaims =
  /:(sub|repository(_id|_owner|_owner_id)?|job_workflow_ref|namespace_(id|path)|project_(id|path))$/;
const tenantAudience = /^(cognito-identity\.amazonaws\.com|accounts\.google\.com):aud$/;

/** Whether a document grants access to everyone, or to callers that it does not name. */
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
  const coversAll = (patterns: readonly string[], names: readonly string[]) =>
    names.length > 0 && names.every((name) => covers(patterns, name));
  return (
    !denial.allows &&
    (denial.principals["AWS"] ?? []).includes("*") &&
    coversAll(denial.actions, grant.actions) &&
    coversAll(denial.resources, grant.resources) &&
    denial.conditions.length === 1 &&
    denial.conditions.every(
      ({ operator, key, values }) =>
        /^(StringNot(Equals|Like)|ArnNot(Equals|Like)|NotIpAddress)$/i.test(operator) &&
        callerKeys.has(key) &&
        values.every((value) => isFixed(key, value)),
    )
  );
}

/** Whether a statement grants access to everyone, or to every tenant of a provider of identities, under no condition that names one. */
function isPublic({ allows, excludesPrincipals, principals, conditions }: Statement): boolean {
  const everybody =
    excludesPrincipals || Object.values(principals).some((names) => names.includes("*"));
  // A provider for SAML is the metadata of one tenant.
  const federated = (principals["Federated"] ?? []).some(
    (name) => !name.includes(":saml-provider/"),
  );
  return (
    allows &&
    ((everybody && !conditions.some(namesCaller)) || (federated && !conditions.some(namesTenant)))
  );
}

/** The services that a statement allows for any resource of any account. */
export function servicesWithoutSource({
  allows,
  principals,
  conditions,
}: Statement): readonly string[] {
  const isSourced = conditions.some(
    (condition) =>
      namesCaller(condition) ||
      (/^kms:(encryptioncontext:.+|viaservice)$/.test(condition.key) &&
        isRequired(condition) &&
        condition.values.every((value) => !/^[*?]/.test(value))),
  );
  return allows && !isSourced ? (principals["Service"] ?? []).filter((name) => name !== "*") : [];
}

/** The accounts and canonical users that a statement allows, as it names them; conditions may take them out again. */
export function namedAccounts({ allows, principals, conditions }: Statement): readonly string[] {
  const named = conditions.filter(
    (condition) => accountKeys.has(condition.key) && isRequired(condition),
  );
  const accounts = [...(principals["AWS"] ?? []), ...named.flatMap(({ values }) => values)].flatMap(
    (name) => accountOf(name) ?? [],
  );
  return allows ? [...accounts, ...(principals["CanonicalUser"] ?? [])] : [];
}

/** The organizations to whose members a statement is limited, as it names them. */
export function namedOrganizations({ allows, conditions }: Statement): readonly string[] {
  return allows
    ? conditions
        .filter((one) => /^aws:(principal|source)org(id|paths)$/.test(one.key) && isRequired(one))
        .flatMap(({ values }) => values.map((value) => organizationOf(value) ?? value))
    : [];
}

/** The organization in its id, in a path below it or in an ARN. */
export function organizationOf(principal: string): string | undefined {
  return /^(?:arn:[^:]*:organizations:.*\/)?(o-[a-z0-9]{10,32})(?:\/|$)/.exec(principal)?.[1];
}

/** Condition keys whose values are accounts, or ARNs of principals with theirs. */
const accountKeys = new Set(
  (
    "aws:principalaccount aws:principalarn aws:sourceaccount aws:sourceowner " +
    "kms:calleraccount s3:dataaccesspointaccount"
  ).split(" "),
);

/** The account in its id or in an ARN. */
export function accountOf(principal: string): string | undefined {
  return (
    /^[0-9]{12}$/.exec(principal)?.[0] ?? /^arn:[^:]*:[^:]*:[^:]*:([0-9]{12}):/.exec(principal)?.[1]
  );
}

/** Whether a condition holds for fixed callers only: no wildcard may stand where it says who they are. */
function namesCaller(condition: Condition): boolean {
  const { key, values } = condition;
  return (
    callerKeys.has(key) &&
    isRequired(condition) &&
    (key !== "aws:sourceip" || !areWorldwide(values)) &&
    values.every((value) => isFixed(key, value))
  );
}

/** https://docs.github.com/en/actions/how-tos/secure-your-work/security-harden-deployments/oidc-in-aws */
function namesTenant(condition: Condition): boolean {
  const { key, values } = condition;
  return (
    (tenantClaims.test(key) || tenantAudience.test(key)) &&
    isRequired(condition) &&
    // After a kind such as repo: comes the tenant.
    values.every((value) =>
      /^[^*?:/$]+([:/]|$)/.test(value.replace(/^(repo|project_path|organization|org|system):/, "")),
    )
  );
}

/** Whether a request must have the key, with one of the values: it passes IfExists and ForAllValues without the key. */
export function isRequired({ operator, values }: Condition): boolean {
  return (
    /^(ForAnyValue:)?(StringEquals|StringLike|ArnEquals|ArnLike|IpAddress)/i.test(operator) &&
    !/IfExists$/i.test(operator) &&
    values.length > 0
  );
}

export function isFixed(key: string, value: string): boolean {
  // A policy variable is whatever the caller brings.
  if (value.includes("${")) {
    return false;
  }
  if (key === "aws:sourceip") {
    return !areWorldwide([value]);
  }
  if (key === "aws:userid") {
    // A role's id and the name of a session: AROA…:*
    return /^[A-Z0-9]{16,}(:.+)?$/.test(value) || !/[*?]/.test(value);
  }
  if (key === "aws:principalorgpaths") {
    // A path ends in a wildcard to reach the units below: o-1/r-1/ou-1/*.
    return /^o-[a-z0-9]+\//.test(value);
  }
  if (value.startsWith("arn:")) {
    const account = value.split(":")[4] ?? "";
    // The ARNs of buckets hold no region and no account; documents write either as a wildcard, too.
    const named = value.replace(/^(arn:[\w-]+:s3:)\*?:\*?:/, "$1::");
    return /^[0-9]{12}$/.test(account) || (/^([^:]*:){4}:/.test(named) && !/[*?]/.test(named));
  }
  return !/[*?]/.test(value);
}
