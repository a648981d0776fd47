import { Ajv2020, type JSONSchemaType } from "ajv/dist/2020";
import { type Bounds, checkBounds, type Schedule } from "./args";
import type { TargetKind } from "../watch/metrics";
import type { ConfigReader } from "../core/config-reader";
import { limits, type StreamMode } from "../core/limits";
import type { Range } from "../core/validate";

export type ScalingConfig = ReturnType<typeof readScaling>;

interface TargetSchedule extends Schedule {
  readonly target: TargetKind;
}

const schema: JSONSchemaType<TargetSchedule[]> = {
  type: "array",
  items: {
    type: "object",
    required: ["target", "name", "schedule", "min", "max"],
    additionalProperties: false,
    properties: {
      target: { type: "string", enum: ["stream", "application"] },
      name: { type: "string" },
      schedule: { type: "string" },
      timezone: { type: "string", nullable: true },
      min: { type: "integer" },
      max: { type: "integer" },
    },
  },
};
const areSchedules = new Ajv2020({ allErrors: true }).compile(schema);

const keys = {
  stream: { scaler: "streamScaling", min: "streamMinShards", max: "streamMaxShards" },
  application: { scaler: "flinkScaling", min: "flinkMinParallelism", max: "flinkMaxParallelism" },
} as const satisfies Record<TargetKind, object>;

export function readScaling(read: ConfigReader) {
  const all = read.list("scalingSchedules", areSchedules);
  const flinkScalers = ["None", "Service", "Schedule", "Alarms"] as const;
  const flinkScaler = read.oneOf(keys.application.scaler, flinkScalers);
  const streamScaler = read.oneOf(keys.stream.scaler, ["None", "Schedule", "Alarms"]);
  const bounds = (target: TargetKind, scaler: string, range: Range): Bounds | undefined => {
    const min = read.integer(keys[target].min, range);
    const max = read.integer(keys[target].max, range);
    const schedules = all.filter((schedule) => schedule.target === target);
    const key = read.name(keys[target].scaler);
    const places = `${read.name("scalingSchedules")} of target ${target}`;
    if (scaler === "None" || scaler === "Service") {
      read.problems.require(
        schedules.length === 0,
        `${places} need ${key} Schedule or Alarms; got ${scaler}. Change it, or remove ${schedules.map(({ name }) => name).join(", ")}`,
      );
      return undefined;
    }
    read.problems.require(
      scaler === "Alarms" || schedules.length > 0,
      `${key} Schedule needs ${places}, but has none`,
    );
    return { min, max, byLoad: scaler === "Alarms", schedules };
  };
  return {
    /** Undefined where the stream does not scale, or AWS scales it. */
    stream: bounds("stream", streamScaler, limits.shardCount),
    /** Undefined where the application does not scale, or the service scales it. */
    application: bounds("application", flinkScaler, limits.flinkParallelism),
    byService: flinkScaler === "Service",
    dryRun: read.boolean("scalingDryRun"),
    createApiGatewayLogRole: read.boolean("createApiGatewayLogRole"),
  };
}

/** Complains where scaling contradicts itself or the rest of the configuration. */
export function checkScaling(
  { stream, application }: ScalingConfig,
  mode: StreamMode,
  parallelismPerKpu: number,
  read: ConfigReader,
): void {
  const check = (target: TargetKind, bounds: Bounds | undefined, granularity: number): void => {
    if (bounds === undefined) return;
    const names = {
      min: read.name(keys[target].min),
      max: read.name(keys[target].max),
      schedules: `${read.name("scalingSchedules")} of target ${target}`,
    };
    checkBounds(names, bounds, granularity, read.problems);
  };
  check("stream", stream, 1);
  check("application", application, parallelismPerKpu);
  read.problems.require(
    mode === "PROVISIONED" || stream === undefined,
    `${read.name(keys.stream.scaler)} must be None with ${read.name("streamMode")} ON_DEMAND, where AWS scales the stream`,
  );
}
