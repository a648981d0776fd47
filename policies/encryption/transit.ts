import { Application } from "@pulumi/aws/kinesisanalyticsv2";
import { Domain } from "@pulumi/aws/opensearch";
import { Bucket, BucketPolicy } from "@pulumi/aws/s3";
import { TopicSubscription } from "@pulumi/aws/sns";
import { known } from "../engine/known";
import { companionPolicy, resourcePolicy } from "../engine/policy";
import { covers, type Statement, statementsOf } from "../engine/policy-document";
import { mustBe } from "../engine/violation";

export const domainHttps = resourcePolicy("opensearch-domain-https", Domain, {
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
  check: ({ nodeToNodeEncryption }) =>
    mustBe("nodeToNodeEncryption.enabled", nodeToNodeEncryption?.enabled, true),
});

export const applicationTls = resourcePolicy("flink-application-endpoint-tls", Application, {
  *check({ applicationConfiguration }) {
    for (const group of applicationConfiguration?.environmentProperties?.propertyGroups ?? []) {
      const properties = known(() => group.propertyMap) ?? {};
      for (const key of Object.keys(properties)) {
        const value = known(() => properties[key]);
        if (value?.toLowerCase().startsWith("http://") === true) {
          yield {
            // Without the value, which may carry a password.
            fact: `property ${key} of group ${group.propertyGroupId} begins with http://`,
          };
        }
      }
    }
  },
});

export const subscriptionTls = resourcePolicy("sns-topic-subscription-tls", TopicSubscription, {
  check: ({ protocol }) => protocol.toLowerCase() === "http" && `protocol is ${protocol}`,
});

export const bucketTls = resourcePolicy("s3-bucket-policy-tls", BucketPolicy, {
  check: (bucketPolicy) =>
    !denyPlainHttp(statementsOf(bucketPolicy, "policy")) &&
    "no statement denies s3:* to everybody without TLS",
});

export const bucketPolicyPresence = companionPolicy("s3-bucket-policy", Bucket, BucketPolicy);

/** Whether statements deny every action to everybody who comes without TLS, on a bucket and on its objects. */
function denyPlainHttp(statements: readonly Statement[]): boolean {
  const denied = statements
    .filter(
      ({ allows, principals, actions, conditions }) =>
        !allows &&
        (principals["AWS"] ?? []).includes("*") &&
        actions.some((action) => /^(s3:)?\*$/i.test(action)) &&
        // A second condition would exempt callers that do not meet it.
        conditions.length === 1 &&
        conditions.every(
          ({ operator, key, values }) =>
            /^Bool(IfExists)?$/.test(operator) &&
            key === "aws:securetransport" &&
            values.includes("false"),
        ),
    )
    .flatMap(({ resources }) => resources);
  const isDenied = (arn: string) => covers(denied, arn);
  // A document is about one bucket, which some resource names with or without its objects.
  return denied
    .map((arn) => arn.replace(/\/\*$/, ""))
    .some((bucket) => !bucket.includes("/") && isDenied(bucket) && isDenied(`${bucket}/*`));
}
