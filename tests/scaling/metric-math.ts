import { compileFunction } from "node:vm";
import type { Condition } from "../../infra/watch/alarm";

/** One period's values by id; undefined is a period without data. */
export type Values = Readonly<Record<string, number | undefined>>;

/** A metric in one period. */
class Sample {
  readonly value: number | undefined;
  /** The value of the period before. */
  readonly before: number | undefined;

  constructor(value: number | undefined, before: number | undefined) {
    this.value = value;
    this.before = before;
  }

  /** Arithmetic and comparisons take a missing value for 0. */
  valueOf(): number {
    return this.value ?? 0;
  }
}

const REPEAT = "REPEAT";

/**
 * An evaluator of the metric math that an alarm's expression uses, for one period. Its second argument has the values of
 * the period before; by default there were none.
 */
export function metricMath({
  value,
  periodSeconds,
}: Condition): (values: Values, before?: Values) => number | undefined {
  if (!("expression" in value)) throw new Error("It has no expression");
  const ids = Object.keys(value.readings);
  const evaluate = compileFunction(`return ${value.expression};`, [
    ...ids,
    "REPEAT",
    "FILL",
    "IF",
    "MAX",
    "PERIOD",
  ]) as (...values: unknown[]) => unknown;
  return (values, before = {}) => {
    const result = Number(
      evaluate(
        ...ids.map((id) => new Sample(values[id], before[id])),
        REPEAT,
        (metric: Sample, filler: number | typeof REPEAT) =>
          new Sample(metric.value ?? (filler === REPEAT ? metric.before : filler), undefined),
        (condition: boolean, yes: unknown, no: unknown = NaN) => (condition ? yes : no),
        (metrics: unknown[]) => Math.max(...metrics.map(Number)),
        () => periodSeconds,
      ),
    );
    // A division by zero drops the value.
    return Number.isFinite(result) ? result : undefined;
  };
}
