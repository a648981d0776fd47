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
 * A file that gets its name when it is complete. Until then it is a hidden file next to it, so that a glob of inputs
 * does not match it and what was there before stays.
 */
export class OutputFile {
  readonly #path: string;
  readonly #temporary: string;
  readonly #file: number;

  constructor(name: string, purpose: string) {
    try {
      this.#path = existsSync(name) ? realpathSync(name) : path.resolve(name);
      const isRegular = !existsSync(this.#path) || statSync(this.#path).isFile();
      // A device, a pipe or a folder has no other file in its place.
      this.#temporary = isRegular
        ? path.join(path.dirname(this.#path), `.${path.basename(this.#path)}.${process.pid}.tmp`)
        : this.#path;
      this.#file = openSync(this.#temporary, "w");
    } catch (error) {
      throw new StartError([`the ${purpose} cannot be written: ${String(error)}`]);
    }
  }

  write(text: string): void {
    writeSync(this.#file, text);
  }

  close(): void {
    closeSync(this.#file);
    if (this.#temporary !== this.#path) {
      renameSync(this.#temporary, this.#path);
    }
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
