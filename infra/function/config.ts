import { statSync } from "node:fs";
import path from "node:path";
import type { ConfigReader } from "../core/config-reader";
import { limits } from "../core/limits";
import { checkFilters, checkWindows, type FunctionBatching } from "./stream-function";

/** The function on the event stream of a stack. */
export interface FunctionConfig extends FunctionBatching {
  /** TypeScript module that exports the handler. */
  readonly entryPath: string;
  /** The function reads by enhanced fan-out. */
  readonly fanOut: boolean;
  /** The function gets a delivery stream to put records into. */
  readonly delivers: boolean;
  readonly maxAgeSeconds: number;
}

/**
 * Reads the function of a stack.
 * @param root - folder that the path of the handler is relative to
 * @returns undefined without a handler
 */
export function readFunction(
  read: ConfigReader,
  root: string,
  retentionHours: number,
): FunctionConfig | undefined {
  const handler = read.text("functionHandler");
  const filters = read.strings("functionFilters", limits.functionFilters);
  const config = {
    entryPath: path.resolve(root, handler ?? ""),
    fanOut: read.boolean("functionFanOut"),
    delivers: read.boolean("functionDelivery"),
    startingPosition: read.oneOf("functionStartingPosition", ["TRIM_HORIZON", "LATEST"]),
    batchSize: read.integer("functionBatchSize", limits.functionBatchSize),
    batchSeconds: read.integer("functionBatchSeconds", limits.functionBatchSeconds),
    parallelization: read.integer("functionParallelization", limits.functionParallelization),
    retries: read.integer("functionRetries", limits.functionRetries),
    maxAgeSeconds: read.integer("functionMaxAgeSeconds", limits.functionMaxAgeSeconds),
    windowSeconds: read.integer("functionWindowSeconds", limits.functionWindowSeconds),
    filters,
  };
  checkFilters(filters, read.name("functionFilters"), read.problems);
  const names = {
    windowSeconds: "functionWindowSeconds",
    parallelization: "functionParallelization",
  };
  checkWindows(config, read.problems, read.names(names));
  if (handler === undefined) return undefined;
  read.problems.require(
    statSync(config.entryPath, { throwIfNoEntry: false })?.isFile() ?? false,
    `${read.name("functionHandler")} must be the path of a TypeScript module that exports handler; got ${handler}, and ${config.entryPath} is no file`,
  );
  read.problems.require(
    !(config.maxAgeSeconds > retentionHours * 3600),
    `${read.name("functionMaxAgeSeconds")} must be at most the seconds of ${read.name("streamRetentionHours")}, ${retentionHours * 3600}, or records expire before they are given up; got ${config.maxAgeSeconds}`,
  );
  return config;
}
