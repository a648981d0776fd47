import schema from "../../flink-job/src/main/resources/runtime-properties.schema.json";
import type { ConfigReader } from "../core/config-reader";
import type { Workload } from "../delivery/workloads";
import type {
  AirportsProperties,
  DemandProperties,
  SourceProperties,
  TradesProperties,
} from "../contracts/runtime-properties.generated";
import { checkJobProperties } from "../contracts/runtime-properties";
import type { Form, Problems, Range } from "../core/validate";

/** What the job of a stack computes and from where on. */
export interface JobConfig {
  readonly workload: Workload;
  /** The property groups of the workload, and of no other. */
  readonly windows: WorkloadWindows;
  readonly source: Required<Pick<SourceProperties, "initialPosition" | "outOfOrdernessSeconds">> &
    Pick<SourceProperties, "initialTimestamp">;
  /** Final results and dead letters go to files of the archive's bucket, too. */
  readonly archived: boolean;
}

type WorkloadWindows =
  | {
      readonly demand: Required<DemandProperties>;
      readonly airports: Required<AirportsProperties>;
    }
  | { readonly trades: Required<TradesProperties> };

const { job, source, demand, airports, trades } = schema.properties;

/** The workloads that the job can compute. */
const workloads = job.properties.workload.enum as [Workload, ...Workload[]];

type Position = JobConfig["source"]["initialPosition"];
const positions = source.properties.initialPosition.enum as [Position, ...Position[]];

const instant: Form = {
  pattern: new RegExp(source.properties.initialTimestamp.pattern),
  description: "a UTC instant in whole seconds, such as 2019-03-01T18:00:00Z",
};

/** Keys of all workloads are read, so that a wrong one is told before the workload changes. */
export function readJob(read: ConfigReader): JobConfig {
  const workload = read.oneOf("workload", workloads);
  const initialTimestamp = read.optionalForm("sourceInitialTimestamp", instant);
  const taxi = {
    demand: {
      windowMinutes: read.integer("demandWindowMinutes", range(demand.properties.windowMinutes)),
      slideMinutes: read.integer("demandSlideMinutes", range(demand.properties.slideMinutes)),
      geohashPrecision: read.integer("geohashPrecision", range(demand.properties.geohashPrecision)),
      topAreas: read.integer("demandTopAreas", range(demand.properties.topAreas)),
      normalWindows: read.integer("demandNormalWindows", range(demand.properties.normalWindows)),
    },
    airports: {
      windowMinutes: read.integer("airportWindowMinutes", range(airports.properties.windowMinutes)),
    },
  };
  const stocks = {
    trades: {
      windowSeconds: read.integer("tradesWindowSeconds", range(trades.properties.windowSeconds)),
    },
  };
  return {
    workload,
    windows: workload === "taxi" ? taxi : stocks,
    source: {
      initialPosition: read.oneOf("sourceInitialPosition", positions),
      ...(initialTimestamp !== undefined && { initialTimestamp }),
      outOfOrdernessSeconds: read.integer(
        "outOfOrdernessSeconds",
        range(source.properties.outOfOrdernessSeconds),
      ),
    },
    archived: read.boolean("jobArchive"),
  };
}

/** What the job would refuse when it starts. */
export function checkJob(config: JobConfig, read: ConfigReader, problems: Problems): void {
  const keys = read.names({
    "demand.windowMinutes": "demandWindowMinutes",
    "demand.slideMinutes": "demandSlideMinutes",
    "source.initialPosition": "sourceInitialPosition",
    "source.initialTimestamp": "sourceInitialTimestamp",
  });
  checkJobProperties({ ...config.windows, source: config.source }, problems, keys);
}

/** Range of a number in the job's own contract. */
function range({ minimum, maximum }: { minimum: number; maximum: number }): Range {
  return { min: minimum, max: maximum };
}
