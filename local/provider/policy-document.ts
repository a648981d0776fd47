import { isObject, type Values } from "./values";

/**
 * The JSON text that `aws.iam.getPolicyDocument` makes of its statements.
 *
 * @throws on arguments beyond statements, id and version.
 */
export function policyDocument(args: Values): string {
  const { statements, version = "2012-10-17", policyId, ...rest } = args;
  const unsupported = Object.keys(rest);
  if (unsupported.length > 0) {
    throw new Error(
      `iam.getPolicyDocument: the local AWS provider takes statements, policyId and version; ` +
        `got also ${unsupported.join(", ")}.`,
    );
  }
  return JSON.stringify(
    { Version: version, Id: policyId, Statement: objects(statements).map(statement) },
    null,
    2,
  );
}

function statement(args: Values): Values {
  return {
    Sid: args["sid"],
    Effect: args["effect"] ?? "Allow",
    Action: oneOrMany(args["actions"]),
    NotAction: oneOrMany(args["notActions"]),
    Resource: oneOrMany(args["resources"]),
    NotResource: oneOrMany(args["notResources"]),
    Principal: principals(args["principals"]),
    NotPrincipal: principals(args["notPrincipals"]),
    Condition: conditions(args["conditions"]),
  };
}

/** AWS takes a single value in place of an array of one. */
function oneOrMany(values: unknown): unknown {
  if (!Array.isArray(values) || values.length === 0) return undefined;
  return values.length === 1 ? (values[0] as unknown) : values;
}

function principals(value: unknown): unknown {
  const all = objects(value);
  if (all.length === 0) return undefined;
  const everyone = all.find(
    ({ type, identifiers }) => type === "*" && oneOrMany(identifiers) === "*",
  );
  if (everyone) return "*";
  return grouped(all.map(({ type, identifiers }) => [String(type), identifiers]));
}

function conditions(value: unknown): unknown {
  const all = objects(value);
  if (all.length === 0) return undefined;
  const tests = [...new Set(all.map(({ test }) => String(test)))];
  return Object.fromEntries(
    tests.map((test) => [
      test,
      grouped(
        all
          .filter((condition) => condition["test"] === test)
          .map(({ variable, values }) => [String(variable), values]),
      ),
    ]),
  );
}

function grouped(entries: readonly (readonly [string, unknown])[]): Values {
  const groups: Record<string, unknown[]> = {};
  for (const [key, values] of entries) {
    (groups[key] ??= []).push(...(Array.isArray(values) ? (values as unknown[]) : []));
  }
  return Object.fromEntries(Object.entries(groups).map(([key, all]) => [key, oneOrMany(all)]));
}

function objects(value: unknown): readonly Values[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}
