import { closeSync, createReadStream, openSync, writeSync } from "node:fs";
import { StartError } from "./start-error";
import type { TripFile } from "./trip-file";
import { readTrips } from "./trip-file";

/**
 * Reads the trips of a file.
 *
 * @param path - or - for the standard input
 * @param deadLetters - file for the rejected rows, replaced if it exists
 * @throws StartError when either file cannot be used or holds no trips
 */
export async function readInput(path: string, deadLetters: string | undefined): Promise<TripFile> {
  const output =
    deadLetters === undefined ? undefined : openOutput(deadLetters, "dead-letter file");
  const [input, name] =
    path === "-" ? [process.stdin, "the standard input"] : [createReadStream(path), path];
  try {
    return await readTrips(input, name, (row) => {
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
