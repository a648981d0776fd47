import { Domain } from "@pulumi/aws/opensearch";
import { isSet } from "../engine/known";
import { resourcePolicy } from "../engine/policy";
import { atLeast, firstOf, mustBe } from "../engine/violation";

export const domainVpc = resourcePolicy("opensearch-domain-vpc", Domain, {
  // The subnets of a new network are unknown in a preview; their absence is not.
  check: ({ vpcOptions = {} }) =>
    !isSet(vpcOptions, "subnetIds") && "vpcOptions.subnetIds names no subnet",
});

export const domainAccessControl = resourcePolicy("opensearch-domain-access-control", Domain, {
  *check({ advancedSecurityOptions: security }, { allowInternalUsers }) {
    yield* mustBe("advancedSecurityOptions.enabled", security?.enabled, true);
    const anonymous = security?.anonymousAuthEnabled ?? false;
    yield* mustBe("advancedSecurityOptions.anonymousAuthEnabled", anonymous, false);
    if (security?.internalUserDatabaseEnabled === true && !allowInternalUsers) {
      yield "advancedSecurityOptions.internalUserDatabaseEnabled is true";
    }
  },
});

export const domainMasters = resourcePolicy("opensearch-domain-dedicated-masters", Domain, {
  *check({ clusterConfig }, { least }) {
    const masters =
      clusterConfig?.dedicatedMasterEnabled === true
        ? (clusterConfig.dedicatedMasterCount ?? 0)
        : 0;
    yield* firstOf(
      atLeast(masters, least, `the domain has ${masters} dedicated masters`),
      masters > 0 && masters % 2 === 0 ? [`dedicatedMasterCount is ${masters}`] : [],
    );
  },
});

export const domainZones = resourcePolicy("opensearch-domain-zones", Domain, {
  *check({ clusterConfig }, { minNodes, leastZones }) {
    const nodes = clusterConfig?.instanceCount ?? 1;
    const zones =
      clusterConfig?.zoneAwarenessEnabled === true
        ? (clusterConfig.zoneAwarenessConfig?.availabilityZoneCount ?? 2)
        : 1;
    yield* atLeast(nodes, minNodes, `instanceCount is ${nodes}`);
    yield* atLeast(zones, leastZones, `the domain is in ${zones} zones`);
    if (nodes % zones !== 0) {
      yield `instanceCount is ${nodes} in ${zones} zones`;
    }
  },
});

export const domainLogs = resourcePolicy("opensearch-domain-logs", Domain, {
  *check({ logPublishingOptions = [] }, { logTypes: required }) {
    const published = logPublishingOptions
      .filter(({ enabled }) => enabled !== false)
      .map(({ logType }) => logType);
    for (const type of required.filter((one) => !published.includes(one))) {
      yield `logPublishingOptions lack ${type}`;
    }
  },
});

export const domainUpdates = resourcePolicy("opensearch-domain-software-updates", Domain, {
  check: ({ softwareUpdateOptions: { autoSoftwareUpdateEnabled: enabled } = {} }) =>
    mustBe("softwareUpdateOptions.autoSoftwareUpdateEnabled", enabled, true),
});
