import path from "node:path";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import audit from "./audit-configuration.json";
import { sha256 } from "../../core/bundle";
import { componentInputs } from "../../core/component";
import { allow, type RoleReference, type Statement } from "../../core/iam";
import { jsonByName } from "../../core/json-files";
import { limits } from "../../core/limits";
import { NodeFunction } from "../../core/node-function";
import type { Body, DomainSettings, Role } from "./domain-settings";
import { dailySnapshots, type SnapshotSettings } from "../snapshots";
import { dashboardSources, importBody } from "./saved-objects";
import { Problems } from "../../core/validate";

export interface SearchBootstrapArgs {
  /** URL of the domain, such as `SearchDomain.endpoint`. */
  readonly endpoint: pulumi.Input<string>;
  /** The domain's master user, a role that lambda.amazonaws.com may assume. */
  readonly masterRole: RoleReference;
  /** What the master user needs for that, such as `SearchDomain.adminStatements()`. */
  readonly statements: readonly Statement[];
  /** Where the domain is reached from. @default outside any VPC, for a domain that is public */
  readonly vpc?: {
    /** Private subnets, in two availability zones or more. */
    readonly subnetIds: pulumi.Input<pulumi.Input<string>[]>;
    /** Security groups that may reach the domain. */
    readonly securityGroupIds: readonly pulumi.Input<string>[];
  };
  /**
   * Folders with the settings, each with any of the folders `index-templates` and `lifecycle-policies`, whose JSON files are
   * named after what they hold, and `dashboards`, whose JSON files list saved objects. @default none
   */
  readonly folders?: readonly string[];
  /** Index templates by name, besides those of the folders, which replace one of the same name. @default none */
  readonly indexTemplates?: Readonly<Record<string, Body>>;
  /** Patterns of the indices that the roles may use. @default those of the index templates */
  readonly indexPatterns?: readonly string[] | undefined;
  /** Copies of each shard besides the primary, 0 to 2; as many as there are zones left. */
  readonly replicas: number;
  /** Primary shards of an index whose template sets no number, 1 to 1,024. @default 1 */
  readonly indexShards?: number;
  /** Whether the domain has UltraWarm nodes. Without them lifecycle policies migrate nothing. @default false */
  readonly warm?: boolean;
  /** Whether the domain has fine-grained access control. Without it no role is mapped. @default true */
  readonly accessControl?: boolean;
  /** Daily snapshots, such as `SearchSnapshots.settings`. @default those of the service, which end with the domain */
  readonly snapshots?: SnapshotSettings<pulumi.Input<string>> | undefined;
  /** ARNs of the IAM roles that write results, such as the job's. */
  readonly writerRoleArns: readonly pulumi.Input<string>[];
  /** ARNs of the IAM roles with which Firehose delivers. @default none */
  readonly deliveryRoleArns?: readonly pulumi.Input<string>[];
  /** ARNs of the IAM roles of people and services that read. @default none */
  readonly readerRoleArns?: readonly pulumi.Input<string>[];
  /** ARNs of the IAM roles of people who administer the domain, besides the master user. @default none */
  readonly adminRoleArns?: readonly pulumi.Input<string>[];
  /** Days for which the function's log is kept, one of those CloudWatch Logs offers. */
  readonly logRetentionDays: number;
  /** ARN of the KMS key that encrypts that log. @default CloudWatch's own key */
  readonly kmsKeyArn?: pulumi.Input<string> | undefined;
}

/** Longest wait for a domain that was just created to know its master user. */
const timeoutSeconds = 300;

/**
 * What a search domain holds besides documents, as code: index templates, lifecycle policies and, for fine-grained
 * access control, roles and who has them. A function inside the domain's network puts it in place when the domain is
 * created and again when any of it changes; the deployment fails when the domain refuses something.
 *
 * What is taken out of the program stays in the domain.
 *
 * @example
 * const admin = new ServiceRole("search-admin", { service: "lambda.amazonaws.com" });
 * const search = new SearchDomain("search", { ...sizes, vpc, masterUserArn: admin.arn, logRetentionDays: 30 });
 * new SearchBootstrap("search-settings", {
 *   endpoint: search.endpoint,
 *   masterRole: admin,
 *   statements: search.adminStatements(),
 *   vpc: { subnetIds: network.privateSubnetIds, securityGroupIds: search.clientSecurityGroupIds },
 *   folders: ["search-settings"],
 *   replicas: 1,
 *   writerRoleArns: [job.arn],
 *   logRetentionDays: 30,
 * });
 */
export class SearchBootstrap extends pulumi.ComponentResource {
  /** What was applied, as JSON; resources that depend on it find the settings in place. */
  readonly report: pulumi.Output<string>;

  /** @throws Error that lists every invalid argument. */
  constructor(name: string, args: SearchBootstrapArgs, opts?: pulumi.ComponentResourceOptions) {
    const inputs = componentInputs(args, "folders");
    super("streaming:infra:SearchBootstrap", name, inputs, opts);
    const problems = new Problems();
    problems.check(args, {
      replicas: limits.searchReplicas,
      indexShards: limits.searchIndexShards,
    });
    problems.throwIfAny(`SearchBootstrap "${name}" has invalid arguments`);

    const settings = pulumi.jsonStringify(
      domainSettings({ ...args, masterRoleArn: args.masterRole.arn }),
    );
    const bootstrap = new NodeFunction(
      name,
      {
        description:
          "Puts index templates, lifecycle policies, roles and dashboards of a domain in place",
        entryPath: path.join(__dirname, "handler.ts"),
        timeoutSeconds,
        environment: {
          SEARCH_ENDPOINT: args.endpoint,
          // An invocation repeats what was deployed, and no more.
          SETTINGS_SHA256: settings.apply(sha256),
        },
        role: args.masterRole,
        statements: [
          ...args.statements,
          // The domain takes a role only of a caller that may pass it:
          // https://docs.aws.amazon.com/opensearch-service/latest/developerguide/managedomains-snapshots.html
          ...(args.snapshots ? [allow(["iam:PassRole"], [args.snapshots.roleArn])] : []),
        ],
        vpc: args.vpc,
        logRetentionDays: args.logRetentionDays,
        kmsKeyArn: args.kmsKeyArn,
      },
      { parent: this },
    );
    const invocation = new aws.lambda.Invocation(
      name,
      {
        functionName: bootstrap.name,
        // Another text invokes the function again.
        input: settings,
        // New code may put the same settings in place in another way.
        triggers: { function: bootstrap.versionArn },
      },
      { parent: this },
    );

    this.report = invocation.result;
    this.registerOutputs({ report: this.report });
  }
}

/** What a domain should hold, by the files of the folders and by the principals of each role. */
export function domainSettings<Arn>(
  args: Pick<
    SearchBootstrapArgs,
    | "accessControl"
    | "folders"
    | "indexPatterns"
    | "indexShards"
    | "indexTemplates"
    | "replicas"
    | "warm"
  > & {
    readonly masterRoleArn: Arn;
    readonly snapshots?: SnapshotSettings<Arn> | undefined;
    readonly writerRoleArns: readonly Arn[];
    readonly deliveryRoleArns?: readonly Arn[] | undefined;
    readonly readerRoleArns?: readonly Arn[] | undefined;
    readonly adminRoleArns?: readonly Arn[] | undefined;
  },
): Omit<DomainSettings, "roleMappings"> & {
  readonly roleMappings: Readonly<Record<string, readonly Arn[]>>;
} {
  const { deliveryRoleArns = [], readerRoleArns = [], adminRoleArns = [] } = args;
  const { accessControl = true, folders = [], indexShards = 1, replicas, warm = false } = args;
  const within = (name: string) => folders.map((folder) => path.join(folder, name));
  const templates = { ...args.indexTemplates, ...jsonByName<Body>(within("index-templates")) };
  const patterns =
    args.indexPatterns ??
    Object.values(templates).flatMap((template) => template["index_patterns"] as string[]);
  const { writer, delivery, reader } = pipelineRoles(patterns);
  const given = [
    { name: "pipeline_writer", role: writer, arns: args.writerRoleArns },
    { name: "pipeline_delivery", role: delivery, arns: deliveryRoleArns },
    { name: "pipeline_reader", role: reader, arns: readerRoleArns },
    // A role is written without principals, too: left out, the last one would keep its access.
  ].filter(() => accessControl);
  const admins = [args.masterRoleArn, ...adminRoleArns];
  return {
    indexTemplates: Object.fromEntries(
      Object.entries(templates).map(([name, template]) => [
        name,
        withSettings(template, indexShards, replicas),
      ]),
    ),
    lifecyclePolicies: Object.fromEntries(
      Object.entries(jsonByName<Body>(within("lifecycle-policies"))).map(([name, policy]) => [
        name,
        warm ? policy : withoutMigration(policy),
      ]),
    ),
    roles: Object.fromEntries(given.map(({ name, role }) => [name, role])),
    roleMappings: {
      ...Object.fromEntries(given.map(({ name, arns }) => [name, arns])),
      ...(accessControl && Object.fromEntries(adminRoles.map((name) => [name, admins]))),
    },
    // Failed requests and changes of roles, without documents and reads:
    // https://docs.aws.amazon.com/opensearch-service/latest/developerguide/audit-logs.html
    ...(accessControl && { audit }),
    ...(args.snapshots && { snapshots: dailySnapshots(args.snapshots) }),
    savedObjects: importBody(dashboardSources(within("dashboards"))),
  };
}

/** Thresholds above which requests are logged; without them the slow logs stay empty. */
const slowLogs = {
  "search.slowlog.threshold.query.warn": "5s",
  "search.slowlog.threshold.fetch.warn": "1s",
  "indexing.slowlog.threshold.index.warn": "10s",
};

/** A template whose indices have the shards, the replicas and the slow logs of the domain. */
function withSettings(template: Body, indexShards: number, replicas: number): Body {
  const inner = (template["template"] ?? {}) as Body;
  const settings = {
    number_of_shards: indexShards,
    ...slowLogs,
    ...(inner["settings"] as Body | undefined),
    number_of_replicas: replicas,
  };
  return { ...template, template: { ...inner, settings } };
}

/** A policy without `warm_migration`, which fails in a domain without UltraWarm nodes. */
function withoutMigration(policy: Body): Body {
  return JSON.parse(JSON.stringify(policy), (key, value: unknown) =>
    key === "actions" && Array.isArray(value)
      ? value.filter((action: Body) => !("warm_migration" in action))
      : value,
  ) as Body;
}

/**
 * The domain's own roles that its administrators have: everything, role mappings, and snapshots.
 * https://docs.aws.amazon.com/opensearch-service/latest/developerguide/fgac.html#fgac-more-masters
 */
export const adminRoles = ["all_access", "security_manager", "manage_snapshots"] as const;

/** Roles that a pipeline needs in its domain; each may do what it says on some indices and nothing else. */
function pipelineRoles(indexPatterns: readonly string[]) {
  const writing = (...allowed_actions: readonly string[]): Role => ({
    cluster_permissions: ["cluster_composite_ops", "cluster_monitor"],
    // None on no indices: the domain refuses a permission without a pattern.
    index_permissions:
      indexPatterns.length === 0 ? [] : [{ index_patterns: indexPatterns, allowed_actions }],
  });
  // Reads documents, and the dashboards that others have saved.
  const reader: Role = {
    cluster_permissions: ["cluster_composite_ops_ro"],
    index_permissions: [
      { index_patterns: [...indexPatterns, ".kibana*"], allowed_actions: ["read"] },
    ],
    tenant_permissions: [
      { tenant_patterns: ["global_tenant"], allowed_actions: ["kibana_all_read"] },
    ],
  };
  return {
    // Makes indices, and reads and writes documents, as the job's sink does.
    writer: writing("create_index", "crud"),
    // What Firehose demands: https://docs.aws.amazon.com/firehose/latest/dev/controlling-access.html#using-iam-es
    delivery: writing("create_index", "manage", "crud"),
    reader,
  };
}
