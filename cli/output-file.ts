import { accessSync, constants, existsSync } from "node:fs";
import path from "node:path";

/**
 * What keeps a file from being written that an option names, said before the work whose result it is to hold;
 * undefined when nothing does.
 */
export function outputProblem(option: string, file: string): string | undefined {
  const place = existsSync(file) ? file : path.dirname(path.resolve(file));
  try {
    accessSync(place, constants.W_OK);
    return undefined;
  } catch {
    return `--${option} ${file} cannot be written; name a file in a folder that is there and may be written to`;
  }
}
