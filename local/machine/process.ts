import { type ChildProcess, spawn } from "node:child_process";
import {
  createWriteStream,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";

const TAIL_LINES = 20;
const PROBE_INTERVAL_MILLISECONDS = 50;
/** How long a process may take to end on its own after SIGTERM. */
const GRACE_MILLISECONDS = 5_000;

export interface ProcessOptions {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Variables besides those of this process. */
  readonly env?: Readonly<Record<string, string>>;
  readonly logFile: string;
  /** Folder where a file named after its pid lies as long as the process lives. */
  readonly pidFolder?: string;
  /** It is ready when a line of its output matches, or when the function answers true. */
  readonly ready: RegExp | (() => Promise<boolean>);
  /** It is stopped and the start fails when it is not ready by then. */
  readonly timeoutSeconds: number;
  /** Ends the process, and fails the start, when it is aborted before the process is ready. */
  readonly signal?: AbortSignal;
  readonly onExit?: (exit: ProcessError) => void;
}

/** A process that did not become ready, or that ended on its own. */
export class ProcessError extends Error {
  override readonly name = "ProcessError";
  readonly process: string;
  /** How it ended: the signal, or the exit code. */
  readonly how: string;

  constructor(
    what: string,
    process: { readonly name: string; readonly logFile: string; readonly tail: readonly string[] },
    exit?: Exit,
  ) {
    const tail = process.tail.length > 0 ? process.tail.map((line) => `  ${line}`) : ["  (empty)"];
    super([`${process.name} ${what}. The end of ${process.logFile}:`, ...tail].join("\n"));
    this.process = process.name;
    this.how = exit?.signal ?? `exit code ${exit?.code ?? "unknown"}`;
  }
}

interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/**
 * A child process that ends with this one. It leads its own process group, so that Ctrl-C reaches only the parent.
 * Its standard input closes with this process, even after SIGKILL: the child must end then.
 */
export class ServiceProcess {
  readonly name: string;
  readonly pid: number;
  readonly exited: Promise<void>;
  readonly #child: ChildProcess;
  #stopping = false;

  private constructor(name: string, pid: number, child: ChildProcess, exited: Promise<void>) {
    this.name = name;
    this.pid = pid;
    this.#child = child;
    this.exited = exited;
  }

  /** Starts a process and waits until it is ready. @throws ProcessError with the end of the log */
  static async start(options: ProcessOptions): Promise<ServiceProcess> {
    const { name, logFile } = options;
    mkdirSync(path.dirname(logFile), { recursive: true });
    const log = createWriteStream(logFile, { fd: openSync(logFile, "a") });
    const child = spawn(options.command, options.args, {
      env: { ...process.env, ...options.env },
      stdio: ["pipe", "pipe", "pipe"],
      detached: true,
    });
    const tail: string[] = [];
    const { ready } = options;
    let readyLine: () => void = () => undefined;
    const said = new Promise<void>((resolve) => (readyLine = resolve));
    for (const output of [child.stdout, child.stderr]) {
      output.pipe(log, { end: false });
      createInterface({ input: output }).on("line", (line) => {
        tail.push(line);
        if (tail.length > TAIL_LINES) tail.shift();
        if (ready instanceof RegExp && ready.test(line)) readyLine();
      });
    }
    // Writing to a child that has just ended is no error of ours.
    child.stdin.on("error", () => undefined);

    const exit = new Promise<Exit>((resolve, reject) => {
      child.once("error", reject);
      // After the output has been read to its end and is in the file, so that tail and log are whole.
      child.once("close", (code, signal) => {
        log.end(() => {
          resolve({ code, signal });
        });
      });
    });
    if (child.pid === undefined) {
      log.end();
      const error = await exit.catch((reason: unknown) => reason);
      throw new Error(`${name} cannot be started with ${options.command}: ${String(error)}`);
    }
    const pidFile = options.pidFolder && path.join(options.pidFolder, String(child.pid));
    if (pidFile) {
      mkdirSync(path.dirname(pidFile), { recursive: true });
      writeFileSync(pidFile, `${name}\n`);
    }
    const exited = exit.then(() => {
      if (pidFile) rmSync(pidFile, { force: true });
    });
    const service = new ServiceProcess(name, child.pid, child, exited);
    const failure = (what: string, end?: Exit): ProcessError =>
      new ProcessError(what, { name, logFile, tail }, end);

    const abort = (): void => void service.kill();
    options.signal?.addEventListener("abort", abort);
    if (options.signal?.aborted === true) abort();
    const waiting = new AbortController();
    const outcome = await Promise.race([
      ready instanceof RegExp ? said : answers(ready, exited),
      exit,
      delay(options.timeoutSeconds * 1000, "late" as const, waiting).catch(() => undefined),
    ]);
    waiting.abort();
    options.signal?.removeEventListener("abort", abort);
    if (outcome === "late") {
      await service.stop();
      throw failure(`was not ready after ${options.timeoutSeconds} s and has been stopped`);
    }
    if (outcome !== undefined) throw failure(`${inWords(outcome)} before it was ready`, outcome);
    void exit.then((end) => {
      if (!service.#stopping) options.onExit?.(failure(inWords(end), end));
    });
    return service;
  }

  /** Asks the process and everything it started to end, and makes them end after five seconds. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#signal("SIGTERM");
    const grace = setTimeout(() => {
      this.#signal("SIGKILL");
    }, GRACE_MILLISECONDS);
    await this.exited;
    clearTimeout(grace);
    // What it started and left behind.
    this.#signal("SIGKILL");
  }

  /** Kills the process and everything it started. */
  async kill(): Promise<void> {
    this.#stopping = true;
    this.#signal("SIGKILL");
    await this.exited;
  }

  #signal(signal: NodeJS.Signals): void {
    try {
      process.kill(-this.pid, signal);
    } catch {
      // The group is gone already.
      this.#child.stdin?.destroy();
    }
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // It runs, but under another user.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
  try {
    // Linux: a zombie has ended, but its exit code has not been read.
    return !/^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, "latin1"));
  } catch {
    return true;
  }
}

async function answers(probe: () => Promise<boolean>, exited: Promise<void>): Promise<void> {
  const end = new AbortController();
  void exited.then(() => {
    end.abort();
  });
  while (!end.signal.aborted && !(await probe())) await delay(PROBE_INTERVAL_MILLISECONDS);
}

function inWords({ code, signal }: Exit): string {
  return signal === null ? `ended with exit code ${code ?? "unknown"}` : `was ended by ${signal}`;
}
