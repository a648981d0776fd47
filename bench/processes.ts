import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import type { ServiceFolders } from "../local/machine/service-folders";

export interface ProcessFigures {
  readonly pid: number;
  readonly parent: number;
  readonly mib: number;
  /** Processor time since its start, in whole seconds. */
  readonly processorSeconds: number;
  /** What the local services call it; undefined for another process of this machine. */
  readonly name: string | undefined;
}

/** All processes of this machine, with the names of those that local services have started. */
export function processes(folders: ServiceFolders): readonly ProcessFigures[] {
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
        processorSeconds: secondsOf(time),
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
