import { policyOutcomes, type Preview } from "./document";
import { headline, isCompared, operationCounts, origin, shortened, violator } from "./summary";

const maxComponents = 5;
const maxAccess = 3;
const maxViolations = 4;
const width = 160;

/** A plan in about fifteen lines. */
export function previewText(preview: Preview): string {
  const { plan } = preview;
  const outcomes = policyOutcomes(plan);
  const violated = outcomes.filter(({ result }) => result === "violated");
  const idle = outcomes.filter(({ result }) => result === "notApplicable").length;
  const access = isCompared(preview) ? plan.changes.flatMap((change) => change.access) : [];
  const lost = plan.changes.filter(
    ({ dataLoss, isStopped }) => dataLoss !== undefined || isStopped,
  );
  return [
    `Preview of ${plan.stack}. ${origin(preview)}.`,
    ...componentLines(preview),
    ...limited(lost, maxAccess, ({ name, operation, dataLoss, isStopped }) =>
      [`! ${name}: ${operation}`, dataLoss, isStopped && "protected, which stops the update"]
        .filter(Boolean)
        .join("; "),
    ),
    ...limited(access, maxAccess, ({ text, widens }) => `${widens ? "!" : " "} ${text}`),
    `Policies: ${outcomes.length - violated.length - idle} passed, ${idle} not applicable, ${violated.length} violated`,
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
