import { isBroad, unscopedActions } from "./iam-actions";
import { isFixed, isRequired } from "./callers";
import { typesPolicy } from "../engine/policy";
import { covers, coversEverything, type Statement } from "../engine/policy-document";
import { identityDocuments, statementsIn } from "../engine/document-types";

/** What makes clear text of what a key encrypted. */
const decrypting = ["kms:Decrypt", "kms:ReEncryptFrom"];

export const wildcardActions = typesPolicy("iam-policy-wildcard-actions", identityDocuments, {
  *check(resource, { patterns }, { type }) {
    for (const { path, statement } of allowing(type, resource)) {
      const wide = statement.actions.filter(
        (action) => isBroad(action) && !patterns.includes(action),
      );
      if (wide.length > 0 || statement.notActions.length > 0) {
        yield `${path} allows ${wide.length > 0 ? wide.join(", ") : "everything but NotAction"}`;
      }
    }
  },
});

export const wildcardResources = typesPolicy("iam-policy-wildcard-resources", identityDocuments, {
  *check(resource, { moreActions }, { type }) {
    for (const { path, statement } of allowing(type, resource)) {
      const wide = everythingOf(statement);
      const refused = statement.actions.filter(
        (action) =>
          !unscopedActions.has(action.toLowerCase()) &&
          // What decrypts has a policy of its own.
          !covers([...withoutResources, ...moreActions, ...decrypting], action),
      );
      if (wide.length > 0 && refused.length > 0 && !isNarrowed(statement)) {
        yield `${path} allows ${refused.join(", ")} on ${wide.join(", ")}`;
      }
    }
  },
});

/**
 * Actions for which no single resource can be named, besides those that only read: they know none, or make the resource.
 * A function and a Flink application in a VPC make their network interfaces themselves:
 * https://docs.aws.amazon.com/managed-flink/latest/java/vpc-permissions.html
 */
const withoutResources = Object.entries({
  "application-autoscaling": "Describe*",
  cloudwatch: "DescribeAlarms GetMetric* ListMetrics PutMetricData",
  codepipeline: "PutJobFailureResult PutJobSuccessResult",
  ec2:
    "AssignPrivateIpAddresses CreateNetworkInterface CreateNetworkInterfacePermission " +
    "DeleteNetworkInterface Describe* UnassignPrivateIpAddresses",
  ec2messages: "*",
  logs:
    "CreateLogDelivery CreateLogGroup DeleteLogDelivery DescribeResourcePolicies GetLogDelivery " +
    "ListLogDeliveries PutResourcePolicy UpdateLogDelivery",
  ssm: "UpdateInstanceInformation",
  ssmmessages: "*",
  xray: "Get* PutTelemetryRecords PutTraceSegments",
}).flatMap(([service, names]) => names.split(" ").map((name) => `${service}:${name}`));

/** Condition keys that stand for named resources: tags of the resource, the service that a role or a key is for. */
const narrowingKey =
  /^(aws:resourcetag\/.+|(ec2|ssm|secretsmanager|iam|rds):resourcetag\/.+|iam:awsservicename|kms:(viaservice|resourcealiases|requestalias)|dynamodb:leadingkeys)$/;

/** Whether a statement holds for resources of one tag or one service only. */
function isNarrowed({ conditions }: Statement): boolean {
  return conditions.some(
    (condition) =>
      narrowingKey.test(condition.key) &&
      isRequired(condition) &&
      condition.values
        // Such as s3.*.amazonaws.com: the service is what narrows.
        .map((value) => (condition.key === "kms:viaservice" ? value.replace(/\..*/, "") : value))
        .every((value) => isFixed(condition.key, value)),
  );
}

export const keyDecryption = typesPolicy("iam-policy-decryption", identityDocuments, {
  *check(resource, _config, { type }) {
    for (const { path, statement } of allowing(type, resource)) {
      const everyKey = everythingOf(statement).filter(mayBeKey);
      const decrypts = decrypting.some((action) => covers(statement.actions, action));
      if (decrypts && everyKey.length > 0 && !isNarrowed(statement)) {
        yield `${path} allows to decrypt with ${everyKey.join(", ")}`;
      }
    }
  },
});

function* allowing(type: string, resource: Readonly<Record<string, unknown>>) {
  for (const found of statementsIn(type, resource, "identity")) {
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

/** Whether a resource may stand for keys: a bucket's ARN next to a key's does not. */
function mayBeKey(resource: string): boolean {
  return covers([resource.split(":")[2] ?? "*"], "kms");
}
