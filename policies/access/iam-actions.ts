import tables from "../engine/iam-tables.json";
import { covers } from "../engine/policy-document";

/** Actions that only read or list and know no resources, by the service authorization reference; in lower case. */
export const unscopedActions: ReadonlySet<string> = actionSet(tables.unscoped);

/** Actions that change who may do what. */
const permissionActions = [...actionSet(tables.permissions)];

/** AWS's managed policies that allow all of a service, or more, on every resource. */
export const broadPolicies: ReadonlySet<string> = new Set(tables.broadPolicies.split(" "));

/**
 * Whether an action with wildcards covers more than its spelling shows: it has no whole verb before the first wildcard
 * (kinesis:*e*, s3:D*), or it covers an action that changes permissions.
 */
export function isBroad(action: string): boolean {
  const [literal = ""] = action.split(/[*?]/);
  if (literal === action) {
    return false;
  }
  const isVerb = /:[A-Z][a-z]{2,}/i.test(literal);
  return !isVerb || permissionActions.some((one) => covers([action], one));
}

function actionSet(table: string): ReadonlySet<string> {
  return new Set(
    table.split(",").flatMap((service) => {
      const [prefix = "", names = ""] = service.split(":");
      return names.split(" ").map((name) => `${prefix}:${name}`.toLowerCase());
    }),
  );
}
