import { decisive, known, Undecided } from "./known";
import { type Statement, statements, statementsOf } from "./policy-document";

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
  "aws:apigateway/restApi:RestApi": "policy",
  "aws:apigateway/restApiPolicy:RestApiPolicy": "policy",
  "aws:cloudwatch/eventBusPolicy:EventBusPolicy": "policy",
  "aws:cloudwatch/logDestinationPolicy:LogDestinationPolicy": "accessPolicy",
  "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": "policyDocument",
  "aws:codebuild/resourcePolicy:ResourcePolicy": "policy",
  "aws:glue/resourcePolicy:ResourcePolicy": "policy",
  "aws:iam/role:Role": "assumeRolePolicy",
  "aws:kinesis/resourcePolicy:ResourcePolicy": "policy",
  "aws:kms/externalKey:ExternalKey": "policy",
  "aws:kms/key:Key": "policy",
  "aws:kms/keyPolicy:KeyPolicy": "policy",
  "aws:kms/replicaExternalKey:ReplicaExternalKey": "policy",
  "aws:kms/replicaKey:ReplicaKey": "policy",
  "aws:lambda/resourcePolicy:ResourcePolicy": "policy",
  "aws:opensearch/domain:Domain": "accessPolicies",
  "aws:opensearch/domainPolicy:DomainPolicy": "accessPolicies",
  "aws:s3/accessPoint:AccessPoint": "policy",
  "aws:s3/bucketPolicy:BucketPolicy": "policy",
  "aws:s3control/accessPointPolicy:AccessPointPolicy": "policy",
  "aws:s3control/objectLambdaAccessPointPolicy:ObjectLambdaAccessPointPolicy": "policy",
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

interface Located {
  /** Where it is, for a message. */
  readonly path: string;
  readonly statement: Statement;
}

/**
 * The statements about an identity in a resource of one of {@link identityDocuments}.
 *
 * @throws Undecided where a document is unknown in a preview, after the statements of the others
 */
export function* identityStatements(
  type: string,
  resource: Readonly<Record<string, unknown>>,
): Iterable<Located> {
  const property = identityProperties[type] ?? "policy";
  if (property === "inlinePolicies") {
    yield* inlineStatements(resource);
  } else {
    for (const statement of statementsOf(resource, property)) {
      yield { path: "the policy", statement };
    }
  }
}

function* inlineStatements(resource: Readonly<Record<string, unknown>>): Iterable<Located> {
  const policies = (decisive(resource, "inlinePolicies") ?? []) as readonly object[];
  const unknown: string[] = [];
  for (const index of policies.keys()) {
    const path = `inlinePolicies[${index}]`;
    const document = known(() => ({ value: (policies[index] as { policy?: unknown }).policy }));
    if (document === undefined) {
      unknown.push(path);
    } else {
      for (const statement of statements(document.value)) {
        yield { path, statement };
      }
    }
  }
  if (unknown.length > 0) {
    throw new Undecided(unknown.join(", "));
  }
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
      // Of a list each one counts.
      known(() => ({ value: JSON.stringify(resource[property]) })) === undefined,
  ) as readonly string[];
}
