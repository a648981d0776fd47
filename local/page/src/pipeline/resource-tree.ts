import type { DeployedResource } from "../../../status/pipeline-status";

export interface ResourceNode {
  readonly name: string;
  /** The last part of the type, such as Stream. */
  readonly kind: string;
  /** What the type belongs to: an AWS service such as kinesis; null for a component of the program. */
  readonly service: string | null;
  readonly children: readonly ResourceNode[];
}

/** The resources that are there, each under its parent, in the order of the deployment. */
export function resourceTree(
  resources: readonly DeployedResource[],
  parent: number | null = null,
): readonly ResourceNode[] {
  return resources.flatMap((resource, at) => {
    if (resource.parent !== parent) return [];
    const [provider, module = "", kind = resource.type] = resource.type.split(":");
    return [
      {
        name: resource.name,
        kind,
        children: resourceTree(resources, at),
        service: provider === "aws" ? (module.split("/")[0] ?? null) : null,
      },
    ];
  });
}

/** How many resources there are in all, components apart. */
export function resourceCount(nodes: readonly ResourceNode[]): number {
  return nodes.reduce(
    (sum, { service, children }) => sum + (service === null ? 0 : 1) + resourceCount(children),
    0,
  );
}
