import { execFileSync } from "node:child_process";
import { existsSync, readlinkSync, realpathSync } from "node:fs";
import path from "node:path";

interface Command {
  readonly folder: string;
  readonly line: string;
}

/**
 * The configuration files that the engine applies to the pack in a folder: by the options of the pulumi command that
 * started this process, else by its environment. The engine itself hands a pack the entries of known policies only.
 */
export function configuredFiles(pack: string): readonly string[] {
  const { env } = process;
  const { folder, line } = commandsAbove(process.ppid).find(hasConfiguration) ?? {
    folder: env["PWD"] ?? ".",
    line: `--policy-pack=${env["PULUMI_OPTION_POLICY_PACK"] ?? ""} --policy-pack-config=${env["PULUMI_OPTION_POLICY_PACK_CONFIG"] ?? ""}`,
  };
  const [packs, files] = ["policy-pack", "policy-pack-config"].map((option) =>
    [...line.matchAll(new RegExp(`--${option}[= ](\\S+)`, "g"))]
      .flatMap(([, value = ""]) => value.split(","))
      .map((file) => path.resolve(folder, file)),
  ) as [string[], string[]];
  // The first file is for the first pack.
  const isOwn = (one: string | undefined) =>
    one !== undefined && existsSync(one) && realpathSync(one) === realpathSync(pack);
  return files.filter(
    (file, index) => existsSync(file) && (packs.length < 2 || isOwn(packs[index])),
  );
}

function hasConfiguration({ line }: Command): boolean {
  return line.includes("--policy-pack-config");
}

/** The commands that started a process, each with its folder where the system reports it. */
function commandsAbove(pid: number): readonly Command[] {
  try {
    const output = execFileSync("ps", ["-o", "ppid=,args=", "-p", String(pid)], {
      encoding: "utf8",
    });
    const [, parent = "0", line = ""] = /^\s*(\d+)\s+(.*)/.exec(output) ?? [];
    const above = Number(parent) > 1 ? commandsAbove(Number(parent)) : [];
    return [{ line, folder: folderOf(pid) }, ...above];
  } catch {
    return [];
  }
}

function folderOf(pid: number): string {
  const link = `/proc/${pid}/cwd`;
  return existsSync(link) ? readlinkSync(link) : (process.env["PWD"] ?? ".");
}
