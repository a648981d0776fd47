import { statefulTypes } from "../../policies/operations/stateful-types";
import type { PlanDocument } from "../engine/plan-report";
import type { PolicyStatus } from "../engine/policy-pack";
import { compare, type PropertyChange, type ResourceChange } from "./comparison";
import { costChanges, costOf } from "./cost";
import { logicalName } from "../provider/names";

/** A plan as a reviewer is to see it. */
export interface Preview {
  readonly stack: string;
  /** Where prices are taken from. */
  readonly region: string;
  readonly document: PlanDocument;
  readonly policies: readonly PolicyStatus[];
  /** The program to compare with. */
  readonly against?:
    { readonly ref: string; readonly commit: string; readonly document: PlanDocument } | undefined;
}

/** Rows of a table; a comment on GitHub has at most 65,536 characters. */
const maxRows = 100;
const maxProperties = 8;
const maxValueLength = 60;

/** What holds data: of the types that must be protected, and the application, whose snapshots go with it. */
const stateful: ReadonlySet<string> = new Set([
  ...statefulTypes,
  "aws:kinesisanalyticsv2/application:Application",
]);

const verbs = {
  replace: { sign: "±", text: "replaced" },
  remove: { sign: "−", text: "removed" },
  change: { sign: "~", text: "changed" },
  add: { sign: "+", text: "added" },
} as const satisfies Record<ResourceChange["kind"], unknown>;

type Kind = keyof typeof verbs;

/** What most needs a reviewer's eye comes first. */
const kinds = Object.keys(verbs) as Kind[];

/**
 * A preview as Markdown for a comment or a summary; the first line marks it, so that a later one can take its place.
 */
export function previewMarkdown(preview: Preview): string {
  const { stack, against } = preview;
  const compared = against === undefined ? "" : ` against \`${against.ref}\` (${against.commit})`;
  return `${[
    `<!-- preview of ${stack} -->`,
    `## Preview of ${stack}${compared}`,
    ...(against === undefined ? inventory(preview) : changes(preview, against.document)),
    ...policies(preview),
    ...cost(preview),
    "Planned offline from the programs, without looking at what is deployed. What others have taken over since, such as a number of shards that is scaled, a deployment leaves as it is.",
  ].join("\n\n")}\n`;
}

function inventory({ document }: Preview): string[] {
  const counts = new Map<string, number>();
  const resources = document.resources.filter(({ type }) => type.startsWith("aws:"));
  for (const { type } of resources) counts.set(type, (counts.get(type) ?? 0) + 1);
  const rows = [...counts].sort().map(([type, count]) => `| ${shown(type)} | ${count} |`);
  return [
    `The program declares ${counted(resources.length, "resource")}.`,
    folded("Resources by type", table(["Type", "Count"], rows)),
  ];
}

function changes({ document }: Preview, before: PlanDocument): string[] {
  const found = compare(before, document);
  if (found.length === 0) {
    const count = document.resources.filter(({ type }) => type.startsWith("aws:")).length;
    return [`**No changes**: both programs declare the same ${counted(count, "resource")}.`];
  }
  const sorted = kinds.flatMap((kind) => found.filter((change) => change.kind === kind));
  const summary = kinds
    .map(
      (kind) => [found.filter((change) => change.kind === kind).length, verbs[kind].text] as const,
    )
    .filter(([count]) => count > 0)
    .map(([count, text]) => `${count} ${text}`);
  const lost = found.filter(
    ({ kind, type }) => stateful.has(type) && (kind === "replace" || kind === "remove"),
  );
  return [
    `Resources: ${summary.join(", ")}.`,
    ...(lost.length > 0
      ? [
          `> [!CAUTION]\n> ${lost.map(({ urn, kind }) => `**${escaped(logicalName(urn))}** holds data and would be ${verbs[kind].text}`).join("; ")}.`,
        ]
      : []),
    table(["", "Resource", "Type", "Properties"], limited(sorted.map(row))),
  ];
}

function row({ kind, urn, type, properties }: ResourceChange): string {
  const name = escaped(logicalName(urn));
  const { sign, text } = verbs[kind];
  const listed = properties.slice(0, maxProperties).map(property);
  const more = properties.length - listed.length;
  const cells = [
    `${sign} ${text}`,
    stateful.has(type) ? `**${name}**` : name,
    shown(type),
    [...listed, ...(more > 0 ? [`… and ${more} more`] : [])].join("<br>"),
  ];
  return `| ${cells.join(" | ")} |`;
}

function property({ path, before, after }: PropertyChange): string {
  const [from, to] = [value(before), value(after)];
  // Long values, such as documents, say less than that they differ.
  return from.length > maxValueLength || to.length > maxValueLength
    ? `${escaped(path)} differs`
    : `${escaped(path)}: ${escaped(from)} → ${escaped(to)}`;
}

function value(given: unknown): string {
  if (given === undefined) return "not set";
  return typeof given === "string" ? given : JSON.stringify(given);
}

function policies({ document, policies: statuses }: Preview): string[] {
  const kept = statuses.filter(({ result }) => result === "passed").length;
  const mandatory = document.policies.some(({ level }) => level === "mandatory");
  const heading = `### Policies: ${kept} of ${statuses.length} kept${mandatory ? ", the deployment is refused" : ""}`;
  if (document.policies.length === 0) return [heading];
  const items = document.policies.map(({ name, level, resource, message }) => {
    const [rule = "", ...facts] = message.split("\n");
    const sign = level === "mandatory" ? "❌" : "⚠️";
    const details = facts.map((line) => `\n  ${escaped(line.trim())}`).join("");
    return `- ${sign} **${name}** (${level}), ${escaped(logicalName(resource)) || "the stack"}: ${escaped(rule)}${details}`;
  });
  return [heading, limited(items).join("\n")];
}

function cost({ document, region, against }: Preview): string[] {
  const after = costOf(document, region);
  const unpriced =
    after.unpriced.length === 0 ? "" : `\n\nWithout a price: ${after.unpriced.join(", ")}.`;
  const note = `List prices of what is there all month, without what depends on traffic.${unpriced}`;
  if (against === undefined) return [`### Cost: ${usd(after.usd)} a month`, note];
  const before = costOf(against.document, region);
  const found = costChanges(before, after);
  if (found.length === 0) return [`### Cost: ${usd(after.usd)} a month, as before`, note];
  const rows = found.map(
    (change) =>
      `| ${escaped(change.resource)} | ${usd(change.before)} | ${usd(change.after)} | ${signed(change.after - change.before)} |`,
  );
  return [
    `### Cost: ${usd(before.usd)} → ${usd(after.usd)} a month (${signed(after.usd - before.usd)})`,
    table(["Resource", "Before", "After", "Difference"], limited(rows)),
    note,
  ];
}

function table(headings: readonly string[], rows: readonly string[]): string {
  return [`| ${headings.join(" | ")} |`, `|${" --- |".repeat(headings.length)}`, ...rows].join(
    "\n",
  );
}

function limited(rows: readonly string[]): readonly string[] {
  if (rows.length <= maxRows) return rows;
  return [...rows.slice(0, maxRows), `\n… and ${rows.length - maxRows} more.`];
}

function folded(summary: string, content: string): string {
  return `<details><summary>${summary}</summary>\n\n${content}\n\n</details>`;
}

/** A type as Pulumi's documentation names it: aws:kinesis/stream:Stream is aws.kinesis.Stream. */
function shown(type: string): string {
  return type.replace(/^([^:]+):([^/:]+)[^:]*:(.+)$/, "$1.$2.$3");
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

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

function usd(amount: number): string {
  return `$${amount.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
}

function signed(amount: number): string {
  return `${amount < 0 ? "−" : "+"}${usd(Math.abs(amount))}`;
}
