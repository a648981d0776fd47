import { Application } from "@pulumi/aws/kinesisanalyticsv2";
import { Domain } from "@pulumi/aws/opensearch";
import { Bucket, BucketPolicy } from "@pulumi/aws/s3";
import { TopicSubscription } from "@pulumi/aws/sns";
import { companionPolicy } from "../engine/companion";
import { known } from "../engine/known";
import { resourcePolicy } from "../engine/policy";
import { type Condition, covers, type Statement, statementsOf } from "../engine/policy-document";
import { texts } from "../engine/setting-schema";
import { mustBe } from "../engine/violation";

export const domainHttps = resourcePolicy("opensearch-domain-https", Domain, {
  severity: "high",
  rule: "Let clients reach a domain by HTTPS only, with a current TLS policy.",
  reason: "A domain answers plain HTTP, and old TLS, by default.",
  fix: "Set domainEndpointOptions.enforceHttps and domainEndpointOptions.tlsSecurityPolicy.",
  controls: ["Opensearch.8"],
  source:
    "https://docs.aws.amazon.com/opensearch-service/latest/APIReference/API_DomainEndpointOptions.html",
  config: {
    tlsPolicies: texts("TLS policies that are current.", "Policy-Min-TLS-1-2-PFS-2023-10"),
  },
  remedy: ({ domainEndpointOptions }, { tlsPolicies }) => ({
    domainEndpointOptions: {
      enforceHttps: true,
      tlsSecurityPolicy:
        tlsPolicies.find((one) => one === domainEndpointOptions?.tlsSecurityPolicy) ??
        tlsPolicies[0],
    },
  }),
  *check({ domainEndpointOptions }, { tlsPolicies }) {
    yield* mustBe("domainEndpointOptions.enforceHttps", domainEndpointOptions?.enforceHttps, true);
    const policy = domainEndpointOptions?.tlsSecurityPolicy ?? "not set";
    yield* mustBe("domainEndpointOptions.tlsSecurityPolicy", policy, ...tlsPolicies);
  },
});

export const nodeToNode = resourcePolicy("opensearch-domain-node-to-node-encryption", Domain, {
  severity: "high",
  rule: "Encrypt what a domain's nodes send each other.",
  reason: "Replicas and queries travel between nodes and zones in clear text otherwise.",
  fix: "Set nodeToNodeEncryption.enabled. It cannot be switched off again.",
  controls: ["Opensearch.3"],
  source: "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/ntn.html",
  check: ({ nodeToNodeEncryption }) =>
    mustBe("nodeToNodeEncryption.enabled", nodeToNodeEncryption?.enabled, true),
});

export const applicationTls = resourcePolicy("flink-application-endpoint-tls", Application, {
  severity: "high",
  rule: "Hand a Flink application no address of plain HTTP.",
  reason: "The job sends events and results wherever its runtime properties point.",
  fix: "Use an address that begins with https://.",
  source: "https://docs.aws.amazon.com/managed-flink/latest/java/how-properties.html",
  *check({ applicationConfiguration }) {
    for (const group of applicationConfiguration?.environmentProperties?.propertyGroups ?? []) {
      const properties = known(() => group.propertyMap) ?? {};
      for (const key of Object.keys(properties)) {
        const value = known(() => properties[key]);
        if (value?.toLowerCase().startsWith("http://") === true) {
          yield {
            // Without the value, which may carry a password.
            fact: `property ${key} of group ${group.propertyGroupId} begins with http://`,
            limit: "addresses must begin with https://",
          };
        }
      }
    }
  },
});

export const subscriptionTls = resourcePolicy("sns-topic-subscription-tls", TopicSubscription, {
  rule: "Deliver a topic's messages to no address of plain HTTP.",
  reason: "An alarm reveals names, places and faults of resources.",
  fix: "Set protocol to https.",
  source: "https://docs.aws.amazon.com/sns/latest/dg/sns-security-best-practices.html",
  *check({ protocol }) {
    if (protocol.toLowerCase() === "http") {
      yield { fact: `protocol is ${protocol}`, limit: "web addresses must be https" };
    }
  },
});

export const bucketTls = resourcePolicy("s3-bucket-policy-tls", BucketPolicy, {
  rule: "Deny plain HTTP in a bucket's policy, for the bucket and its objects.",
  reason: "S3 answers plain HTTP unless the bucket's policy denies it.",
  fix: "Add a statement that denies s3:* to everybody, on the bucket and its objects, where aws:SecureTransport is false.",
  controls: ["S3.5"],
  source:
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/example-bucket-policies.html#example-bucket-policies-HTTP-HTTPS",
  *check(bucketPolicy) {
    if (!denyPlainHttp(statementsOf(bucketPolicy, "policy"))) {
      yield {
        fact: "no statement denies s3:* to everybody without TLS",
        limit: "a bucket must be reachable by HTTPS only",
      };
    }
  },
});

export const bucketPolicyPresence = companionPolicy("s3-bucket-policy", {
  rule: "Give every bucket a policy, which denies plain HTTP.",
  reason: "S3 answers plain HTTP unless the bucket's policy denies it.",
  controls: ["S3.5"],
  source: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html",
  subject: Bucket,
  companion: BucketPolicy,
});

/** Whether statements deny every action to everybody who comes without TLS, on a bucket and on its objects. */
function denyPlainHttp(statements: readonly Statement[]): boolean {
  const denied = statements.filter(deniesPlainHttp).flatMap(({ resources }) => resources);
  const isDenied = (arn: string) => covers(denied, arn);
  // A document is about one bucket, which some resource names with or without its objects.
  return denied
    .map((arn) => arn.replace(/\/\*$/, ""))
    .some((bucket) => !bucket.includes("/") && isDenied(bucket) && isDenied(`${bucket}/*`));
}

function deniesPlainHttp(statement: Statement): boolean {
  return (
    !statement.allows &&
    (statement.principals["AWS"] ?? []).includes("*") &&
    statement.actions.some((action) => action === "s3:*" || action === "*") &&
    isWithoutTls(statement.conditions)
  );
}

/** A second condition would exempt callers that do not meet it, so there must be exactly one. */
function isWithoutTls(conditions: readonly Condition[]): boolean {
  return conditions.length === 1 && conditions.every(isPlainHttp);
}

function isPlainHttp(condition: Condition): boolean {
  return (
    /^Bool(IfExists)?$/.test(condition.operator) &&
    condition.key === "aws:securetransport" &&
    condition.values.includes("false")
  );
}
