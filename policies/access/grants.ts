import { resourceDocuments, resourceStatements } from "../engine/document-types";
import { isSet, known, reference } from "../engine/known";
import { resourcePolicy, typesPolicy } from "../engine/policy";
import { coversEverything } from "../engine/policy-document";
import { pathsOf, placesAt, typesWith, typeToken } from "../engine/sdk-types";
import { texts } from "../engine/setting-schema";
import {
  accountOf,
  admitsEverybody,
  namedAccounts,
  namedOrganizations,
  organizationOf,
  servicesWithoutSource,
} from "./callers";
import { broadPolicies } from "./iam-actions";
import { EventPermission } from "@pulumi/aws/cloudwatch";
import {
  AmiLaunchPermission,
  SnapshotCreateVolumePermission,
  VpcEndpointServiceAllowedPrinciple,
} from "@pulumi/aws/ec2";
import { Role } from "@pulumi/aws/iam";
import { Grant } from "@pulumi/aws/kms";
import { LayerVersionPermission, Permission } from "@pulumi/aws/lambda";
import { Domain } from "@pulumi/aws/opensearch";
import { PrincipalAssociation } from "@pulumi/aws/ram";
import { Document as SsmDocument } from "@pulumi/aws/ssm";

export const publicGrants = typesPolicy("iam-resource-policy-public-access", resourceDocuments, {
  severity: "critical",
  rule: "Let no policy of a key, stream, bucket, domain, topic, queue, secret, function, API or role admit everybody.",
  reason:
    "A principal * means every AWS account there is, or everybody without one; a role that trusts GitHub admits every repository there is.",
  fix: "Name the principals, or add a condition that names the caller: aws:SourceAccount, aws:SourceArn or aws:PrincipalOrgID with a fixed value, or for GitHub the subject or the repository.",
  controls: ["KMS.5", "S3.2", "S3.3", "SNS.4", "SQS.3"],
  source:
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html",
  *check(resource, _config, { type }) {
    if (type === typeToken(Domain) && isGuarded(resource)) {
      return;
    }
    const located = [...resourceStatements(type, resource)];
    for (const path of new Set(located.map((one) => one.path))) {
      const own = located.filter((one) => one.path === path).map(({ statement }) => statement);
      if (admitsEverybody(own)) {
        yield {
          fact: `${path} admits everybody`,
          limit: "callers must be known",
        };
      }
    }
  },
});

/**
 * Whether a domain is reached through a VPC only and has fine-grained access control: AWS recommends an open access
 * policy then. https://docs.aws.amazon.com/opensearch-service/latest/developerguide/fgac.html#fgac-recommendations
 */
function isGuarded(domain: Properties): boolean {
  const vpc = known(() => domain["vpcOptions"]);
  const security = (domain["advancedSecurityOptions"] ?? {}) as Properties;
  return vpc instanceof Object && isSet(vpc, "subnetIds") && security["enabled"] === true;
}

const sharedTypes = resourceDocuments.filter((type) => type !== typeToken(Role));

export const serviceGrants = typesPolicy("iam-resource-policy-service-source", sharedTypes, {
  rule: "State for which resource or account a service may use a resource.",
  reason:
    "A service acts for each of its customers: without a source any account can make it use the resource, as a confused deputy.",
  fix: "Add a condition with aws:SourceArn or aws:SourceAccount, or add the service to withoutSource in the policy's configuration.",
  source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html",
  config: {
    withoutSource: texts("Services that may come without a source, such as those that send none.", [
      "cloudwatch.amazonaws.com",
    ]),
  },
  *check(resource, { withoutSource }, { type }) {
    for (const { path, statement } of resourceStatements(type, resource)) {
      const services = servicesWithoutSource(statement).filter(
        (service) => !withoutSource.includes(service),
      );
      if (services.length > 0) {
        yield {
          fact: `${path} admits ${services.join(", ")} without a source`,
          limit: "a service must say for whom it calls",
        };
      }
    }
  },
});

/** Paths of properties that name accounts, principals or organizations which get access, by type. */
const grantees: Readonly<Record<string, readonly string[]>> = {
  [typeToken(AmiLaunchPermission)]: ["accountId", "organizationArn", "organizationalUnitArn"],
  [typeToken(EventPermission)]: ["principal", "condition.value"],
  [typeToken(Grant)]: ["granteePrincipal"],
  [typeToken(LayerVersionPermission)]: ["principal", "organizationId"],
  [typeToken(Permission)]: ["principal", "sourceAccount", "principalOrgId"],
  [typeToken(PrincipalAssociation)]: ["principal"],
  [typeToken(SnapshotCreateVolumePermission)]: ["accountId"],
  [typeToken(SsmDocument)]: ["permissions.account_ids"],
  [typeToken(VpcEndpointServiceAllowedPrinciple)]: ["principalArn"],
};

const grantingTypes = [...new Set([...resourceDocuments, ...Object.keys(grantees)])];

export const foreignGrants = typesPolicy("iam-trusted-accounts", grantingTypes, {
  severity: "high",
  rule: "Grant access to trusted accounts and organizations only.",
  reason:
    "The owner of another account decides who uses the grant. An account that is not the program's own belongs on a list that was reviewed.",
  fix: "Add the account to trustedAccounts or the organization to trustedOrganizations in the policy's configuration, or remove it.",
  source:
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies-cross-account-resource-access.html",
  config: {
    trustedAccounts: texts(
      "Ids of accounts and canonical users that may get access, the own account among them. While it is empty a document may name one account, which counts as the own one, and no canonical user.",
    ),
    trustedOrganizations: texts(
      "Ids of AWS Organizations organizations, such as o-abcdefghij, whose accounts may get access.",
    ),
  },
  *check(resource, { trustedAccounts, trustedOrganizations }, { type }) {
    const direct = (grantees[type] ?? [])
      .flatMap((path) => placesAt(resource, path))
      .flatMap(({ block, property }) => known(() => block[property]) ?? [])
      .flatMap((value) => (typeof value === "string" ? value.split(",") : []));
    const strangers = new Set(
      direct.flatMap((name) => organizationOf(name) ?? []).filter(isStrangeOrganization),
    );
    const named = direct.flatMap((name) => accountOf(name.trim()) ?? []);
    for (const { statement } of grantees[type] ? [] : resourceStatements(type, resource)) {
      const organizations = namedOrganizations(statement);
      const strange = organizations.filter(isStrangeOrganization);
      strange.forEach((one) => strangers.add(one));
      // Accounts in a trusted organization are trusted.
      named.push(...(organizations.length > strange.length ? [] : namedAccounts(statement)));
    }
    const [own] = named.filter((account) => /^[0-9]{12}$/.test(account));
    const trusted = trustedAccounts.length > 0 ? trustedAccounts : own ? [own] : [];
    named.filter((account) => !trusted.includes(account)).forEach((one) => strangers.add(one));
    if (strangers.size > 0) {
      const all = [...trusted, ...trustedOrganizations];
      yield {
        fact: `access is granted to ${[...strangers].join(", ")}`,
        limit: `trusted are ${all.length > 0 ? all.join(", ") : "no accounts"}`,
      };
    }

    function isStrangeOrganization(id: string): boolean {
      return !trustedOrganizations.includes(id);
    }
  },
});

export const keyGrants = resourcePolicy("kms-grant-scope", Grant, {
  severity: "high",
  rule: "Grant the use of a key to roles, without leave to pass it on.",
  reason:
    "A grant gives access in addition to the key policy, where reviews do not look; a grantee with CreateGrant can create further grants.",
  fix: "Take CreateGrant and RetireGrant out of operations, and name a role or a user in granteePrincipal; add the grant to exempt where a service needs more.",
  source: "https://docs.aws.amazon.com/kms/latest/developerguide/grants.html",
  *check({ operations, granteePrincipal }) {
    const passing = operations.filter((one) => ["CreateGrant", "RetireGrant"].includes(one));
    const principal = known(() => granteePrincipal);
    if (passing.length > 0) {
      yield {
        fact: `operations are ${operations.join(", ")}`,
        limit: "a grant must not be passed on",
      };
    }
    if (principal?.endsWith(":root") === true) {
      yield { fact: `granteePrincipal is ${principal}`, limit: "it must be a role or a user" };
    }
  },
});

export const functionGrants = resourcePolicy("lambda-permission-public-access", Permission, {
  severity: "critical",
  rule: "Allow only named callers to invoke a function.",
  reason:
    "A principal * is every AWS account. A service such as S3 invokes the function for any account, unless the source is named.",
  fix: "Name the principal, and sourceArn or sourceAccount for a service.",
  controls: ["Lambda.1"],
  source: "https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html",
  *check(permission) {
    const { principal } = permission;
    const sources = sourcesOf(principal);
    if (principal === "*" && !isSet(permission, "principalOrgId")) {
      yield { fact: "principal is *", limit: "callers must be known" };
    } else if (sources.length > 0 && !sources.some((name) => limits(permission, name))) {
      yield {
        fact: `principal is ${principal} without ${sources.join(" or ")}`,
        limit: "a service must say for whom it calls",
      };
    }
  },
});

/** Services to whose calls other properties of a permission say whose they are. */
const namedSources: Readonly<Record<string, readonly string[]>> = {
  // https://docs.aws.amazon.com/lambda/latest/dg/services-alexa.html
  "alexa-appkit.amazon.com": ["eventSourceToken"],
  "alexa-connectedhome.amazon.com": ["eventSourceToken"],
  // A bucket's ARN says nothing of its account, and a bucket's name may be taken by another one.
  "s3.amazonaws.com": ["sourceAccount"],
};

/** The properties of which one says for whom a service calls; none where the principal is no service. */
function sourcesOf(principal: string): readonly string[] {
  const isService = /\.amazonaws\.com(\.cn)?$/.test(principal);
  return namedSources[principal] ?? (isService ? ["sourceArn", "sourceAccount"] : []);
}

/** Whether a property is set, to more than everything there is: an ARN of all rules is one of the account in it. */
function limits(permission: object, property: string): boolean {
  const source = reference(permission, property);
  const value = source.set ? source.value : undefined;
  return source.set && (!value || isOfAccount(value) || !coversEverything(value));
}

function isOfAccount(arn: string): boolean {
  return /^[0-9]{12}$/.test(arn.split(":")[4] ?? "");
}

/** What lets a principal in, by type, with the property that narrows everybody down to an organisation. */
const permissionScopes: Readonly<Record<string, string>> = {
  [typeToken(EventPermission)]: "condition",
  [typeToken(LayerVersionPermission)]: "organizationId",
};

const scopedTypes = Object.keys(permissionScopes);

export const permissions = typesPolicy("iam-permission-public-access", scopedTypes, {
  severity: "critical",
  rule: "Let no permission on an event bus or a layer admit everybody.",
  reason: "A principal * is every AWS account there is.",
  fix: "Name an account, or limit the permission to an organisation: condition (event bus) or organizationId (layer).",
  source:
    "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-bus-permissions-manage.html",
  *check(permission, _config, { type }) {
    const scope = permissionScopes[type] ?? "condition";
    if (permission["principal"] === "*" && !isSet(permission, scope)) {
      yield { fact: `principal is * without ${scope}`, limit: "callers must be known" };
    }
  },
});

export const sharedDocuments = resourcePolicy("ssm-document-public-access", SsmDocument, {
  severity: "critical",
  rule: "Share a Systems Manager document with named accounts only.",
  reason: "A document describes how machines are set up, and may contain secrets.",
  fix: "Leave permissions out, or name account ids in it.",
  controls: ["SSM.4"],
  source: "https://docs.aws.amazon.com/systems-manager/latest/userguide/documents-ssm-sharing.html",
  *check({ permissions }) {
    if (Object.values(permissions ?? {}).some((value) => value.toLowerCase() === "all")) {
      yield { fact: "permissions share the document with All", limit: "accounts must be named" };
    }
  },
});

type Properties = Readonly<Record<string, unknown>>;

/** Properties with the ARNs of policies that are attached. */
const attachedPolicies = ["policyArn", "policyArns", "managedPolicyArn", "managedPolicyArns"];

/** Types that attach policies to identities; a permissions boundary only narrows. */
const attachments = typesWith(...attachedPolicies).filter(
  (type) =>
    /^aws:(iam|ssoadmin|budgets|quicksight|rolesanywhere)\//.test(type) &&
    !type.endsWith("BoundaryAttachment"),
);

/**
 * A policy of AWS; those of the own account may have the same name and be narrow.
 *
 * https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html
 */
const policyOfAws = /:iam::aws:policy\/(.*\/)?([^/]+)$/;

/** Names that promise all of a service, for policies that are newer than the table. */
const broadName = /(Administrator|AdminAccess|FullAccess)/;

export const managedPolicies = typesPolicy("iam-managed-policy-full-access", attachments, {
  severity: "high",
  rule: "Attach none of AWS's policies that allow all of a service.",
  reason: "AmazonKinesisFullAccess lets a reader delete every stream of the account.",
  fix: "Write a policy with the actions and resources that are needed, or add the policy's name to allowed in the policy's configuration.",
  controls: ["IAM.27"],
  source:
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#bp-use-aws-defined-policies",
  config: {
    allowed: texts("Names of AWS's policies that may be attached, such as SecurityAudit."),
  },
  *check(resource, { allowed }, { type }) {
    for (const arn of knownTexts(type, resource)) {
      const [, , name = ""] = policyOfAws.exec(arn) ?? [];
      if ((broadPolicies.has(name) || broadName.test(name)) && !allowed.includes(name)) {
        yield { fact: `${arn} is attached`, limit: "policies must be narrower" };
      }
    }
  },
});

/** What gives users permissions, by type; with the property that may be empty where there is one. */
const userPolicies: Readonly<Record<string, string | undefined>> = {
  "aws:iam/policyAttachment:PolicyAttachment": "users",
  "aws:iam/userPolicy:UserPolicy": undefined,
  "aws:iam/userPolicyAttachment:UserPolicyAttachment": undefined,
  "aws:iam/userPolicyAttachmentsExclusive:UserPolicyAttachmentsExclusive": "policyArns",
};

export const userPermissions = typesPolicy("iam-user-policy", Object.keys(userPolicies), {
  severity: "low",
  rule: "Give permissions to groups and roles, not to users.",
  reason:
    "Permissions attached to single users escape reviews, and remain when the user's work changes.",
  fix: "Use an iam.GroupPolicy, or better a role that the user may assume.",
  controls: ["IAM.2"],
  source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html",
  *check(resource, _config, { type }) {
    const property = userPolicies[type];
    if (!property || isSet(resource, property)) {
      yield {
        fact: `it is a ${type.split(":")[2] ?? type}${property ? ` with ${property}` : ""}`,
        limit: "users may have no policies of their own",
      };
    }
  },
});

/** The ARNs of a resource, without those that are unknown: such an ARN is that of a policy of some program. */
function knownTexts(type: string, resource: Properties): readonly string[] {
  return pathsOf(type, attachedPolicies).flatMap((path) =>
    placesAt(resource, path).flatMap(({ block, property }) => {
      const value = known(() => block[property]);
      const items = Array.isArray(value)
        ? Array.from(value.keys(), (index) => known((): unknown => value[index]))
        : [value];
      return items.filter((item) => typeof item === "string");
    }),
  );
}
