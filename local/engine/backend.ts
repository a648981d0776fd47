import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import path from "node:path";
import { isAlive } from "../machine/process";
import { filesIn } from "../machine/project";
import { isObject } from "../provider/values";

/**
 * Takes a backend folder for this process and clears up after one that was killed: it left the
 * stack locked, and perhaps an engine that waits for it in vain.
 *
 * @throws when another process is using the folder.
 */
export function claimBackend(folder: string) {
  const owner = path.join(folder, "owner");
  const pid = existsSync(owner) ? Number(readFileSync(owner, "utf8")) : undefined;
  if (pid !== undefined && pid !== process.pid && isAlive(pid)) {
    throw new Error(`${folder} is in use by process ${pid}: end it, or wait for its end.`);
  }
  mkdirSync(folder, { recursive: true });
  writeFileSync(owner, String(process.pid));
  return {
    /** An earlier run was killed: its state may list operations that are not running. */
    wasInterrupted: breakLocks(path.join(folder, "state", ".pulumi", "locks")),
    release(): void {
      rmSync(owner, { force: true });
    },
  };
}

function breakLocks(folder: string): boolean {
  if (!existsSync(folder)) return false;
  const files = filesIn(folder);
  for (const file of files) {
    if (file.endsWith(".json")) endEngine(JSON.parse(readFileSync(file, "utf8")));
    rmSync(file);
  }
  return files.length > 0;
}

function endEngine(lock: unknown): void {
  const { pid, hostname: host } = isObject(lock) ? lock : {};
  if (typeof pid !== "number" || host !== hostname() || !isAlive(pid)) return;
  // The number may belong to something else by now.
  const { stdout } = spawnSync("ps", ["-o", "args=", "-p", String(pid)]);
  if (String(stdout).includes("pulumi")) process.kill(pid, "SIGKILL");
}
