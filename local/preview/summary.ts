import { logicalName } from "../provider/names";
import { byWidth, type AccessChange } from "./access";
import { isCompared, policyOutcomes, previewDocument, type Preview } from "./document";
import { operations, type Change, type Operation, type Plan } from "./plan";

/** Lines of the text in a terminal. */
const maxComponents = 5;
const maxAccess = 3;
const maxViolations = 4;
const width = 160;

export const verbs: Readonly<Record<Operation, string>> = {
  replace: "replaced",
  delete: "deleted",
  update: "updated",
  create: "created",
  import: "imported",
  keep: "kept",
};

/** Verdict, data stores, access and cost, the parts of the first line. */
export function headline(preview: Preview): readonly string[] {
  const { plan } = preview;
  const { costs } = previewDocument(preview);
  if (!isCompared(preview)) {
    const count = counted(plan.resources.length, "resource");
    return [verdictText(preview), count, `${usd(costs.monthly)} per month`];
  }
  const lost = plan.changes.filter(({ dataLoss }) => dataLoss !== undefined);
  const access = accessOf(plan);
  const widened = access.filter(({ widens }) => widens).length;
  const before = costs.monthlyBefore ?? 0;
  const difference = costs.monthly - before;
  return [
    verdictText(preview),
    lost.length === 0
      ? "no data store replaced or deleted"
      : `data stores: ${operationCounts(lost).join(", ")}`,
    access.length === 0
      ? "IAM and network access unchanged"
      : `IAM and network access changed: ${widened} widened, ${access.length - widened} narrowed`,
    `${usd(costs.monthly)} per month (${Math.abs(difference) < 0.005 ? "unchanged" : signed(difference)})`,
  ];
}

function verdictText({ plan }: Preview): string {
  const violated = policySummary(plan).violated.filter(({ level }) => level === "mandatory");
  const stopped = plan.changes.filter(({ isStopped }) => isStopped);
  return {
    refused: `Refused by ${violated.length === 1 ? "1 policy" : `${violated.length} policies`}`,
    stopped: `Stopped by the protection of ${counted(stopped.length, "resource")}`,
    unjudged: "Not judged by all policies",
    accepted: "Accepted",
  }[plan.verdict];
}

/** Changes of permissions or reachability, wider access first. */
export function accessOf({ changes }: Plan): readonly AccessChange[] {
  return changes.flatMap((change) => change.access).sort(byWidth);
}

/** Changes that lose data or stop the update. */
export function cautionsOf({ changes }: Plan): readonly Change[] {
  return changes.filter(({ dataLoss, isStopped }) => dataLoss !== undefined || isStopped);
}

/** The violated policies, and how many passed, applied to nothing and were violated, in words. */
export function policySummary(plan: Plan) {
  const outcomes = policyOutcomes(plan);
  const violated = outcomes
    .filter(({ result }) => result === "violated")
    .sort((a, b) => Number(b.level === "mandatory") - Number(a.level === "mandatory"));
  const passed = outcomes.filter(({ result }) => result === "passed").length;
  const idle = outcomes.length - passed - violated.length;
  return {
    violated,
    text: `${passed} passed, ${idle} not applicable, ${violated.length} violated`,
  };
}

/** Such as: 1 replaced, 3 updated. */
export function operationCounts(changes: readonly Change[]): readonly string[] {
  return operations.flatMap((one) => {
    const { length } = changes.filter(({ operation }) => operation === one);
    return length === 0 ? [] : [`${length} ${verbs[one]}`];
  });
}

/** What the preview is, for its first line in a terminal and its last one in a comment. */
export function origin({ isDeployed, against }: Preview): string {
  if (isDeployed) return "Planned by pulumi preview against the deployed stack";
  return against === undefined
    ? "Planned offline from the program, for an empty account"
    : `Planned offline: compares this program with that of ${against.ref} (${against.commit}), not with what is deployed`;
}

/** The resource of a violation, or what has none. */
export function violator(resource: string): string {
  return logicalName(resource) || "the stack";
}

export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

export function usd(amount: number): string {
  return `$${amount.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
}

export function signed(amount: number): string {
  return `${amount < 0 ? "−" : "+"}${usd(Math.abs(amount))}`;
}

/** The start of a text, up to a number of characters. */
export function shortened(text: string, length: number): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > length ? `${line.slice(0, length - 1)}…` : line;
}

/** A plan in about fifteen lines, or with everything that it lists. */
export function previewText(preview: Preview, isVerbose = false): string {
  const { plan } = preview;
  const listed = <T>(items: readonly T[], most: number, line: (item: T) => string): string[] => {
    if (isVerbose) return items.map((item) => `  ${line(item)}`);
    const more = items.length - most;
    return [
      ...items.slice(0, most).map((item) => `  ${shortened(line(item), width)}`),
      ...(more > 0 ? [`  … and ${more} more; --verbose lists all`] : []),
    ];
  };
  const { violated, text: policies } = policySummary(plan);
  const access = isCompared(preview) ? accessOf(plan) : [];
  const components = new Map<string, readonly Change[]>();
  for (const change of plan.changes) {
    components.set(change.component, [...(components.get(change.component) ?? []), change]);
  }
  const sorted = [...components].sort(([, a], [, b]) => b.length - a.length);
  return [
    `Preview of ${plan.stack}. ${origin(preview)}.`,
    ...(sorted.length === 0 ? ["  No changes"] : []),
    ...listed(
      sorted,
      maxComponents,
      ([name, changes]) =>
        `${name || "Outside of components"}: ${operationCounts(changes).join(", ")}`,
    ),
    ...listed(cautionsOf(plan), maxAccess, ({ name, operation, dataLoss, isStopped }) =>
      [`! ${name}: ${operation}`, dataLoss, isStopped && "protected, which stops the update"]
        .filter(Boolean)
        .join("; "),
    ),
    ...listed(access, maxAccess, ({ text, widens }) => `${widens ? "!" : " "} ${text}`),
    `Policies: ${policies}`,
    ...listed(violated, maxViolations, ({ name, level, violations }) => {
      const [first] = violations;
      const fact = first?.message.split("\n").at(1)?.trim() ?? first?.message ?? "";
      const resource = violator(first?.resource ?? "");
      // Most messages begin with the resource.
      const finding = fact.startsWith(`${resource}: `) ? fact : `${resource}: ${fact}`;
      const more = violations.length > 1 ? ` (${violations.length} findings)` : "";
      return `${level === "mandatory" ? "✗" : "!"} ${name}${more}: ${finding}`;
    }),
    ...(plan.unknown.length > 0
      ? [`Known only in the update: properties of ${plan.unknown.length} resources`]
      : []),
    headline(preview).join(" · "),
  ].join("\n");
}
