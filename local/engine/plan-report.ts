import path from "node:path";
import { logicalName } from "../provider/names";
import { isAsset, isObject, isResource, mapValues, UNKNOWN } from "../provider/values";
import type { OperationResult } from "./policy-pack";

const SIGNS: Readonly<Record<string, string>> = {
  create: "+",
  update: "~",
  replace: "±",
  delete: "-",
  same: " ",
};

/** Resources under the components that they belong to, then every policy. */
export function planText(stack: string, result: OperationResult): string {
  // What the program declares; the engine adds the stack itself and its providers.
  const resources = result.resources.filter(({ type }) => !type.startsWith("pulumi:"));
  const urns = new Set(resources.map(({ urn }) => urn));
  const lines = (parents: (parent: string) => boolean, depth: number): string[] =>
    resources
      .filter(({ parent }) => parents(parent))
      .flatMap(({ urn, type, op, changes }) => {
        const what = `${"  ".repeat(depth)}${SIGNS[op] ?? op} ${type} ${logicalName(urn)}`;
        const isChange = op !== "create" && changes.length > 0;
        return [
          isChange ? `${what} (${changes.join(", ")})` : what,
          ...lines((parent) => parent === urn, depth + 1),
        ];
      });
  const summary = Object.entries(result.summary).map(([op, count]) => `${count} ${op}`);
  const passed = result.policies.filter((policy) => policy.result === "passed");
  return [
    `Plan of the stack ${stack}`,
    "",
    ...lines((parent) => !urns.has(parent), 0),
    "",
    `Resources: ${summary.join(", ")}`,
    "",
    ...result.policies.map(({ name, enforcementLevel, result: outcome, passes }) => {
      const level = enforcementLevel === "mandatory" ? "" : ` (${enforcementLevel})`;
      return outcome === "violated"
        ? `${violationSign(enforcementLevel)} violated ${name}${level}`
        : `✓ passed   ${name}${level}${passes === 0 ? ": nothing to judge" : ""}`;
    }),
    "",
    `Policies: ${passed.length} of ${result.policies.length} passed`,
    ...result.violations.flatMap(({ name, enforcementLevel, resource, message }) => [
      "",
      `${violationSign(enforcementLevel)} ${name}, ${logicalName(resource) || "the stack"}:`,
      ...message.split("\n").map((line) => `  ${line}`),
    ]),
  ].join("\n");
}

/** What stops a deployment is crossed, what only advises is not. */
function violationSign(enforcementLevel: string): string {
  return enforcementLevel === "mandatory" ? "✗" : "!";
}

/** What stands for a value that is known only in the update. */
export const unknownText = "[unknown before the update]";

/**
 * A value as the same program gives it on any machine and at any time.
 *
 * @param root - the project's folder; paths are given from there.
 */
export function stable(value: unknown, root: string): unknown {
  if (value === UNKNOWN) return unknownText;
  if (typeof value === "string") return fromRoot(value, root);
  if (Array.isArray(value)) return value.map((item) => stable(item, root));
  if (!isObject(value)) return value;
  if (isAsset(value)) {
    const { hash, path: file } = value;
    const name = typeof file === "string" ? ` ${fromRoot(file, root)}` : "";
    return `[asset${name} sha256:${String(hash)}]`;
  }
  if (isResource(value)) return String(value["urn"]);
  // The engine masks secrets before it reports them.
  if ("ciphertext" in value) return "[secret]";
  const sorted = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return mapValues(Object.fromEntries(sorted), (item) => stable(item, root));
}

function fromRoot(text: string, root: string): string {
  return text.startsWith(`${root}${path.sep}`) ? path.relative(root, text) : text;
}
