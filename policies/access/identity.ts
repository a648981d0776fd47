import { typesPolicy } from "../engine/policy";
import { covers, coversEverything, type Statement } from "../engine/policy-document";
import { identityDocuments, identityStatements } from "../engine/document-types";
import { texts } from "../engine/setting-schema";

/** What makes clear text of what a key encrypted. */
const decrypting = ["kms:Decrypt", "kms:ReEncryptFrom"];

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
      const wide = statement.actions.filter((action) => /^[*?]+$|^[^:]*:[*?]+$/.test(action));
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
      const wide = everythingOf(statement);
      const refused = statement.actions.filter(
        // What decrypts has a policy of its own.
        (action) => !covers([...allowed, ...decrypting], action),
      );
      if (wide.length > 0 && refused.length > 0) {
        yield {
          fact: `${path} allows ${refused.join(", ")} on ${wide.join(", ")}`,
          limit: "resources must be named",
        };
      }
    }
  },
});

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
      const everyKey = everythingOf(statement).filter(mayBeKey);
      const decrypts = decrypting.some((action) => covers(statement.actions, action));
      if (decrypts && everyKey.length > 0) {
        yield {
          fact: `${path} allows to decrypt with ${everyKey.join(", ")}`,
          limit: "keys must be named",
        };
      }
    }
  },
});

function* allowing(
  type: string,
  resource: Readonly<Record<string, unknown>>,
): Iterable<{ readonly path: string; readonly statement: Statement }> {
  for (const found of identityStatements(type, resource)) {
    if (found.statement.allows) {
      yield found;
    }
  }
}

/** The resources of a statement that are none in particular. */
function everythingOf({ resources, notResources }: Statement): readonly string[] {
  return [
    ...resources.filter(coversEverything),
    ...(notResources.length > 0 ? ["everything but NotResource"] : []),
  ];
}

/** Whether a resource may stand for keys: a bucket's ARN beside a key's does not. */
function mayBeKey(resource: string): boolean {
  const service = resource.split(":")[2] ?? "*";
  return covers([service], "kms");
}
