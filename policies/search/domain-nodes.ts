import type { DomainArgs } from "@pulumi/aws/opensearch";
import type { Unwrap } from "@pulumi/pulumi";

/** Nodes of one kind in a domain, with the fields of clusterConfig that say so. */
export interface NodeGroup {
  readonly typeField: string;
  readonly type: string | undefined;
  readonly countField: string;
  readonly count: number | undefined;
}

/** The kinds of nodes that a domain has: data nodes, and dedicated masters, warm nodes and others where switched on. */
export function nodeGroups({
  clusterConfig: cluster,
}: Pick<Unwrap<DomainArgs>, "clusterConfig">): readonly NodeGroup[] {
  return [
    {
      typeField: "instanceType",
      type: cluster?.instanceType,
      countField: "instanceCount",
      // The service's default.
      count: cluster?.instanceCount ?? 1,
    },
    ...(cluster?.dedicatedMasterEnabled === true
      ? [
          {
            typeField: "dedicatedMasterType",
            type: cluster.dedicatedMasterType,
            countField: "dedicatedMasterCount",
            count: cluster.dedicatedMasterCount,
          },
        ]
      : []),
    ...(cluster?.warmEnabled === true
      ? [
          {
            typeField: "warmType",
            type: cluster.warmType,
            countField: "warmCount",
            count: cluster.warmCount,
          },
        ]
      : []),
    ...(cluster?.nodeOptions ?? []).map(({ nodeConfig }, index) => ({
      typeField: `nodeOptions[${index}].nodeConfig.type`,
      type: nodeConfig?.type,
      countField: `nodeOptions[${index}].nodeConfig.count`,
      count: nodeConfig?.count,
    })),
  ];
}
