import { spawn, type ChildProcess } from "node:child_process";
import path from "node:path";

export const projectRoot = path.resolve(__dirname, "../..");
const typescript = path.join(projectRoot, "cli/typescript.cjs");

export interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command of the project under way, with what it has said so far. */
export class RunningCommand {
  readonly child: ChildProcess;
  stdout = "";
  stderr = "";
  readonly finished: Promise<Finished>;
  readonly #waiting = new Set<() => void>();

  constructor(script: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
    this.child = spawn(process.execPath, ["--require", typescript, script, ...args], {
      cwd: projectRoot,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.child.stdout?.on("data", (chunk: Buffer) => {
      this.stdout += chunk.toString();
      this.#wake();
    });
    this.child.stderr?.on("data", (chunk: Buffer) => {
      this.stderr += chunk.toString();
      this.#wake();
    });
    this.finished = new Promise((resolve, reject) => {
      this.child.on("error", reject);
      this.child.on("close", (code, signal) => {
        resolve({ code, signal, stdout: this.stdout, stderr: this.stderr });
        this.#wake();
      });
    });
  }

  /** Resolves when the command has said this; rejects when it ended without. */
  async says(pattern: RegExp): Promise<void> {
    const ended = this.finished.then(() => "ended" as const);
    while (!pattern.test(this.stdout + this.stderr)) {
      const more = new Promise<"more">((resolve) => {
        this.#waiting.add(() => {
          resolve("more");
        });
      });
      if ((await Promise.race([more, ended])) === "ended") {
        throw new Error(
          `it ended without saying ${String(pattern)}:\n${this.stdout}${this.stderr}`,
        );
      }
    }
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}

export async function command(
  script: string,
  args: readonly string[],
  env?: NodeJS.ProcessEnv,
): Promise<Finished> {
  return new RunningCommand(script, args, env).finished;
}
