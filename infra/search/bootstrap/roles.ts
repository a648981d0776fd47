import type { Role } from "./domain-settings";

/** Roles that a pipeline needs in its domain, by name; each may do what it says on some indices and nothing else. */
export const roleNames = {
  writer: "pipeline_writer",
  delivery: "pipeline_delivery",
  reader: "pipeline_reader",
} as const;

/**
 * The domain's own roles that its administrators have: everything, role mappings, and snapshots.
 * https://docs.aws.amazon.com/opensearch-service/latest/developerguide/fgac.html#fgac-more-masters
 */
export const adminRoles = ["all_access", "security_manager", "manage_snapshots"] as const;

/** Makes indices, and reads and writes documents, as the job's sink does. */
export function writerRole(indexPatterns: readonly string[]): Role {
  return {
    cluster_permissions: ["cluster_composite_ops", "cluster_monitor"],
    index_permissions: onIndices(indexPatterns, ["create_index", "crud"]),
  };
}

/** What Firehose demands: https://docs.aws.amazon.com/firehose/latest/dev/controlling-access.html#using-iam-es */
export function deliveryRole(indexPatterns: readonly string[]): Role {
  return {
    cluster_permissions: ["cluster_composite_ops", "cluster_monitor"],
    index_permissions: onIndices(indexPatterns, ["create_index", "manage", "crud"]),
  };
}

/** None on no indices: the domain refuses a permission without a pattern. */
function onIndices(
  index_patterns: readonly string[],
  allowed_actions: readonly string[],
): Role["index_permissions"] {
  return index_patterns.length === 0 ? [] : [{ index_patterns, allowed_actions }];
}

/** Reads documents, and the dashboards that others have saved. */
export function readerRole(indexPatterns: readonly string[]): Role {
  return {
    cluster_permissions: ["cluster_composite_ops_ro"],
    index_permissions: [
      { index_patterns: [...indexPatterns, ".kibana*"], allowed_actions: ["read"] },
    ],
    tenant_permissions: [
      { tenant_patterns: ["global_tenant"], allowed_actions: ["kibana_all_read"] },
    ],
  };
}
