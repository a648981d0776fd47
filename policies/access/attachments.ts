import { broadPolicies } from "./iam-actions";
import { pathsOf, placesAt, typesWith } from "../engine/sdk-types";
import { texts } from "../engine/setting-schema";
import { isSet, known } from "../engine/known";
import { typesPolicy } from "../engine/policy";

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
    "Permissions that hang on single users are reviewed by nobody, and stay when their work changes.",
  fix: "Use an iam.GroupPolicy, or better a role that the user may assume.",
  controls: ["IAM.2"],
  source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html",
  *check(resource, _config, { type }) {
    const property = userPolicies[type];
    if (property === undefined || isSet(resource, property)) {
      yield {
        fact: `it is a ${type.split(":")[2] ?? type}${property === undefined ? "" : ` with ${property}`}`,
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
