import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { isAlive, until } from "./process";

/** How long processes of a run that was killed may take to notice. */
const ORPHAN_SECONDS = 15;

/**
 * Takes a folder after the processes of a killed run have ended.
 * @returns releases it @throws Error when another run has it
 */
export async function lockFolder(folder: string, processes: string): Promise<() => void> {
  // Records, documents and state are the user's own.
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  const file = lockFile(folder);
  const owner = ownerOf(file);
  // Only what a dead process left: another run may be taking the folder at this very moment.
  if (owner !== undefined && !isAlive(owner)) rmSync(file, { force: true });
  try {
    writeFileSync(file, String(process.pid), { flag: "wx" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    throw new Error(lockProblem(folder) ?? String(error), { cause: error });
  }
  await ended(processes);
  return () => {
    rmSync(file, { force: true });
  };
}

/** What keeps a run from using a folder, with the fix; undefined when it is free. */
export function lockProblem(folder: string): string | undefined {
  const owner = ownerOf(lockFile(folder));
  return owner !== undefined && isAlive(owner)
    ? `Another run (pid ${owner}) uses ${folder}; stop it first, with Ctrl-C or kill ${owner}.`
    : undefined;
}

function lockFile(folder: string): string {
  return path.join(folder, "lock");
}

function ownerOf(file: string): number | undefined {
  try {
    return Number.parseInt(readFileSync(file, "utf8"), 10);
  } catch {
    return undefined;
  }
}

async function ended(processes: string): Promise<void> {
  mkdirSync(processes, { recursive: true });
  const names = readdirSync(processes);
  await until(() => !names.some((name) => isAlive(Number(name))), ORPHAN_SECONDS);
  for (const name of names) rmSync(path.join(processes, name), { force: true });
}
