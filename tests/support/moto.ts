import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Context } from "mocha";
import { runCommand } from "../../local/machine/command";
import { projectRoot } from "./command";

const version = "5.2.5";
const folder = path.join(projectRoot, ".tools", `moto-${version}`);
const python = path.join(folder, "bin", "python");
/** Written last, so that an installation that was broken off is not taken for one. */
const complete = path.join(folder, "complete");

/** Serves until its standard input ends, which it does with this process, however that ends. */
const program = `
import sys
from moto.server import ThreadedMotoServer
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
print(server.get_host_and_port()[1], flush=True)
sys.stdin.read()
`;

/** An emulation of the control planes of AWS, empty, on 127.0.0.1. */
export class Moto {
  readonly url: string;
  readonly #child: ChildProcess;

  private constructor(url: string, child: ChildProcess) {
    this.url = url;
    this.#child = child;
  }

  static async start(): Promise<Moto> {
    const child = spawn(python, ["-c", program], { stdio: ["pipe", "pipe", "ignore"] });
    const port = await new Promise<string>((resolve, reject) => {
      child.stdout.once("data", (chunk: Buffer) => {
        resolve(chunk.toString().trim());
      });
      child.once("error", reject);
      child.once("close", (code) => {
        reject(new Error(`moto ended with ${String(code)} before it served`));
      });
    });
    return new Moto(`http://127.0.0.1:${port}`, child);
  }

  stop(): void {
    this.#child.kill();
  }
}

/** Installs moto, once. @throws where that is not possible */
export async function installMoto(): Promise<void> {
  if (existsSync(complete)) return;
  rmSync(folder, { recursive: true, force: true });
  await runCommand("python3", ["-m", "venv", folder]);
  await runCommand(python, ["-m", "pip", "install", "--quiet", `moto[server]==${version}`]);
  writeFileSync(complete, "");
}

/** Skips the suite where moto cannot be installed, which is a failure in CI. */
export async function needsMoto(suite: Context): Promise<void> {
  try {
    await installMoto();
  } catch (error) {
    const reason = `moto ${version} is not to be had; it needs python3 with venv, and pip's package index: ${String(error)}`;
    if (process.env["CI"] !== undefined) throw new Error(reason, { cause: error });
    console.log(`      skipped: ${reason}`);
    suite.skip();
  }
}
