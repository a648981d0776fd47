import { unknownText } from "../engine/plan-report";
import { isCompared, previewDocument, type Preview } from "./document";
import type { Change, Operation } from "./plan";
import { commonEnds, valueText, type PropertyChange } from "./structure";
import {
  accessOf,
  cautionsOf,
  counted,
  headline,
  operationCounts,
  origin,
  policySummary,
  shortened,
  signed,
  usd,
  verbs,
  violator,
} from "./summary";

/** Characters of each section; together less than the 65,536 that a comment on GitHub may have. */
const budgets = { caution: 4_000, access: 10_000, changes: 22_000, policies: 14_000, cost: 4_000 };
const maxProperties = 8;
const maxNames = 6;
const maxCodes = 20;
const maxCodeLength = 600;
const maxValueLength = 60;

const signs = {
  replace: "±",
  delete: "−",
  update: "~",
  create: "+",
  import: "←",
  keep: "=",
} as const;

/**
 * A preview as Markdown for a comment or a summary; the first line marks it, so that a later one can take its place.
 */
export function previewMarkdown(preview: Preview): string {
  const { plan, against, isDeployed } = preview;
  const [verdict = "", ...facts] = headline(preview);
  const other = isDeployed
    ? " against the deployed stack"
    : against === undefined
      ? ""
      : ` against \`${against.ref}\` (${against.commit})`;
  return `${[
    mark(plan.stack, isDeployed),
    `## Preview of ${plan.stack}${other}`,
    [`**${verdict}**`, ...facts].join(" · "),
    ...(isCompared(preview)
      ? [...caution(preview), ...access(preview), ...changes(preview)]
      : inventory(preview)),
    ...unknown(preview),
    ...policies(preview),
    ...cost(preview),
    [`${escaped(origin(preview))}.`, ...settings(preview)].join(" "),
  ].join("\n\n")}\n`;
}

/** A preview that failed, in the place of one that succeeded earlier. */
export function failureMarkdown(stack: string, isDeployed: boolean, message: string): string {
  const lines = fitting(message.trim().split("\n").map(escaped), budgets.changes, "");
  return `${mark(stack, isDeployed)}\n\n## Preview of ${stack}\n\n**Preview failed**; nothing was compared or judged.<br>${lines.join("<br>")}\n`;
}

function mark(stack: string, isDeployed: boolean): string {
  return `<!-- preview of ${stack}${isDeployed ? "-deployed" : ""} -->`;
}

function caution({ plan }: Preview): string[] {
  const lines = cautionsOf(plan).map(({ name, component, operation, dataLoss, isStopped }) => {
    const place = component === "" ? "" : ` of ${escaped(component)}`;
    const what = `> **${escaped(name)}**${place} is ${verbs[operation]}`;
    return [what, dataLoss, isStopped && "it is protected, which stops the update"]
      .filter(Boolean)
      .join("; ");
  });
  return lines.length === 0
    ? []
    : [["> [!CAUTION]", ...fitting(lines, budgets.caution, "> ")].join("\n>\n")];
}

function access({ plan }: Preview): string[] {
  const lines = accessOf(plan).map(
    ({ widens, text }) => `- ${widens ? "⚠️ " : ""}${withFewerCodes(text)}`,
  );
  if (lines.length === 0) return [];
  return ["### IAM and network access", fitting(lines, budgets.access, "- ").join("\n")];
}

/** The text with the start of each long code span, and of each long list of them. */
function withFewerCodes(text: string): string {
  return text
    .replace(/`([^`]*)`/g, (_, content: string) => `\`${shortened(content, maxCodeLength)}\``)
    .replace(/`[^`]*`(?:, `[^`]*`)+/g, (list) => {
      const all = list.match(/`[^`]*`/g) ?? [];
      const more = all.length - maxCodes;
      return more > 0 ? `${all.slice(0, maxCodes).join(", ")}, ${more} more` : list;
    });
}

interface Row {
  readonly operation: Operation;
  readonly changes: readonly Change[];
  readonly component: string;
  readonly details: readonly string[];
}

function changes({ plan }: Preview): string[] {
  if (plan.changes.length === 0) {
    return [
      `**No changes**: both sides declare the same ${counted(plan.resources.length, "resource")}.`,
    ];
  }
  const rows = rowsOf(plan.changes);
  // By rank of their first rows: what is replaced or deleted makes a component come first.
  const components = [...new Set(rows.map(({ component }) => component))];
  const lines = components.flatMap((component) =>
    rows.filter((row) => row.component === component).map(rowText),
  );
  const heading = `### Changes: ${operationCounts(plan.changes).join(", ")}`;
  const headings = ["Component", "", "Resources", "Changes"];
  return [heading, table(headings, fitting(lines, budgets.changes, ""))];
}

/** Changes that are alike in one row: those with one cause, new and deleted parts of a component, equal values. */
function rowsOf(all: readonly Change[]): readonly Row[] {
  const rows = new Map<string, Row>();
  for (const change of all) {
    const { operation, component, causes, notes } = change;
    const own = ["create", "delete", "import"].includes(operation) ? component : "";
    const details = detailsOf(change);
    const key = JSON.stringify([operation, own, causes, notes, causes.length === 0 && details]);
    const { changes = [] } = rows.get(key) ?? {};
    const alike = [...changes, change];
    const { size } = new Set(alike.map((one) => one.component));
    const place = size === 1 ? component : `${size} components`;
    rows.set(key, { operation, changes: alike, component: place, details });
  }
  const ranks = Object.keys(signs);
  return [...rows.values()].sort((a, b) => ranks.indexOf(a.operation) - ranks.indexOf(b.operation));
}

function detailsOf({ properties, access: granted, causes, notes, operation }: Change): string[] {
  const more = properties.length - maxProperties;
  const isListed = causes.length === 0 && operation !== "create" && operation !== "delete";
  return [
    ...(causes.length > 0 ? [`follows the change of ${namesText(causes)}`] : []),
    ...(isListed ? properties.slice(0, maxProperties).map(propertyText) : []),
    ...(isListed && more > 0 ? [`… and ${more} more`] : []),
    ...(isListed && granted.length > 0 ? ["policy or access, see above"] : []),
    ...notes.map(escaped),
  ];
}

function rowText({ operation, changes: all, component, details }: Row): string {
  const kinds = new Map<string, string[]>();
  for (const { type, name } of all) {
    const kind = type.split(":").at(-1) ?? type;
    kinds.set(kind, [...(kinds.get(kind) ?? []), name]);
  }
  const resources =
    all.length > maxNames
      ? `${all.length}: ${[...kinds].map(([kind, names]) => `${escaped(kind)} × ${names.length}`).join(", ")}`
      : [...kinds].map(([kind, names]) => `${escaped(kind)} ${namesText(names)}`).join("<br>");
  const cells = [
    escaped(component),
    `${signs[operation]} ${verbs[operation]}`,
    resources,
    details.join("<br>"),
  ];
  return `| ${cells.join(" | ")} |`;
}

function namesText(names: readonly string[]): string {
  const more = names.length - maxNames;
  const shown = names.slice(0, maxNames).map((name) => `**${escaped(name)}**`);
  return [...shown, ...(more > 0 ? [`${more} more`] : [])].join(", ");
}

/** What becomes of a property; of long values the part that differs. */
export function propertyText({ path, before, after }: PropertyChange): string {
  const name = escaped(path);
  const [old, next] = [valueText(before), valueText(after)];
  if (next.startsWith("[asset")) return `${name}: new content`;
  if (next.startsWith(unknownText)) return `${name}: known only in the update`;
  if (next.startsWith("[secret]")) return `${name}: another secret`;
  if (typeof after === "object" && before === undefined) return `${name}: added`;
  if (typeof before === "object" && after === undefined) return `${name}: removed`;
  if (old.length <= maxValueLength && next.length <= maxValueLength) {
    return `${name}: ${escaped(old)} → ${escaped(next)}`;
  }
  const { start, end } = commonEnds(old, next);
  const part = (text: string): string => {
    const from = Math.max(0, start - 12);
    const until = Math.min(text.length, text.length - end + 12);
    const shown = shortened(text.slice(from, until), maxValueLength);
    return `${from > 0 ? "…" : ""}${shown}${until < text.length ? "…" : ""}`;
  };
  return `${name}: ${escaped(part(old))} → ${escaped(part(next))}`;
}

function inventory({ plan }: Preview): string[] {
  const counts = new Map<string, number>();
  for (const { type } of plan.resources) counts.set(type, (counts.get(type) ?? 0) + 1);
  // As Pulumi's documentation names types: aws:kinesis/stream:Stream is aws.kinesis.Stream.
  const shown = (type: string) => type.replace(/^([^:]+):([^/:]+)[^:]*:(.+)$/, "$1.$2.$3");
  const rows = [...counts].sort().map(([type, count]) => `| ${shown(type)} | ${count} |`);
  return [
    folded("Resources by type", table(["Type", "Count"], fitting(rows, budgets.changes, ""))),
  ];
}

function unknown({ plan }: Preview): string[] {
  if (plan.unknown.length === 0) return [];
  const all = plan.unknown.map(
    ({ resource, properties }) =>
      `${escaped(violator(resource))} (${escaped(properties.join(", "))})`,
  );
  const text = fitting(all, budgets.caution, "").join("; ");
  return [
    `Known only in the update, neither compared nor judged, in ${counted(all.length, "resource")}: ${text}.`,
  ];
}

function policies({ plan }: Preview): string[] {
  if (plan.result.policies.length === 0) return ["### Policies: this plan was made without them"];
  const { violated, text } = policySummary(plan);
  const heading = `### Policies: ${text}`;
  if (violated.length === 0) return [heading];
  const rows = violated.map(({ name, level, violations }) => {
    const [first] = violations;
    const [rule = "", ...facts] = (first?.message ?? "").split("\n");
    const sign = level === "mandatory" ? "❌" : "⚠️";
    const resources = namesText([...new Set(violations.map(({ resource }) => violator(resource)))]);
    const fact = escaped(shortened(facts[0] ?? rule, 300));
    return `| ${sign} **${name}** (${level}) | ${resources} | ${fact} |`;
  });
  const messages = violated.flatMap(({ name, violations }) =>
    violations.map(
      ({ resource, message }) =>
        `- **${name}**, ${escaped(violator(resource))}: ${escaped(message)}`,
    ),
  );
  const half = budgets.policies / 2;
  return [
    heading,
    table(["Policy", "Resources", "First finding"], fitting(rows, half, "")),
    folded("All findings", fitting(messages, half, "- ").join("\n")),
  ];
}

function cost(preview: Preview): string[] {
  const { costs } = previewDocument(preview);
  const unpriced =
    costs.unpriced.length === 0
      ? ""
      : `\n\nWithout a price: ${escaped(costs.unpriced.join(", "))}.`;
  const note = `List prices of what is there all month, without what depends on traffic.${unpriced}`;
  const rows = costs.changes.map(
    ({ resource, before, after }) =>
      `| ${escaped(resource)} | ${usd(before)} | ${usd(after)} | ${signed(after - before)} |`,
  );
  const heading = `Cost: ${usd(costs.monthly)} per month`;
  if (rows.length === 0) return [`### ${heading}`, shortened(note, budgets.cost)];
  const content = table(
    ["Resource", "Before", "After", "Difference"],
    fitting(rows, budgets.cost, ""),
  );
  return [`### ${heading}`, folded("Differences", content), shortened(note, budgets.cost)];
}

function settings({ settings: given = {}, against }: Preview): string[] {
  const all = Object.entries(given).map(
    ([key, value]) => `\`${key}=${shortened(valueText(value), 200).replaceAll("`", "'")}\``,
  );
  if (all.length === 0) return [];
  const side =
    against === undefined ? "" : `, for this program and not for that of \`${against.ref}\``;
  return [`Set over the stack's file${side}: ${all.join(", ")}.`];
}

function table(headings: readonly string[], rows: readonly string[]): string {
  return [`| ${headings.join(" | ")} |`, `|${" --- |".repeat(headings.length)}`, ...rows].join(
    "\n",
  );
}

/** As many lines as fit, and how many are left out. */
function fitting(lines: readonly string[], budget: number, mark: string): readonly string[] {
  let left = budget;
  const fits = lines.filter((line) => {
    if (line.length >= left) return false;
    left -= line.length + 1;
    return true;
  });
  const more = lines.length - fits.length;
  return more === 0
    ? lines
    : [...fits, `${mark || "\n"}… and ${more} more; npm run preview with --json lists all.`];
}

function folded(summary: string, content: string): string {
  return `<details><summary>${summary}</summary>\n\n${content}\n\n</details>`;
}

/** What stands in a cell must not end it, nor become Markdown, HTML or a mention. */
function escaped(text: string): string {
  return text
    .replace(/\s+/g, " ")
    .replace(/[\\`*_[\]|~]/g, "\\$&")
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;")
    .replace(/@/g, "&#64;");
}
