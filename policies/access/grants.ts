import { EventPermission } from "@pulumi/aws/cloudwatch";
import { LayerVersionPermission, Permission } from "@pulumi/aws/lambda";
import { Document as SsmDocument } from "@pulumi/aws/ssm";
import { resourceDocuments, resourceProperties } from "../engine/document-types";
import { reference } from "../engine/known";
import { resourcePolicy, typesPolicy } from "../engine/policy";
import { coversEverything, statementsOf } from "../engine/policy-document";
import { admitsEverybody } from "../storage/public-access";
import { typeToken } from "../engine/types";

export const publicGrants = typesPolicy(resourceDocuments, {
  name: "iam-resource-policy-public-access",
  severity: "critical",
  rule: "Let no policy of a key, stream, bucket, domain, topic, queue, secret, function, API or role admit everybody.",
  reason:
    "A principal * means every AWS account there is, or everybody without one; a role that trusts GitHub admits every repository there is.",
  fix: "Name the principals, or add a condition that names the caller: aws:SourceAccount, aws:SourceArn or aws:PrincipalOrgID with a fixed value, or for GitHub the subject or the repository.",
  controls: ["KMS.5", "S3.2", "S3.3", "SNS.4", "SQS.3"],
  source:
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html",
  *check(resource, _config, { type }) {
    const property = resourceProperties[type] ?? "policy";
    if (property in resource && admitsEverybody(statementsOf(resource, property))) {
      yield {
        fact: `${property} admits everybody`,
        limit: "callers must be known",
      };
    }
  },
});

export const functionGrants = resourcePolicy(Permission, {
  name: "lambda-permission-public-access",
  severity: "critical",
  rule: "Let nobody call a function but callers that are known.",
  reason:
    "A principal * is every AWS account. A service such as S3 calls for whoever asks it to, unless the source is named.",
  fix: "Name the principal, and sourceArn or sourceAccount for a service.",
  controls: ["Lambda.1"],
  source: "https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html",
  *check(permission) {
    const { principal } = permission;
    const sources = sourcesOf(principal);
    if (principal === "*" && permission.principalOrgId === undefined) {
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
  return source.set && (value === undefined || isOfAccount(value) || !coversEverything(value));
}

function isOfAccount(arn: string): boolean {
  return /^[0-9]{12}$/.test(arn.split(":")[4] ?? "");
}

/** What lets a principal in, by type, with the property that narrows everybody down to an organisation. */
const permissionScopes: Readonly<Record<string, string>> = {
  [typeToken(EventPermission)]: "condition",
  [typeToken(LayerVersionPermission)]: "organizationId",
};

export const sharedPermissions = typesPolicy(Object.keys(permissionScopes), {
  name: "iam-permission-public-access",
  severity: "critical",
  rule: "Let no permission on an event bus or a layer admit everybody.",
  reason: "A principal * is every AWS account there is.",
  fix: "Name an account, or limit the permission to an organisation: condition (event bus) or organizationId (layer).",
  source:
    "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-bus-permissions-manage.html",
  *check(permission, _config, { type }) {
    const scope = permissionScopes[type] ?? "condition";
    if (permission["principal"] === "*" && !(scope in permission)) {
      yield { fact: `principal is * without ${scope}`, limit: "callers must be known" };
    }
  },
});

export const sharedDocuments = resourcePolicy(SsmDocument, {
  name: "ssm-document-public-access",
  severity: "critical",
  rule: "Share a Systems Manager document with named accounts only.",
  reason: "A document tells how machines are set up, and may hold secrets.",
  fix: "Leave permissions out, or name account ids in it.",
  controls: ["SSM.4"],
  source: "https://docs.aws.amazon.com/systems-manager/latest/userguide/documents-ssm-sharing.html",
  *check({ permissions }) {
    if (Object.values(permissions ?? {}).some((value) => value.toLowerCase() === "all")) {
      yield { fact: "permissions share the document with All", limit: "accounts must be named" };
    }
  },
});
