import { Permission } from "@pulumi/aws/lambda";
import { Document as SsmDocument } from "@pulumi/aws/ssm";
import { resourceDocuments, resourceProperties } from "./document-types";
import { reference } from "./known";
import { resourcePolicy, typesPolicy } from "./policy";
import { statementsOf } from "./policy-document";
import { isPublic } from "./public-access";

export const publicGrants = typesPolicy(resourceDocuments, {
  name: "iam-resource-policy-public-access",
  severity: "critical",
  rule: "Let no policy of a key, stream, bucket, domain, topic, queue, secret or role admit everybody.",
  reason: "A principal * means every AWS account there is, or everybody without one.",
  fix: "Name the principals, or add a condition that names the caller: aws:SourceAccount, aws:SourceArn or aws:PrincipalOrgID with a fixed value.",
  controls: ["KMS.5", "S3.2", "S3.3", "SNS.4", "SQS.3"],
  source:
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html",
  *check(resource, _config, { type }) {
    const property = resourceProperties[type] ?? "policy";
    if (property in resource && statementsOf(resource, property).some(isPublic)) {
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
    // A bucket's ARN says nothing of its account, and a bucket's name may be taken by another one.
    const sources =
      principal === "s3.amazonaws.com" ? ["sourceAccount"] : ["sourceArn", "sourceAccount"];
    const isLimited = sources.some((name) => reference(permission, name).set);
    if (principal === "*" && permission.principalOrgId === undefined) {
      yield { fact: "principal is *", limit: "callers must be known" };
    } else if (principal.endsWith(".amazonaws.com") && !isLimited) {
      yield {
        fact: `principal is ${principal} without ${sources.join(" or ")}`,
        limit: "a service must say for whom it calls",
      };
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
