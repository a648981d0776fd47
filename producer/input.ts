import { closeSync, openSync, writeSync } from "node:fs";
import { open } from "node:fs/promises";
import type { Readable } from "node:stream";
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
  const input = await openInput(path);
  const name = path === "-" ? "the standard input" : path;
  if (deadLetters === undefined) {
    return readTrips(input, name, () => undefined);
  }
  const output = openOutput(deadLetters, "dead-letter file");
  try {
    return await readTrips(input, name, (row) => {
      writeSync(output, `${JSON.stringify(row)}\n`);
    });
  } finally {
    closeSync(output);
  }
}

async function openInput(path: string): Promise<Readable> {
  if (path === "-") {
    return process.stdin;
  }
  try {
    return (await open(path)).createReadStream();
  } catch (error) {
    throw new StartError([`the input cannot be opened: ${String(error)}`]);
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
