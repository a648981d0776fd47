import type { ResourceStep } from "../engine/run-record";
import { logicalName } from "../provider/names";
import type { DeployedResource } from "./pipeline-status";

export function deployedResources(
  steps: readonly Pick<ResourceStep, "urn" | "type" | "parent" | "op">[],
): readonly DeployedResource[] {
  const standing = steps.filter(({ op, type }) => op !== "delete" && !type.startsWith("pulumi:"));
  const places = new Map(standing.map(({ urn }, at) => [urn, at]));
  return standing.map(({ urn, type, parent }) => ({
    name: logicalName(urn),
    type,
    parent: places.get(parent) ?? null,
  }));
}
