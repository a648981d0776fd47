/** A JSON object as OpenSearch's API takes it. */
export type Body = Readonly<Record<string, unknown>>;

/** A role of fine-grained access control: https://docs.opensearch.org/2.19/security/access-control/api/#create-role */
export interface Role {
  readonly cluster_permissions: readonly string[];
  readonly index_permissions: readonly {
    readonly index_patterns: readonly string[];
    readonly allowed_actions: readonly string[];
  }[];
  readonly tenant_permissions?: readonly {
    readonly tenant_patterns: readonly string[];
    readonly allowed_actions: readonly string[];
  }[];
}

/** Name of the repository of daily snapshots. */
export const snapshotRepository = "pipeline";

/** What a domain should hold besides documents; everything by name. */
export interface DomainSettings {
  /** Templates of indices; what can be changed later also reaches the indices that they match. */
  readonly indexTemplates: Readonly<Record<string, Body>>;
  /** Policies of index state management. */
  readonly lifecyclePolicies: Readonly<Record<string, Body>>;
  /** Roles of fine-grained access control; none in a domain without it. */
  readonly roles: Readonly<Record<string, Role>>;
  /** ARNs of the IAM roles that have such a role. */
  readonly roleMappings: Readonly<Record<string, readonly string[]>>;
  /** Configuration of the audit log. @default left as it is, in a domain without access control */
  readonly audit?: Body;
  /** Repository of snapshots in S3 and the policy that takes and deletes them. @default none */
  readonly snapshots?: { readonly repository: Body; readonly policy: Body };
  /** Saved objects of OpenSearch Dashboards, a line of JSON each; those that are there are replaced. */
  readonly savedObjects: string;
}

/** What was done with the settings, each named like `index template dead-letters`. */
export interface Report {
  readonly applied: readonly string[];
  /** Left out, because the domain is declared to lack the plugin that they are for. */
  readonly skipped: readonly string[];
}
