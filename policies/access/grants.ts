import { resourceDocuments, statementsIn } from "../engine/document-types";
import { isSet, known } from "../engine/known";
import { resourcePolicy, typesPolicy } from "../engine/policy";
import { coversEverything } from "../engine/policy-document";
import { pathsOf, placesAt, typesWith, typeToken } from "../engine/sdk-types";
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
  *check(resource, _config, { type }) {
    if (type === typeToken(Domain) && isGuarded(resource)) {
      return;
    }
    const located = [...statementsIn(type, resource, "resource")];
    for (const path of new Set(located.map((one) => one.path))) {
      const own = located.filter((one) => one.path === path).map(({ statement }) => statement);
      if (admitsEverybody(own)) {
        yield `${path} admits everybody`;
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
  *check(resource, { withoutSource }, { type }) {
    for (const { path, statement } of statementsIn(type, resource, "resource")) {
      const services = servicesWithoutSource(statement).filter(
        (service) => !withoutSource.includes(service),
      );
      if (services.length > 0) {
        yield `${path} admits ${services.join(", ")} without a source`;
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
  *check(resource, { trustedAccounts, trustedOrganizations }, { type }) {
    const direct = (grantees[type] ?? [])
      .flatMap((path) => placesAt(resource, path))
      .flatMap(({ block, property }) => known(() => block[property]) ?? [])
      .flatMap((value) => (typeof value === "string" ? value.split(",") : []));
    const isStrange = (organization: string) => !trustedOrganizations.includes(organization);
    const strangers = new Set(
      direct.flatMap((name) => organizationOf(name) ?? []).filter(isStrange),
    );
    const named = direct.flatMap((name) => accountOf(name.trim()) ?? []);
    for (const { statement } of grantees[type] ? [] : statementsIn(type, resource, "resource")) {
      const organizations = namedOrganizations(statement);
      const strange = organizations.filter(isStrange);
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
  },
});

export const keyGrants = resourcePolicy("kms-grant-scope", Grant, {
  *check({ operations, granteePrincipal }) {
    const passing = operations.filter((one) => ["CreateGrant", "RetireGrant"].includes(one));
    const principal = known(() => granteePrincipal);
    if (passing.length > 0) {
      const fact = `operations are ${operations.join(", ")}`;
      yield { fact, limit: "a grant must not be passed on" };
    }
    if (principal?.endsWith(":root") === true) {
      yield { fact: `granteePrincipal is ${principal}`, limit: "it must be a role or a user" };
    }
  },
});

export const functionGrants = resourcePolicy("lambda-permission-public-access", Permission, {
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
  const value = known(() => (permission as Properties)[property]);
  if (typeof value !== "string") {
    return isSet(permission, property);
  }
  return /^[0-9]{12}$/.test(value.split(":")[4] ?? "") || !coversEverything(value);
}

const scopedTypes = [EventPermission, LayerVersionPermission];

export const permissions = typesPolicy("iam-permission-public-access", scopedTypes, {
  check(permission, _config, { type }) {
    // What narrows everybody down to an organisation.
    const scope = type === typeToken(EventPermission) ? "condition" : "organizationId";
    const isOpen = permission["principal"] === "*" && !isSet(permission, scope);
    return isOpen && `principal is * without ${scope}`;
  },
});

export const sharedDocuments = resourcePolicy("ssm-document-public-access", SsmDocument, {
  check: ({ permissions }) =>
    Object.values(permissions ?? {}).some((value) => value.toLowerCase() === "all") &&
    "permissions share the document with All",
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
  *check(resource, { allowed }, { type }) {
    for (const arn of knownTexts(type, resource)) {
      const [, , name = ""] = policyOfAws.exec(arn) ?? [];
      if ((broadPolicies.has(name) || broadName.test(name)) && !allowed.includes(name)) {
        yield `${arn} is attached`;
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
  *check(resource, _config, { type }) {
    const property = userPolicies[type];
    if (!property || isSet(resource, property)) {
      yield `it is a ${type.split(":")[2] ?? type}${property ? ` with ${property}` : ""}`;
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
