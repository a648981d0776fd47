import type { Preview } from "./document";
import {
  accessOf,
  cautionsOf,
  headline,
  isCompared,
  operationCounts,
  origin,
  policySummary,
  shortened,
  violator,
} from "./summary";

const maxComponents = 5;
const maxAccess = 3;
const maxViolations = 4;
const width = 160;

/** A plan in about fifteen lines. */
export function previewText(preview: Preview): string {
  const { plan } = preview;
  const { violated, text: policies } = policySummary(plan);
  const access = isCompared(preview) ? accessOf(plan) : [];
  return [
    `Preview of ${plan.stack}. ${origin(preview)}.`,
    ...componentLines(preview),
    ...limited(cautionsOf(plan), maxAccess, ({ name, operation, dataLoss, isStopped }) =>
      [`! ${name}: ${operation}`, dataLoss, isStopped && "protected, which stops the update"]
        .filter(Boolean)
        .join("; "),
    ),
    ...limited(access, maxAccess, ({ text, widens }) => `${widens ? "!" : " "} ${text}`),
    `Policies: ${policies}`,
    ...limited(violated, maxViolations, ({ name, level, violations }) => {
      const [first] = violations;
      const fact = first?.message.split("\n").at(1)?.trim() ?? first?.message ?? "";
      const resource = violator(first?.resource ?? "");
      // Most messages begin with the resource.
      const finding = fact.startsWith(`${resource}: `) ? fact : `${resource}: ${fact}`;
      const more = violations.length > 1 ? ` (${violations.length} resources)` : "";
      return `${level === "mandatory" ? "✗" : "!"} ${name}${more}: ${finding}`;
    }),
    ...(plan.unknown.length > 0
      ? [`Known only in the update: properties of ${plan.unknown.length} resources`]
      : []),
    headline(preview).join(" · "),
  ].join("\n");
}

function componentLines({ plan }: Preview): string[] {
  const components = new Map<string, (typeof plan.changes)[number][]>();
  for (const change of plan.changes) {
    const group = components.get(change.component) ?? [];
    components.set(change.component, [...group, change]);
  }
  const sorted = [...components].sort(([, a], [, b]) => b.length - a.length);
  return sorted.length === 0
    ? ["  No changes"]
    : limited(
        sorted,
        maxComponents,
        ([name, changes]) =>
          `${name || "Outside of components"}: ${operationCounts(changes).join(", ")}`,
      );
}

function limited<T>(items: readonly T[], most: number, line: (item: T) => string): string[] {
  const more = items.length - most;
  return [
    ...items.slice(0, most).map((item) => `  ${shortened(line(item), width)}`),
    ...(more > 0 ? [`  … and ${more} more; --verbose lists all`] : []),
  ];
}
