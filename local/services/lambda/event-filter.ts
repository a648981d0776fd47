import { isObject } from "../../provider/values";

/** Operators of filter rules: https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html#filtering-syntax */
const operators: Readonly<Record<string, (argument: unknown, value: unknown) => boolean>> = {
  exists: (argument, value) => (value !== undefined) === argument,
  prefix: (argument, value) => typeof value === "string" && value.startsWith(String(argument)),
  suffix: (argument, value) => typeof value === "string" && value.endsWith(String(argument)),
  "equals-ignore-case": (argument, value) =>
    typeof value === "string" && value.toLowerCase() === String(argument).toLowerCase(),
  "anything-but": (argument, value) =>
    value !== undefined && ![argument].flat().some((rule) => satisfies(rule, value)),
  numeric: (argument, value) =>
    typeof value === "number" && comparisons(argument).every((holds) => holds(value)),
};

const comparators: Readonly<Record<string, (one: number, other: number) => boolean>> = {
  "=": (one, other) => one === other,
  "<": (one, other) => one < other,
  "<=": (one, other) => one <= other,
  ">": (one, other) => one > other,
  ">=": (one, other) => one >= other,
};

/** What of a pattern is not there on this machine; empty for a pattern that is. */
export function unknownOperators(pattern: unknown): string[] {
  if (Array.isArray(pattern)) {
    return pattern
      .filter(isObject)
      .flatMap((rule) => Object.keys(rule))
      .filter((operator) => !(operator in operators));
  }
  if (!isObject(pattern)) return [`the value ${JSON.stringify(pattern)} outside a list`];
  return Object.entries(pattern).flatMap(([key, inner]) =>
    key === "$or" && Array.isArray(inner)
      ? inner.flatMap(unknownOperators)
      : unknownOperators(inner),
  );
}

/** Whether a value has what a pattern demands: every field of an object, one rule of a list. */
export function matches(pattern: unknown, value: unknown): boolean {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (Array.isArray(pattern)) {
    return pattern.some((rule) => values.some((one) => satisfies(rule, one)));
  }
  return values.some((one) =>
    Object.entries(pattern as object).every(([key, inner]) =>
      key === "$or"
        ? (inner as readonly unknown[]).some((alternative) => matches(alternative, one))
        : matches(inner, isObject(one) ? one[key] : undefined),
    ),
  );
}

function satisfies(rule: unknown, value: unknown): boolean {
  if (!isObject(rule)) return rule === value;
  return Object.entries(rule).every(([operator, argument]) =>
    operators[operator]?.(argument, value),
  );
}

/** The comparisons of a rule such as [">", 0, "<=", 5]. */
function comparisons(argument: unknown): ((value: number) => boolean)[] {
  const [operator, limit, ...others] = argument as readonly unknown[];
  const compare = comparators[String(operator)] ?? (() => false);
  return [
    (value) => compare(value, Number(limit)),
    ...(others.length > 0 ? comparisons(others) : []),
  ];
}
