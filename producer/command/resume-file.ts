import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { StartError } from "../../cli/command";

/** What a position belongs to; it is of no use for anything else. */
export interface ReplayIdentity {
  readonly stream: string;
  readonly region: string;
  /** Fingerprint of the input. */
  readonly input: string;
}

/** Where a replay is. */
export interface ResumePoint {
  /** Of the first record to send. */
  readonly position: number;
  /** What is added to every event time, in milliseconds; the same in every run of a replay. */
  readonly shiftMs: number;
}

/** The position could not be kept. */
export class ResumeFileError extends Error {}

/** Remembers in a file how many leading records are acknowledged, so that a later run can go on there. */
export class ResumeFile {
  readonly #path: string;
  readonly #identity: ReplayIdentity;
  #shiftMs = 0;
  #written: number | undefined;

  constructor(path: string, identity: ReplayIdentity) {
    this.#path = path;
    this.#identity = identity;
  }

  /**
   * @param shiftMs - of a replay that begins
   * @returns where to go on: at the beginning when there is no file yet
   * @throws StartError when the file was written by another replay, or cannot be read or written
   */
  open(shiftMs: number): ResumePoint {
    const point = this.#read() ?? { position: 0, shiftMs };
    this.#shiftMs = point.shiftMs;
    try {
      this.write(point.position);
    } catch (error) {
      throw new StartError([error instanceof Error ? error.message : String(error)]);
    }
    return point;
  }

  #read(): ResumePoint | undefined {
    let text;
    try {
      text = readFileSync(this.#path, "utf8");
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") {
        return undefined;
      }
      throw new StartError([`the resume file cannot be read: ${String(error)}`]);
    }
    const saved = parse(text);
    if (saved === undefined) {
      throw new StartError([
        `${this.#path} is no resume file of a replay; delete it to start afresh`,
      ]);
    }
    const others = (["stream", "region", "input"] as const).filter(
      (key) => saved[key] !== this.#identity[key],
    );
    if (others.length > 0) {
      const differences = others.map((key) => `${key} ${saved[key]}, not ${this.#identity[key]}`);
      throw new StartError([
        `${this.#path} belongs to another replay (${differences.join("; ")}); ` +
          "give that replay's options, or delete the file to start afresh",
      ]);
    }
    return saved;
  }

  /**
   * Replaces the file in one step: a crash leaves the old position or the new one.
   * @throws ResumeFileError when that is not possible
   */
  write(position: number): void {
    if (position === this.#written) {
      return;
    }
    const temporary = `${this.#path}.tmp`;
    try {
      writeFileSync(
        temporary,
        `${JSON.stringify({ ...this.#identity, position, shiftMs: this.#shiftMs })}\n`,
      );
      renameSync(temporary, this.#path);
    } catch (error) {
      throw new ResumeFileError(`the resume file cannot be written: ${String(error)}`);
    }
    this.#written = position;
  }
}

function parse(text: string): (ReplayIdentity & ResumePoint) | undefined {
  try {
    const value = JSON.parse(text) as Partial<Record<string, unknown>> | null;
    const { stream, region, input, position, shiftMs = 0 } = value ?? {};
    return typeof stream === "string" &&
      typeof region === "string" &&
      typeof input === "string" &&
      typeof position === "number" &&
      Number.isInteger(position) &&
      position >= 0 &&
      typeof shiftMs === "number"
      ? { stream, region, input, position, shiftMs }
      : undefined;
  } catch {
    return undefined;
  }
}
