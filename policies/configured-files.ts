import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, readlinkSync, realpathSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";

interface Command {
  readonly args: readonly string[];
  readonly folder: string;
}

const { env } = process;
const repeated = { type: "string", multiple: true } as const;

/**
 * The configuration files that the engine applies to the pack in a folder: by the options of the pulumi command that
 * started this process, else by its environment. The engine itself hands a pack the entries of known policies only.
 */
export function configuredFiles(pack: string): readonly string[] {
  const variables = ["policy-pack", "policy-pack-config"].map(
    (name) => `--${name}=${env[`PULUMI_OPTION_${name.replaceAll("-", "_").toUpperCase()}`] ?? ""}`,
  );
  const environment = policyOptions({ args: variables, folder: env["PWD"] ?? "." });
  const { packs, files } = optionsAbove(process.ppid) ?? environment;
  // The first file is for the first pack.
  const isOwn = (one = "") => existsSync(one) && realpathSync(one) === realpathSync(pack);
  return files.filter(
    (file, index) => existsSync(file) && (packs.length < 2 || isOwn(packs[index])),
  );
}

function policyOptions({ args, folder }: Command) {
  const { values } = parseArgs({
    args: [...args],
    options: { "policy-pack": repeated, "policy-pack-config": repeated },
    strict: false,
  });
  const paths = (given: (typeof values)["policy-pack"] = []) =>
    given
      .flatMap((value) => String(value).split(","))
      .flatMap((one) => (one === "" ? [] : path.resolve(folder, one)));
  return { packs: paths(values["policy-pack"]), files: paths(values["policy-pack-config"]) };
}

/** The options of the nearest command with any among those that started a process: as far as the system shows them. */
function optionsAbove(pid: number): ReturnType<typeof policyOptions> | undefined {
  try {
    const { parent, ...command } = existsSync(`/proc/${pid}`) ? inProc(pid) : byPs(pid);
    const options = policyOptions(command);
    if (options.files.length > 0) return options;
    return parent > 0 ? optionsAbove(parent) : undefined;
  } catch {
    return undefined;
  }
}

/** https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
function inProc(pid: number): Command & { readonly parent: number } {
  const [, afterName = ""] = /.*\) (.*)/s.exec(readFileSync(`/proc/${pid}/stat`, "utf8")) ?? [];
  return {
    args: readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0"),
    folder: readlinkSync(`/proc/${pid}/cwd`),
    parent: Number(afterName.split(" ")[1]),
  };
}

/** macOS shows neither where an option ends that has spaces nor the folder, which is that of the shell then. */
function byPs(pid: number): Command & { readonly parent: number } {
  const output = execFileSync("ps", ["-o", "ppid=,args=", "-p", String(pid)], { encoding: "utf8" });
  const [parent, ...args] = output.trim().split(/\s+/);
  return { args, folder: env["PWD"] ?? ".", parent: Number(parent) };
}
