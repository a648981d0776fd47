import { Workgroup } from "@pulumi/aws/athena";
import { Permissions } from "@pulumi/aws/lakeformation";
import { customerKeySetting, customerKey } from "../encryption/customer-key";
import { resourcePolicy } from "../engine/policy";
import { atMost, mustBe } from "../engine/violation";

export const queryResults = resourcePolicy("athena-workgroup-encryption", Workgroup, {
  config: customerKeySetting,
  *check({ configuration = {} }, config) {
    const { managedQueryResultsConfiguration: managed, resultConfiguration = {} } = configuration;
    // The provider's default is true.
    const enforced = configuration.enforceWorkgroupConfiguration ?? true;
    yield* mustBe("configuration.enforceWorkgroupConfiguration", enforced, true);
    if (managed?.enabled === true) {
      const path = "configuration.managedQueryResultsConfiguration.encryptionConfiguration";
      yield* customerKey(managed.encryptionConfiguration, "kmsKey", config, path);
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
  *check({ configuration = {} }, { maxScanMiB }) {
    const { bytesScannedCutoffPerQuery: bytes, publishCloudwatchMetricsEnabled } = configuration;
    const fact = `configuration.bytesScannedCutoffPerQuery is ${bytes ?? "not set"}`;
    yield* atMost(bytes ?? Infinity, maxScanMiB * 2 ** 20, fact, "bytes");
    const published = publishCloudwatchMetricsEnabled ?? true;
    yield* mustBe("configuration.publishCloudwatchMetricsEnabled", published, true);
  },
});

export const columnGrants = resourcePolicy("lakeformation-permissions-breadth", Permissions, {
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
