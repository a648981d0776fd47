import type { DomainArgs } from "@pulumi/aws/opensearch";
import type { Unwrap } from "@pulumi/pulumi";

/**
 * The kinds of nodes that a domain has: data nodes, and dedicated masters, warm nodes and others where switched on; with
 * the fields of clusterConfig that say so.
 */
export function nodeGroups({ clusterConfig: cluster = {} }: Unwrap<DomainArgs>) {
  // The service's default is one data node.
  const kinds = [
    "instance",
    ...(cluster.dedicatedMasterEnabled === true ? ["dedicatedMaster" as const] : []),
    ...(cluster.warmEnabled === true ? ["warm" as const] : []),
  ] as const;
  return [
    ...kinds.map((kind) => ({
      typeField: `${kind}Type`,
      type: cluster[`${kind}Type`],
      countField: `${kind}Count`,
      count: cluster[`${kind}Count`] ?? (kind === "instance" ? 1 : undefined),
    })),
    ...(cluster.nodeOptions ?? []).map(({ nodeConfig }, index) => ({
      typeField: `nodeOptions[${index}].nodeConfig.type`,
      type: nodeConfig?.type,
      countField: `nodeOptions[${index}].nodeConfig.count`,
      count: nodeConfig?.count,
    })),
  ];
}
