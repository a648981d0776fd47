import table from "./quantities.json";

/** What flows through a pipeline, and for how long it is kept; quantities.json says what each number means. */
export interface Load extends Readonly<Record<Exclude<Name, "parallelism">, number>> {
  /** Undefined follows from recordsPerSecondPerKpu. */
  readonly parallelism?: number;
  readonly region: string;
}

type Name = keyof typeof table;

/** Required values of a load; the rest has defaults. */
export type LoadArgs = Pick<Load, "recordsPerSecond" | "recordBytes"> & Partial<Load>;

interface Quantity {
  readonly meaning: string;
  readonly min: number;
  readonly max: number;
  readonly whole: boolean;
  readonly default?: number;
}

/**
 * The numbers of a load: what they mean, their range and their defaults. Limits of the services are the maximum of
 *
 * - recordBytes, the largest record that the archive takes (`archivedRecordKiB`), and documentBytes:
 *   https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html
 * - consumers, two that poll and twenty with enhanced fan-out:
 *   https://docs.aws.amazon.com/streams/latest/dev/enhanced-consumers.html
 * - parallelism, a KPU for each subtask of an application whose quota has been raised.
 *
 * The default of recordsPerSecondPerKpu is where AWS's sample of an autoscaler for Flink on Kinesis starts from.
 */
export const quantities: Readonly<Record<Name, Quantity>> = table;

export const defaultRegion = "us-east-1";

/** A load with its defaults. @throws RangeError that lists every number that is missing or out of range */
export function completeLoad(
  args: Partial<LoadArgs>,
  nameOf: (name: string) => string = (name) => name,
): Load {
  const defaults = Object.fromEntries(
    Object.entries(quantities).flatMap(([name, { default: value }]) =>
      value === undefined ? [] : [[name, value]],
    ),
  ) as Omit<Load, keyof LoadArgs> & Partial<Load>;
  const load = { region: defaultRegion, ...defaults, ...args } as Load;
  const problems = Object.entries(quantities).flatMap(([name, { min, max, whole }]) => {
    const value = load[name as Name];
    const isLeftOut = value === undefined && name === "parallelism";
    const fits = value !== undefined && value >= min && value <= max;
    return isLeftOut || (fits && (!whole || Number.isInteger(value)))
      ? []
      : [
          `${nameOf(name)} must be ${whole ? "an integer" : "a number"} from ${min} to ${max}; got ${value ?? "none"}`,
        ];
  });
  if (!/^[a-z]{2}(-[a-z]+)+-[0-9]$/.test(load.region)) {
    problems.push(`${nameOf("region")} must be a region such as us-east-1; got ${load.region}`);
  }
  if (problems.length > 0) throw new RangeError(problems.join("\n"));
  return load;
}
