import { known } from "../engine/known";
import { typesPolicy } from "../engine/policy";

type Properties = Readonly<Record<string, unknown>>;

/** Where the ARNs of policies are that are attached, by type. */
const attachedPolicies: Readonly<Record<string, string>> = {
  "aws:iam/groupPolicyAttachment:GroupPolicyAttachment": "policyArn",
  "aws:iam/groupPolicyAttachmentsExclusive:GroupPolicyAttachmentsExclusive": "policyArns",
  "aws:iam/policyAttachment:PolicyAttachment": "policyArn",
  "aws:iam/role:Role": "managedPolicyArns",
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": "policyArn",
  "aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive": "policyArns",
  "aws:iam/userPolicyAttachment:UserPolicyAttachment": "policyArn",
  "aws:iam/userPolicyAttachmentsExclusive:UserPolicyAttachmentsExclusive": "policyArns",
};

/**
 * Policies of AWS that allow all of a service, or more; those of the own account may have such a name and be narrow.
 *
 * https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html
 */
const broadPolicy =
  /:aws:policy\/(.*\/)?([^/]*(Administrator|AdministratorAccess|AdminAccess|FullAccess)([-_][^/]*)?|PowerUserAccess|SecretsManagerReadWrite)$/;

export const managedPolicies = typesPolicy(Object.keys(attachedPolicies), {
  name: "iam-managed-policy-full-access",
  severity: "high",
  rule: "Attach none of AWS's policies that allow all of a service.",
  reason: "AmazonKinesisFullAccess lets a reader delete every stream of the account.",
  fix: "Write a policy with the actions and resources that are needed.",
  controls: ["IAM.27"],
  source:
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#bp-use-aws-defined-policies",
  *check(resource, _config, { type }) {
    for (const arn of knownTexts(resource, attachedPolicies[type] ?? "policyArn")) {
      if (broadPolicy.test(arn)) {
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

export const userPermissions = typesPolicy(Object.keys(userPolicies), {
  name: "iam-user-policy",
  severity: "low",
  rule: "Give permissions to groups and roles, not to users.",
  reason:
    "Permissions that hang on single users are reviewed by nobody, and stay when their work changes.",
  fix: "Use an iam.GroupPolicy, or better a role that the user may assume.",
  controls: ["IAM.2"],
  source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html",
  *check(resource, _config, { type }) {
    const property = userPolicies[type];
    if (property === undefined || !isEmpty(resource, property)) {
      yield {
        fact: `it is a ${type.split(":")[2] ?? type}${property === undefined ? "" : ` with ${property}`}`,
        limit: "users may have no policies of their own",
      };
    }
  },
});

/** A text or the texts of a list, without those that are unknown: such an ARN is that of a policy of some program. */
function knownTexts(resource: Properties, property: string): readonly string[] {
  const value = known(() => resource[property]);
  const items = Array.isArray(value)
    ? Array.from(value.keys(), (index) => known((): unknown => value[index]))
    : [value];
  return items.filter((item) => typeof item === "string");
}

function isEmpty(resource: Properties, property: string): boolean {
  if (!(property in resource)) {
    return true;
  }
  const value = known(() => resource[property]);
  return Array.isArray(value) && value.length === 0;
}
