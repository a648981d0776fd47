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
export interface ResumeFile {
  /** Where to go on: at the beginning when there was no file yet. */
  readonly point: ResumePoint;
  /** Replaces the file in one step: a crash leaves the old or the new one. @throws StartError */
  write(position: number, files?: FilePositions): void;
  close(): void;
}

/**
 * @param shiftMs - of a replay that begins
 * @throws StartError when the file was written by another replay or is in use, or cannot be read or written
 */
export function openResumeFile(
  path: string,
  identity: ReplayIdentity,
  shiftMs: number,
): ResumeFile {
  const lockPath = `${path}.lock`;
  const close = () => {
    rmSync(lockPath, { force: true });
  };
  lock(path, lockPath);
  try {
    const point = read(path, identity) ?? { position: 0, shiftMs };
    let written: string | undefined;
    const write: ResumeFile["write"] = (position, files) => {
      const state = { ...identity, position, shiftMs: point.shiftMs, files };
      const text = `${JSON.stringify(state)}\n`;
      if (text === written) {
        return;
      }
      const temporary = `${path}.tmp`;
      try {
        writeFileSync(temporary, text);
        renameSync(temporary, path);
      } catch (error) {
        throw new StartError([`the resume file cannot be written: ${String(error)}`]);
      }
      written = text;
    };
    write(point.position, point.files);
    return { point, write, close };
  } catch (error) {
    close();
    throw error;
  }
}

/** Keeps a second run apart; a lock whose process has ended is taken over. */
function lock(path: string, lockPath: string): void {
  for (;;) {
    try {
      writeFileSync(lockPath, String(process.pid), { flag: "wx" });
      return;
    } catch (error) {
      if (!isCode(error, "EEXIST")) {
        throw new StartError([`the resume file cannot be locked: ${String(error)}`]);
      }
    }
    const owner = lockOwner(lockPath);
    if (owner !== undefined && owner !== process.pid && isRunning(owner)) {
      throw new StartError([
        `${path} is in use by process ${owner}; wait for it, or use another file`,
      ]);
    }
    rmSync(lockPath, { force: true });
  }
}

function read(path: string, identity: ReplayIdentity): ResumePoint | undefined {
  let text;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (isCode(error, "ENOENT")) {
      return undefined;
    }
    throw new StartError([`the resume file cannot be read: ${String(error)}`]);
  }
  const saved = parse(text);
  if (saved === undefined) {
    throw new StartError([
      `${path} is no resume file of this version; delete it to start from the beginning`,
    ]);
  }
  const others = identityKeys.filter((key) => saved[key] !== identity[key]);
  if (others.length > 0) {
    const differences = others.map((key) => `${key} ${saved[key]}, not ${identity[key]}`);
    throw new StartError([
      `${path} belongs to another replay (${differences.join("; ")}); ` +
        "use that replay's options, or delete the file to start from the beginning",
    ]);
  }
  return saved;
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
      Number.isInteger(value?.shiftMs) &&
      Object.values(value?.files ?? {}).every(({ digest }) => typeof digest === "string");
    return isWhole && value !== null && value.position >= 0 ? value : undefined;
  } catch {
    return undefined;
  }
}
