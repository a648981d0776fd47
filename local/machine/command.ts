import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

const TAIL_LINES = 30;

export interface CommandOptions {
  readonly cwd?: string;
  /** Over this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
  readonly onLine?: (line: string) => void;
}

/** Options of a command line such as --port 80. */
export function commandOptions(values: Readonly<Record<string, string | number>>): string[] {
  return Object.entries(values).flatMap(([name, value]) => [`--${name}`, String(value)]);
}

/** Calls back with each line that a process writes. @returns the last ones of those so far */
export function lastLines(
  { stdout, stderr }: { readonly stdout: Readable; readonly stderr: Readable },
  count: number,
  onLine?: (line: string) => void,
): readonly string[] {
  const lines: string[] = [];
  for (const input of [stdout, stderr]) {
    createInterface({ input }).on("line", (line) => {
      lines.push(line);
      if (lines.length > count) lines.shift();
      onLine?.(line);
    });
  }
  return lines;
}

/** Runs a command, and ends it with this process. @throws Error with the end of its output when it fails */
export function runCommand(
  command: string,
  args: readonly string[],
  { cwd, env, signal, onLine }: CommandOptions = {},
): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      stdio: ["ignore", "pipe", "pipe"],
      ...(cwd && { cwd }),
      ...(env && { env: { ...process.env, ...env } }),
      ...(signal && { signal }),
    });
    const end = (): void => void child.kill();
    process.once("exit", end);
    const tail = lastLines(child, TAIL_LINES, onLine);
    child.once("error", reject);
    child.once("close", (code) => {
      process.off("exit", end);
      if (code === 0) resolve();
      else reject(new Error(`${command} ${args.join(" ")} failed:\n${tail.join("\n")}`));
    });
  });
}
