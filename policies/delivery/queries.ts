import { Workgroup } from "@pulumi/aws/athena";
import { Permissions } from "@pulumi/aws/lakeformation";
import { customerKeySetting, customerKey } from "../encryption/customer-key";
import { resourcePolicy } from "../engine/policy";
import { integer } from "../engine/setting-schema";
import { atMost, mustBe } from "../engine/violation";

export const queryResults = resourcePolicy("athena-workgroup-encryption", Workgroup, {
  severity: "high",
  rule: "Encrypt the results of queries, and let no client say otherwise.",
  reason:
    "A result is a copy of the data. Without enforced settings each client chooses where it goes and whether it is encrypted.",
  fix: "Set configuration.enforceWorkgroupConfiguration, and resultConfiguration.encryptionConfiguration with encryptionOption SSE_KMS and kmsKeyArn.",
  source: "https://docs.aws.amazon.com/athena/latest/ug/encrypting-query-results-stored-in-s3.html",
  config: customerKeySetting,
  *check({ configuration = {} }, config) {
    const { managedQueryResultsConfiguration: managed, resultConfiguration = {} } = configuration;
    // The provider's default is true.
    const enforced = configuration.enforceWorkgroupConfiguration ?? true;
    yield* mustBe("configuration.enforceWorkgroupConfiguration", enforced, true);
    if (managed?.enabled === true) {
      const path = "configuration.managedQueryResultsConfiguration.encryptionConfiguration";
      yield* customerKey(managed.encryptionConfiguration ?? {}, "kmsKey", config, path);
      return;
    }
    const path = "configuration.resultConfiguration.encryptionConfiguration";
    const { encryptionConfiguration = {} } = resultConfiguration;
    const option = encryptionConfiguration.encryptionOption ?? "not set";
    if (option === "SSE_KMS" || option === "CSE_KMS") {
      yield* customerKey(encryptionConfiguration, "kmsKeyArn", config, path);
    } else if (config.requireCustomerManagedKey || option !== "SSE_S3") {
      yield* mustBe(`${path}.encryptionOption`, option, "SSE_KMS", "CSE_KMS");
    }
  },
});

export const queryLimits = resourcePolicy("athena-workgroup-limits", Workgroup, {
  rule: "Bound what a query may read, and publish metrics of queries.",
  reason: "Athena bills the data that it reads; a query without a partition reads a whole archive.",
  fix: "Set configuration.bytesScannedCutoffPerQuery and publishCloudwatchMetricsEnabled.",
  controls: ["Athena.4"],
  source:
    "https://docs.aws.amazon.com/athena/latest/ug/workgroups-setting-control-limits-cloudwatch.html",
  config: {
    maxScanMiB: integer("MiB that a query may read.", 1_048_576, [10]),
  },
  *check({ configuration = {} }, { maxScanMiB }) {
    const { bytesScannedCutoffPerQuery: bytes, publishCloudwatchMetricsEnabled } = configuration;
    const fact = `configuration.bytesScannedCutoffPerQuery is ${bytes ?? "not set"}`;
    yield* atMost(bytes ?? Infinity, maxScanMiB * 2 ** 20, fact, "bytes");
    const published = publishCloudwatchMetricsEnabled ?? true;
    yield* mustBe("configuration.publishCloudwatchMetricsEnabled", published, true);
  },
});

export const columnGrants = resourcePolicy("lakeformation-permissions-breadth", Permissions, {
  severity: "high",
  rule: "Grant permissions of Lake Formation to named principals, without the right to pass them on.",
  reason:
    "IAM_ALLOWED_PRINCIPALS switches Lake Formation off for a resource, ALL contains dropping it, and grant options spread.",
  fix: "Name a principal, and the permissions that it needs; leave permissionsWithGrantOptions out.",
  source: "https://docs.aws.amazon.com/lake-formation/latest/dg/lf-permissions-reference.html",
  *check({ principal, permissions, permissionsWithGrantOptions = [] }) {
    if (principal.endsWith("IAM_ALLOWED_PRINCIPALS") || principal.endsWith(":IAMPrincipals")) {
      yield { fact: `principal is ${principal}`, limit: "it must be a principal of its own" };
    }
    if (permissions.some((permission) => permission === "ALL" || permission === "SUPER")) {
      yield { fact: `permissions are ${permissions.join(", ")}`, limit: "ALL is not allowed" };
    }
    if (permissionsWithGrantOptions.length > 0) {
      yield {
        fact: `permissionsWithGrantOptions is ${permissionsWithGrantOptions.join(", ")}`,
        limit: "it must be empty",
      };
    }
  },
});
