import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import type { FilePositions } from "../events/workload";
import { StartError } from "../../cli/command";

/** What a position belongs to; it is of no use for anything else. */
export interface ReplayIdentity {
  readonly arn: string;
  /** When the stream was created: another one may have its name. */
  readonly created: string;
  /** Host of the server, where it is none of AWS's. */
  readonly endpoint: string;
  readonly input: string;
}

const identityKeys = ["arn", "created", "endpoint", "input"] as const;

export interface ResumePoint {
  readonly position: number;
  /** What is added to every event time, in milliseconds; the same in every run of a replay. */
  readonly shiftMs: number;
  /** Offsets of files that are followed; the position is 0 then. */
  readonly files?: FilePositions | undefined;
}

/** Remembers in a file how many leading records are acknowledged, so that a later run can go on there. */
export class ResumeFile {
  readonly #path: string;
  readonly #identity: ReplayIdentity;
  #shiftMs = 0;
  #written: string | undefined;

  constructor(path: string, identity: ReplayIdentity) {
    this.#path = path;
    this.#identity = identity;
  }

  /**
   * @param shiftMs - of a replay that begins
   * @returns where to go on: at the beginning when there is no file yet
   * @throws StartError when the file was written by another replay or is in use, or cannot be read or written
   */
  open(shiftMs: number): ResumePoint {
    this.#lock();
    try {
      return this.#begin(shiftMs);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  #begin(shiftMs: number): ResumePoint {
    const point = this.#read() ?? { position: 0, shiftMs };
    this.#shiftMs = point.shiftMs;
    this.write(point.position, point.files);
    return point;
  }

  close(): void {
    rmSync(this.#lockPath, { force: true });
  }

  get #lockPath(): string {
    return `${this.#path}.lock`;
  }

  /** Keeps a second run apart; a lock whose process has ended is taken over. */
  #lock(): void {
    for (;;) {
      try {
        writeFileSync(this.#lockPath, String(process.pid), { flag: "wx" });
        return;
      } catch (error) {
        if (!isCode(error, "EEXIST")) {
          throw new StartError([`the resume file cannot be locked: ${String(error)}`]);
        }
      }
      const owner = lockOwner(this.#lockPath);
      if (owner !== undefined && owner !== process.pid && isRunning(owner)) {
        throw new StartError([
          `${this.#path} is in use by process ${owner}; wait for it, or use another file`,
        ]);
      }
      this.close();
    }
  }

  #read(): ResumePoint | undefined {
    let text;
    try {
      text = readFileSync(this.#path, "utf8");
    } catch (error) {
      if (isCode(error, "ENOENT")) {
        return undefined;
      }
      throw new StartError([`the resume file cannot be read: ${String(error)}`]);
    }
    const saved = parse(text);
    if (saved === undefined) {
      throw new StartError([
        `${this.#path} is no resume file of this version; delete it to start from the beginning`,
      ]);
    }
    const others = identityKeys.filter((key) => saved[key] !== this.#identity[key]);
    if (others.length > 0) {
      const differences = others.map((key) => `${key} ${saved[key]}, not ${this.#identity[key]}`);
      throw new StartError([
        `${this.#path} belongs to another replay (${differences.join("; ")}); ` +
          "use that replay's options, or delete the file to start from the beginning",
      ]);
    }
    return saved;
  }

  /** Replaces the file in one step: a crash leaves the old or the new one. @throws StartError */
  write(position: number, files?: FilePositions): void {
    const text = `${JSON.stringify({ ...this.#identity, position, shiftMs: this.#shiftMs, files })}\n`;
    if (text === this.#written) {
      return;
    }
    const temporary = `${this.#path}.tmp`;
    try {
      writeFileSync(temporary, text);
      renameSync(temporary, this.#path);
    } catch (error) {
      throw new StartError([`the resume file cannot be written: ${String(error)}`]);
    }
    this.#written = text;
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

function lockOwner(path: string): number | undefined {
  try {
    return Number(readFileSync(path, "utf8")) || undefined;
  } catch {
    return undefined;
  }
}

function isRunning(id: number): boolean {
  try {
    return process.kill(id, 0);
  } catch (error) {
    // A process of another user is running, too.
    return isCode(error, "EPERM");
  }
}

function parse(text: string): (ReplayIdentity & ResumePoint) | undefined {
  try {
    const value = JSON.parse(text) as (ReplayIdentity & ResumePoint) | null;
    const isWhole =
      identityKeys.every((key) => typeof value?.[key] === "string") &&
      Number.isInteger(value?.position) &&
      Number.isInteger(value?.shiftMs);
    return isWhole && value !== null && value.position >= 0 ? value : undefined;
  } catch {
    return undefined;
  }
}
