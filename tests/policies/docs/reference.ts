import { readFileSync } from "node:fs";
import path from "node:path";
import { controls, reasons } from "./controls";
import { exempt } from "../../../policies/engine/policy";
import { exceptions } from "../../../policies/engine/violation";
import type { PolicyFamily } from "../../../policies/pack";
import type { StreamingPolicy } from "../../../policies/engine/policy";
import type { Setting } from "../../../policies/engine/setting-schema";

const introduction = readFileSync(
  path.join(__dirname, "../../../policies/docs/introduction.md"),
  "utf8",
);

/** The documentation of a pack in Markdown, from what its policies say about themselves. */
export function policyReference(families: readonly PolicyFamily[]): string {
  return [
    "<!-- Made from policies/ by npm run docs:policies; not to be edited. -->\n",
    introduction,
    stackRules(families.flatMap(({ policies }) => policies)),
    "## Overview",
    "| Policy | Rule | Severity | Security Hub |\n| --- | --- | --- | --- |",
    ...families.flatMap(({ policies }) =>
      policies.map(({ text: { name, rule, severity, controls = [] } }) =>
        row(`[${name}](#${name})`, rule, severity, controls.join(", ")),
      ),
    ),
    ...families.flatMap(({ title, policies }) => ["", `## ${title}`, ...policies.map(section)]),
    controlTable(families.flatMap(({ policies }) => policies)),
  ].join("\n");
}

function stackRules(policies: readonly StreamingPolicy[]): string {
  const names = policies.filter((policy) => "validateStack" in policy).map(({ name }) => name);
  return [
    "## Policies about a whole stack",
    `${names.length} of the ${policies.length} policies judge relations between resources, once all of them are declared: in an update only after it. Run a preview before each update, which judges them before anything is created.`,
    `${names.map((name) => `[${name}](#${name})`).join(", ")}.\n`,
  ].join("\n\n");
}

function section({ text, configSchema }: StreamingPolicy): string {
  const properties = (configSchema?.properties ?? {}) as Readonly<Record<string, Setting<unknown>>>;
  const settings = Object.entries(properties).filter(
    ([, setting]) => setting !== exceptions && setting !== exempt,
  );
  return [
    "",
    `### ${text.name}`,
    `**${text.rule}** ${text.reason}${text.level === undefined ? "" : " It only informs."}`,
    text.fix,
    ...(text.source === undefined ? [] : [`AWS documentation: <${text.source}>`]),
    ...(settings.length === 0 ? [] : [settingsTable(settings)]),
  ].join("\n\n");
}

function controlTable(policies: readonly StreamingPolicy[]): string {
  const rows = Object.entries(controls).map(([id, title]) => {
    const implementing = policies.filter(({ text }) => text.controls?.includes(id));
    const links = implementing.map(({ name }) => `[${name}](#${name})`).join(", ");
    return row(id, title, links === "" ? (reasons[id] ?? "") : links);
  });
  return [
    "",
    "## Security Hub",
    "",
    "Every control of [AWS Security Hub](https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-controls-reference.html) about the kinds of resources above: the policies whose defaults satisfy it, or why no policy covers it.",
    "",
    "| Control | Title | Policy |\n| --- | --- | --- |",
    ...rows,
  ].join("\n");
}

function settingsTable(settings: readonly (readonly [string, Setting<unknown>])[]): string {
  return [
    "| Setting | Meaning | Allowed | Default |\n| --- | --- | --- | --- |",
    ...settings.map(([name, setting]) =>
      row(
        `\`${name}\``,
        setting.description,
        allowed(setting),
        `\`${JSON.stringify(setting.default)}\``,
      ),
    ),
  ].join("\n");
}

function allowed({ type, items, minimum, maximum }: Setting<unknown>): string {
  switch (type) {
    case "integer":
      return maximum === undefined ? `${minimum ?? ""} or more` : `${minimum ?? ""} to ${maximum}`;
    case "boolean":
      return "true, false";
    case "array":
      return items instanceof Object && "type" in items && items.type === "integer"
        ? "list of numbers"
        : "list of texts";
    default:
      return "text";
  }
}

function row(...cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}
