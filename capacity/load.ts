import { kpuLimits, maxFanOutConsumers, maxRecordBytes, pollingConsumersPerShard } from "./limits";

/** What flows through a pipeline, and for how long it is kept. */
export interface Load {
  /** Records a second on average, by which volumes are billed. */
  readonly recordsPerSecond: number;
  /** Bytes of an average record, partition key included. */
  readonly recordBytes: number;
  /** How many times the average the busiest second is, for which shards and KPUs are sized. */
  readonly peak: number;
  /** Applications that read the whole stream, Firehose among them. */
  readonly consumers: number;
  /** Hours for which the stream keeps a record. */
  readonly retentionHours: number;
  /** Parallelism of the Flink application; undefined follows from recordsPerSecondPerKpu. */
  readonly parallelism?: number;
  /** Records a second that one KPU of the job gets done. */
  readonly recordsPerSecondPerKpu: number;
  /** Documents that the job adds to the search domain for each record. */
  readonly documentsPerRecord: number;
  /** Bytes of an average document. */
  readonly documentBytes: number;
  /** Days for which documents are searchable. */
  readonly indexDays: number;
  /** Copies of each document besides the first. */
  readonly replicas: number;
  /** Days for which the archive keeps records. */
  readonly archiveDays: number;
  /** Region whose prices and quotas count. */
  readonly region: string;
}

/** What has to be said about a load; the rest has defaults. */
export type LoadArgs = Pick<Load, "recordsPerSecond" | "recordBytes"> & Partial<Load>;

interface Quantity {
  readonly meaning: string;
  readonly min: number;
  readonly max: number;
  readonly whole: boolean;
  readonly default?: number;
}

/** The numbers of a load: what they mean, their range and their defaults. */
export const quantities: Readonly<Record<Exclude<keyof Load, "region">, Quantity>> = {
  recordsPerSecond: {
    meaning: "records a second on average",
    min: 0.001,
    max: 1_000_000_000,
    whole: false,
  },
  recordBytes: {
    meaning: "bytes of an average record, partition key included",
    min: 1,
    max: maxRecordBytes,
    whole: false,
  },
  peak: {
    meaning: "how many times the average the busiest second is",
    min: 1,
    max: 1000,
    whole: false,
    default: 1,
  },
  consumers: {
    meaning: "applications that read the whole stream, Firehose among them",
    min: 1,
    max: pollingConsumersPerShard + maxFanOutConsumers,
    whole: true,
    default: 2,
  },
  retentionHours: {
    meaning: "hours for which the stream keeps a record",
    min: 24,
    max: 8760,
    whole: true,
    default: 24,
  },
  parallelism: {
    meaning: "parallelism of the Flink application, instead of the one reckoned",
    min: 1,
    // A KPU for each: an application has fewer of them than subtasks.
    max: kpuLimits.raised,
    whole: true,
  },
  recordsPerSecondPerKpu: {
    meaning: "records a second that one KPU gets done: measure your job",
    min: 1,
    max: 10_000_000,
    whole: false,
    // Where AWS's sample of an autoscaler for Flink on Kinesis starts from.
    default: 4400,
  },
  documentsPerRecord: {
    meaning: "documents that the job makes of a record",
    min: 0,
    max: 100,
    whole: false,
    default: 0.01,
  },
  documentBytes: {
    meaning: "bytes of an average document",
    min: 1,
    max: maxRecordBytes,
    whole: false,
    default: 300,
  },
  indexDays: {
    meaning: "days for which documents are searchable",
    min: 1,
    max: 3653,
    whole: true,
    default: 30,
  },
  replicas: {
    meaning: "copies of each document besides the first",
    min: 0,
    max: 2,
    whole: true,
    default: 1,
  },
  archiveDays: {
    meaning: "days for which the archive keeps records",
    min: 1,
    max: 3653,
    whole: true,
    default: 30,
  },
};

/** Region of a load that names none. */
export const defaultRegion = "us-east-1";

/**
 * A load with its defaults.
 *
 * @param nameOf how messages call a number
 * @throws RangeError that lists every number that is missing or out of range
 */
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
    const value = load[name as keyof typeof quantities];
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
