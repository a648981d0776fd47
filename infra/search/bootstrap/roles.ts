import type { Body, Role } from "./domain-settings";

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

/**
 * Failed requests and changes of roles go to the audit log; documents and reads do not.
 * https://docs.aws.amazon.com/opensearch-service/latest/developerguide/audit-logs.html
 */
export const auditConfiguration: Body = {
  enabled: true,
  audit: {
    enable_rest: true,
    disabled_rest_categories: ["GRANTED_PRIVILEGES", "AUTHENTICATED"],
    enable_transport: true,
    disabled_transport_categories: ["GRANTED_PRIVILEGES", "AUTHENTICATED"],
    resolve_bulk_requests: false,
    log_request_body: false,
    resolve_indices: true,
    exclude_sensitive_headers: true,
    ignore_users: [],
    ignore_requests: [],
  },
  compliance: {
    enabled: true,
    internal_config: true,
    external_config: false,
    read_metadata_only: true,
    read_watched_fields: {},
    read_ignore_users: [],
    write_metadata_only: true,
    write_log_diffs: false,
    write_watched_indices: [],
    write_ignore_users: [],
  },
};

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
