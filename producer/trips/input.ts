import { closeSync, openSync, writeSync } from "node:fs";
import type { InputFormat } from "./input-file";
import { inputFiles } from "./input-file";
import type { EventTimeRange } from "../command/options";
import { StartError } from "../../cli/start-error";
import type { TripFiles } from "./trip-file";
import { readTrips } from "./trip-file";

/** What is read, and where what cannot be sent goes. */
export interface InputOptions {
  /** Paths, globs, `s3://` objects or prefixes, `https://` addresses, or - for the standard input. */
  readonly sources: readonly string[];
  /** Undefined to tell it by the names. */
  readonly format: InputFormat | undefined;
  /** File for the rejected rows, replaced if it exists. */
  readonly deadLetters: string | undefined;
}

const everything: EventTimeRange = { from: -Infinity, to: Infinity };

/** Reads the trips of one file; see readInputs. */
export async function readInput(
  source: string,
  deadLetters: string | undefined,
): Promise<TripFiles> {
  return readInputs({ sources: [source], format: undefined, deadLetters }, everything);
}

/**
 * Reads the trips of all files, sorted by event time in bounded memory.
 *
 * @throws StartError when a file cannot be used, or there are no trips
 */
export async function readInputs(
  { sources, format, deadLetters }: InputOptions,
  range: EventTimeRange,
): Promise<TripFiles> {
  const problems: string[] = [];
  const files = await inputFiles(sources, format, problems);
  if (problems.length > 0) {
    throw new StartError(problems);
  }
  const output =
    deadLetters === undefined ? undefined : openOutput(deadLetters, "dead-letter file");
  try {
    return await readTrips(files, range, (row) => {
      if (output !== undefined) {
        writeSync(output, `${JSON.stringify(row)}\n`);
      }
    });
  } finally {
    if (output !== undefined) {
      closeSync(output);
    }
  }
}

/** @throws StartError when the file cannot be written */
export function openOutput(path: string, purpose: string): number {
  try {
    return openSync(path, "w");
  } catch (error) {
    throw new StartError([`the ${purpose} cannot be written: ${String(error)}`]);
  }
}
