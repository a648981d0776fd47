import { known } from "./known";
import { type Statement, statementsOf } from "./policy-document";

/** Where the documents are that say what an identity may do, by type. */
const identityProperties: Readonly<Record<string, string>> = {
  "aws:iam/groupPolicy:GroupPolicy": "policy",
  "aws:iam/policy:Policy": "policy",
  "aws:iam/role:Role": "inlinePolicies",
  "aws:iam/rolePolicy:RolePolicy": "policy",
  "aws:iam/userPolicy:UserPolicy": "policy",
};

/** Where the documents are that say who may use a resource, by type; a role's says who may assume it. */
export const resourceProperties: Readonly<Record<string, string>> = {
  "aws:cloudwatch/eventBusPolicy:EventBusPolicy": "policy",
  "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": "policyDocument",
  "aws:iam/role:Role": "assumeRolePolicy",
  "aws:kinesis/resourcePolicy:ResourcePolicy": "policy",
  "aws:kms/key:Key": "policy",
  "aws:kms/keyPolicy:KeyPolicy": "policy",
  "aws:opensearch/domain:Domain": "accessPolicies",
  "aws:opensearch/domainPolicy:DomainPolicy": "accessPolicies",
  "aws:s3/bucketPolicy:BucketPolicy": "policy",
  "aws:secretsmanager/secret:Secret": "policy",
  "aws:secretsmanager/secretPolicy:SecretPolicy": "policy",
  "aws:sns/topic:Topic": "policy",
  "aws:sns/topicPolicy:TopicPolicy": "policy",
  "aws:sqs/queue:Queue": "policy",
  "aws:sqs/queuePolicy:QueuePolicy": "policy",
};

/** Types that hold documents about identities. */
export const identityDocuments = Object.keys(identityProperties);

/** Types that hold documents about resources. */
export const resourceDocuments = Object.keys(resourceProperties);

/**
 * The statements about an identity in a resource of one of {@link identityDocuments}.
 *
 * @throws Undecided where a document is unknown in a preview
 */
export function identityStatements(
  type: string,
  resource: Readonly<Record<string, unknown>>,
): readonly { readonly path: string; readonly statement: Statement }[] {
  const property = identityProperties[type] ?? "policy";
  if (property === "inlinePolicies") {
    const policies = (resource["inlinePolicies"] ?? []) as readonly object[];
    return policies.flatMap((policy, index) =>
      "policy" in policy
        ? statementsOf(policy, "policy").map((statement) => ({
            path: `inlinePolicies[${index}]`,
            statement,
          }))
        : [],
    );
  }
  return statementsOf(resource, property).map((statement) => ({ path: "the policy", statement }));
}

/** Properties with documents in a resource that are unknown in a preview. */
export function unknownDocuments(
  type: string,
  resource: Readonly<Record<string, unknown>>,
): readonly string[] {
  return [identityProperties[type], resourceProperties[type]].filter(
    (property) =>
      property !== undefined &&
      property in resource &&
      known(() => ({ value: resource[property] })) === undefined,
  ) as readonly string[];
}
