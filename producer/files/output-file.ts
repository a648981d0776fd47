import {
  closeSync,
  existsSync,
  fstatSync,
  openSync,
  realpathSync,
  renameSync,
  statSync,
  writeSync,
} from "node:fs";
import path from "node:path";
import { StartError } from "../../cli/command";

/** Files that a command writes, by the names of the options that name them. */
export type Outputs = Readonly<Record<string, string | undefined>>;

/**
 * Opens a file that gets its name when it is complete. Until then it is a hidden file next to it, so that a glob of inputs
 * does not match it and what was there before stays.
 * @throws StartError when it cannot be written
 */
export function outputFile(name: string, purpose: string) {
  const failed = (error: unknown) =>
    new StartError([`the ${purpose} cannot be written: ${String(error)}`]);
  try {
    const target = existsSync(name) ? realpathSync(name) : path.resolve(name);
    const isRegular = !existsSync(target) || statSync(target).isFile();
    // A device, a pipe or a folder has no other file in its place.
    const temporary = isRegular
      ? path.join(path.dirname(target), `.${path.basename(target)}.${process.pid}.tmp`)
      : target;
    const file = openSync(temporary, "w");
    return {
      write(text: string) {
        try {
          writeSync(file, text);
        } catch (error) {
          throw failed(error);
        }
      },
      close: () => {
        closeSync(file);
        if (isRegular) renameSync(temporary, target);
      },
    };
  } catch (error) {
    throw failed(error);
  }
}

/** What a local file is, whatever its name: links lead to the same one. Undefined when there is no such file. */
export function fileIdentity(file: string | number): string | undefined {
  try {
    const { dev, ino } =
      typeof file === "number"
        ? fstatSync(file, { bigint: true })
        : statSync(file, { bigint: true });
    return `${dev}:${ino}`;
  } catch {
    return undefined;
  }
}
