import { Domain } from "@pulumi/aws/opensearch";
import { known } from "../engine/known";
import { resourcePolicy } from "../engine/policy";
import { flag, integer, texts } from "../engine/setting-schema";
import { atLeast, mustBe } from "../engine/violation";

export const domainVpc = resourcePolicy("opensearch-domain-vpc", Domain, {
  severity: "critical",
  rule: "Put a domain into a VPC.",
  reason:
    "A domain outside a VPC has an address on the internet, which only its access policy protects. It cannot be moved into one later.",
  fix: "Set vpcOptions.subnetIds and vpcOptions.securityGroupIds.",
  controls: ["Opensearch.2"],
  source: "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/vpc.html",
  *check({ vpcOptions }) {
    // The subnets of a new network are unknown in a preview; their absence is not.
    const count = known(() => vpcOptions?.subnetIds?.length ?? 0);
    if (count === 0) {
      yield { fact: "vpcOptions.subnetIds names no subnet", limit: "a domain must be in a VPC" };
    }
  },
});

export const domainAccessControl = resourcePolicy("opensearch-domain-access-control", Domain, {
  severity: "high",
  rule: "Control access to a domain's indices finely, by IAM identities.",
  reason:
    "Without fine-grained access control every caller that reaches the domain may read, write and delete everything. A master user with a password is one more secret to lose.",
  fix: "Set advancedSecurityOptions.enabled with internalUserDatabaseEnabled false and masterUserOptions.masterUserArn.",
  controls: ["Opensearch.7"],
  source: "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/fgac.html",
  config: {
    allowInternalUsers: flag(
      "Whether users with passwords, kept in the domain, are allowed.",
      false,
    ),
  },
  *check({ advancedSecurityOptions: security }, { allowInternalUsers }) {
    yield* mustBe("advancedSecurityOptions.enabled", security?.enabled, true);
    const anonymous = security?.anonymousAuthEnabled ?? false;
    yield* mustBe("advancedSecurityOptions.anonymousAuthEnabled", anonymous, false);
    if (security?.internalUserDatabaseEnabled === true && !allowInternalUsers) {
      yield {
        fact: "advancedSecurityOptions.internalUserDatabaseEnabled is true",
        limit: "users must be IAM identities",
      };
    }
  },
});

export const domainMasters = resourcePolicy("opensearch-domain-dedicated-masters", Domain, {
  rule: "Let dedicated nodes elect a domain's master.",
  reason:
    "A data node that is busy with a query is a bad master. Two cannot outvote each other, so it takes three.",
  fix: "Set clusterConfig.dedicatedMasterEnabled, dedicatedMasterType and dedicatedMasterCount.",
  controls: ["Opensearch.11"],
  source:
    "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/managedomains-dedicatedmasternodes.html",
  config: {
    least: integer("Fewest dedicated masters; 0 lets the data nodes be masters.", 3, [0, 5]),
  },
  *check({ clusterConfig }, { least }) {
    const masters =
      clusterConfig?.dedicatedMasterEnabled === true
        ? (clusterConfig.dedicatedMasterCount ?? 0)
        : 0;
    if (!(masters >= least)) {
      yield { fact: `the domain has ${masters} dedicated masters`, limit: `the least is ${least}` };
    } else if (masters > 0 && masters % 2 === 0) {
      yield {
        fact: `dedicatedMasterCount is ${masters}`,
        limit: "an even number elects no better than one less",
      };
    }
  },
});

export const domainZones = resourcePolicy("opensearch-domain-zones", Domain, {
  rule: "Spread a domain's data nodes over zones, evenly.",
  reason:
    "With all nodes in one zone its failure takes the indices with it. An uneven spread fills some nodes' disks before the others'.",
  fix: "Set clusterConfig.zoneAwarenessEnabled, zoneAwarenessConfig.availabilityZoneCount and a multiple of it as instanceCount.",
  controls: ["Opensearch.6"],
  source:
    "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/managedomains-multiaz.html",
  config: {
    minNodes: integer("Fewest data nodes.", 3, [1, 1002]),
    leastZones: integer("Fewest zones; 1 asks for no spread.", 3, [1, 3]),
  },
  *check({ clusterConfig }, { minNodes, leastZones }) {
    const nodes = clusterConfig?.instanceCount ?? 1;
    const zones =
      clusterConfig?.zoneAwarenessEnabled === true
        ? (clusterConfig.zoneAwarenessConfig?.availabilityZoneCount ?? 2)
        : 1;
    yield* atLeast(nodes, minNodes, `instanceCount is ${nodes}`);
    yield* atLeast(zones, leastZones, `the domain is in ${zones} zones`);
    if (nodes % zones !== 0) {
      yield {
        fact: `instanceCount is ${nodes} in ${zones} zones`,
        limit: "it must be a multiple of the zones",
      };
    }
  },
});

/** Log types by the control that asks for them. */
const logTypes = ["ES_APPLICATION_LOGS", "AUDIT_LOGS", "SEARCH_SLOW_LOGS", "INDEX_SLOW_LOGS"];

export const domainLogs = resourcePolicy("opensearch-domain-logs", Domain, {
  rule: "Publish a domain's logs to CloudWatch.",
  reason:
    "The error log has the reason of refused writes, the audit log the readers, the slow logs the queries that delay others.",
  fix: "Add the log type to logPublishingOptions with a log group; AUDIT_LOGS take fine-grained access control.",
  controls: ["Opensearch.4", "Opensearch.5"],
  source:
    "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/createdomain-configure-slow-logs.html",
  config: {
    logTypes: texts("Log types that must be published.", logTypes),
  },
  *check({ logPublishingOptions = [] }, { logTypes: required }) {
    const published = logPublishingOptions
      .filter(({ enabled }) => enabled !== false)
      .map(({ logType }) => logType);
    for (const type of required.filter((one) => !published.includes(one))) {
      yield { fact: `logPublishingOptions lack ${type}`, limit: "it must be published" };
    }
  },
});

export const domainUpdates = resourcePolicy("opensearch-domain-software-updates", Domain, {
  severity: "low",
  rule: "Let a domain install software updates automatically, in its off-peak window.",
  reason: "An update that waits for approval delays security fixes.",
  fix: "Set softwareUpdateOptions.autoSoftwareUpdateEnabled.",
  controls: ["Opensearch.10"],
  source:
    "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/service-software.html",
  *check({ softwareUpdateOptions }) {
    const enabled = softwareUpdateOptions?.autoSoftwareUpdateEnabled;
    yield* mustBe("softwareUpdateOptions.autoSoftwareUpdateEnabled", enabled, true);
  },
});
