import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync } from "node:fs";
import path from "node:path";
import { projectFolder } from "../local/machine/project";
import type { ServiceFolders } from "../local/machine/service-folders";

/** A new folder for what a benchmark writes, which it removes in the end. */
export function benchFolder(name: string): string {
  const local = path.join(projectFolder, ".local");
  mkdirSync(local, { recursive: true });
  return mkdtempSync(path.join(local, `bench-${name}-`));
}

/** A command of the Java of JAVA_HOME, else the one on PATH. */
export function javaTool(name: string): string {
  const home = process.env["JAVA_HOME"];
  return home === undefined ? name : path.join(home, "bin", name);
}

/** All processes of this machine, with the names of those that local services have started. */
export function processes(folders: ServiceFolders) {
  return execFileSync("ps", ["-A", "-o", "pid=,ppid=,rss=,time="])
    .toString()
    .trim()
    .split("\n")
    .map((line) => {
      const [pid = "", parent, kib, time = ""] = line.trim().split(/\s+/);
      const file = path.join(folders.processes, pid);
      return {
        pid: Number(pid),
        parent: Number(parent),
        mib: Math.round(Number(kib) / 1024),
        // Since its start, in whole seconds.
        processorSeconds: secondsOf(time),
        // What the local services call it; undefined for another process of this machine.
        name: existsSync(file) ? readFileSync(file, "utf8").trim() : undefined,
      };
    });
}

/** Of `[[days-]hours:]minutes:seconds`, as POSIX has it. */
function secondsOf(time: string): number {
  const [clock = "", days = "0"] = time.split("-").reverse();
  const seconds = clock.split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
  return Number(days) * 86_400 + seconds;
}
