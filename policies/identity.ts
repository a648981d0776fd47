import { typesPolicy } from "./policy";
import { covers, type Statement } from "./policy-document";
import { identityDocuments, identityStatements } from "./document-types";
import { known } from "./known";
import { texts } from "./settings";

export const wildcardActions = typesPolicy(identityDocuments, {
  name: "iam-policy-wildcard-actions",
  severity: "high",
  rule: "Allow no identity every action, or every action of a service.",
  reason:
    "Among them are actions that nobody thought of, such as deleting what is kept, and those that are yet to be invented.",
  fix: "Name the actions that are needed.",
  controls: ["IAM.1", "IAM.21"],
  source:
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege",
  *check(resource, _config, { type }) {
    for (const { path, statement } of allowing(type, resource)) {
      const wide = statement.actions.filter((action) => /^(\*|[\w-]+:\*)$/.test(action));
      if (wide.length > 0 || statement.notActions.length > 0) {
        yield {
          fact: `${path} allows ${wide.length > 0 ? wide.join(", ") : "everything but NotAction"}`,
          limit: "actions must be named",
        };
      }
    }
  },
});

export const wildcardResources = typesPolicy(identityDocuments, {
  name: "iam-policy-wildcard-resources",
  severity: "high",
  rule: "Allow an identity actions on resources that are named, but for actions that know no resources.",
  reason: "What may touch every stream or bucket may touch those of others, too.",
  fix: "Name the resources, or add the action to the policy's configuration if AWS knows no resources for it.",
  source:
    "https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html",
  config: {
    actions: texts({
      description:
        "Actions that may be allowed on every resource; * and ? stand for any characters.",
      default: [
        "application-autoscaling:Describe*",
        "cloudwatch:DescribeAlarms",
        "cloudwatch:GetMetricData",
        "cloudwatch:GetMetricStatistics",
        "cloudwatch:ListMetrics",
        "cloudwatch:PutMetricData",
        "codepipeline:PutJobFailureResult",
        "codepipeline:PutJobSuccessResult",
        "ec2:AssignPrivateIpAddresses",
        "ec2:CreateNetworkInterface",
        "ec2:DeleteNetworkInterface",
        "ec2:Describe*",
        "ec2:UnassignPrivateIpAddresses",
        "ec2messages:*",
        "es:ListDomainNames",
        "kinesis:ListStreams",
        "logs:DescribeLogGroups",
        "s3:ListAllMyBuckets",
        "ssm:UpdateInstanceInformation",
        "ssmmessages:*",
        "sts:GetCallerIdentity",
        "xray:*",
      ],
    }),
  },
  *check(resource, { actions: allowed }, { type }) {
    for (const { path, statement } of allowing(type, resource)) {
      const everywhere = statement.resources.includes("*") || statement.notResources.length > 0;
      const refused = statement.actions.filter(
        (action) => !allowed.some((pattern) => covers(pattern, action)),
      );
      if (everywhere && refused.length > 0) {
        yield {
          fact: `${path} allows ${refused.join(", ")} on *`,
          limit: "resources must be named",
        };
      }
    }
  },
});

/** What makes clear text of what a key encrypted. */
const decrypting = ["kms:Decrypt", "kms:ReEncryptFrom"];

export const keyDecryption = typesPolicy(identityDocuments, {
  name: "iam-policy-decryption",
  severity: "high",
  rule: "Allow an identity to decrypt with the keys that it needs, and no others.",
  reason: "With every key of an account every bucket and stream is readable that lets it in.",
  fix: "Name the keys' ARNs.",
  controls: ["KMS.1", "KMS.2"],
  source: "https://docs.aws.amazon.com/kms/latest/developerguide/iam-policies-best-practices.html",
  *check(resource, _config, { type }) {
    for (const { path, statement } of allowing(type, resource)) {
      const everyKey = statement.resources.filter(
        (arn) => arn === "*" || /^arn:[^:]*:kms:.*:(key\/)?\*$/.test(arn),
      );
      const decrypts = decrypting.some((action) =>
        statement.actions.some((pattern) => covers(pattern, action)),
      );
      if (decrypts && everyKey.length > 0) {
        yield {
          fact: `${path} allows to decrypt with ${everyKey.join(", ")}`,
          limit: "keys must be named",
        };
      }
    }
  },
});

const attachments = [
  "aws:iam/groupPolicyAttachment:GroupPolicyAttachment",
  "aws:iam/policyAttachment:PolicyAttachment",
  "aws:iam/role:Role",
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
  "aws:iam/userPolicyAttachment:UserPolicyAttachment",
];

/** Policies of AWS that allow all of a service, or more. */
const broadPolicy = /\/(AdministratorAccess|PowerUserAccess|[^/]*FullAccess)([-_].*)?$/;

export const managedPolicies = typesPolicy(attachments, {
  name: "iam-managed-policy-full-access",
  severity: "high",
  rule: "Attach none of AWS's policies that allow all of a service.",
  reason: "AmazonKinesisFullAccess lets a reader delete every stream of the account.",
  fix: "Write a policy with the actions and resources that are needed.",
  controls: ["IAM.27"],
  source:
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#bp-use-aws-defined-policies",
  *check(resource) {
    // An ARN that is unknown is that of a policy of some program, which is judged itself.
    const arns = [
      known(() => resource["policyArn"]),
      ...((known(() => resource["managedPolicyArns"]) ?? []) as readonly unknown[]),
    ];
    for (const arn of arns.filter((one) => typeof one === "string" && broadPolicy.test(one))) {
      yield { fact: `${String(arn)} is attached`, limit: "policies must be narrower" };
    }
  },
});

const userPolicies = [
  "aws:iam/userPolicy:UserPolicy",
  "aws:iam/userPolicyAttachment:UserPolicyAttachment",
];

export const userPermissions = typesPolicy(userPolicies, {
  name: "iam-user-policy",
  severity: "low",
  rule: "Give permissions to groups and roles, not to users.",
  reason:
    "Permissions that hang on single users are reviewed by nobody, and stay when their work changes.",
  fix: "Use an iam.GroupPolicy, or better a role that the user may assume.",
  controls: ["IAM.2"],
  source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html",
  *check(_resource, _config, { type }) {
    yield {
      fact: `it is a ${type.split(":")[2] ?? type}`,
      limit: "users may have no policies of their own",
    };
  },
});

function allowing(
  type: string,
  resource: Readonly<Record<string, unknown>>,
): readonly { readonly path: string; readonly statement: Statement }[] {
  return identityStatements(type, resource).filter(({ statement }) => statement.allows);
}
