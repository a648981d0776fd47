import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { bundle } from "../../../infra/core/bundle";

/** Writes the producer as it is put on a host: one CommonJS file without dependencies. */
export function bundleProducer(folder: string): string {
  const path = join(folder, "producer.cjs");
  writeFileSync(path, bundle("producer/cli.ts").text);
  return path;
}

/** A producer that runs in a process of its own. */
export class ProducerProcess {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #exit: Promise<number | NodeJS.Signals>;
  #outputArrived: () => void = () => undefined;
  stdout = "";
  stderr = "";

  /** @param folder - becomes its working directory and home */
  constructor(bundle: string, args: readonly string[], env: NodeJS.ProcessEnv, folder: string) {
    this.#child = spawn(process.execPath, [bundle, ...args], {
      cwd: folder,
      env: { HOME: folder, AWS_EC2_METADATA_DISABLED: "true", ...env },
    });
    this.#child.stdout.on("data", (data: Buffer) => {
      this.stdout += data.toString();
      this.#outputArrived();
    });
    this.#child.stderr.on("data", (data: Buffer) => {
      this.stderr += data.toString();
      this.#outputArrived();
    });
    this.#exit = once(this.#child, "close").then(
      ([code, signal]) => (code ?? signal) as number | NodeJS.Signals,
    );
  }

  /** The JSON lines of its standard output. */
  get reports(): Record<string, unknown>[] {
    const lines = this.stdout.trimEnd().split("\n");
    return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  /** The last of the reports. */
  get report(): Record<string, unknown> {
    return this.reports.at(-1) ?? {};
  }

  write(input: string): void {
    this.#child.stdin.end(input);
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Resolves when it has written the text. */
  async says(text: string | RegExp): Promise<void> {
    const isIn = (output: string) =>
      typeof text === "string" ? output.includes(text) : text.test(output);
    while (!isIn(this.stdout) && !isIn(this.stderr)) {
      await new Promise<void>((resolve) => {
        this.#outputArrived = resolve;
      });
    }
  }

  /** @returns its exit code, or the signal that ended it */
  async exit(): Promise<number | NodeJS.Signals> {
    return this.#exit;
  }
}
