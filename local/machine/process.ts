import { spawn } from "node:child_process";
import {
  createWriteStream,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { lastLines } from "./command";

const TAIL_LINES = 20;
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

export type ServiceProcess = Awaited<ReturnType<typeof startProcess>>;

/**
 * Starts a child process that ends with this one, and waits until it is ready. It leads its own process group, so that
 * Ctrl-C reaches only the parent. Its standard input closes with this process, even after SIGKILL: the child must end then.
 *
 * @throws ProcessError with the end of the log
 */
export async function startProcess(options: ProcessOptions) {
  const { name, logFile, ready, timeoutSeconds, onExit } = options;
  mkdirSync(path.dirname(logFile), { recursive: true });
  const log = createWriteStream(logFile, { fd: openSync(logFile, "a") });
  const child = spawn(options.command, options.args, {
    env: { ...process.env, ...options.env },
    stdio: ["pipe", "pipe", "pipe"],
    detached: true,
  });
  let isReady = false;
  const tail = lastLines(child, TAIL_LINES, (line) => {
    if (ready instanceof RegExp) isReady ||= ready.test(line);
  });
  for (const output of [child.stdout, child.stderr]) output.pipe(log, { end: false });
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
  const { pid } = child;
  if (pid === undefined) {
    log.end();
    const error = await exit.catch((reason: unknown) => reason);
    throw new Error(`${name} cannot be started with ${options.command}: ${String(error)}`);
  }
  const pidFile = options.pidFolder && path.join(options.pidFolder, String(pid));
  if (pidFile) {
    mkdirSync(path.dirname(pidFile), { recursive: true });
    writeFileSync(pidFile, `${name}\n`);
  }
  let end: Exit | undefined;
  let isStopping = false;
  const failure = (what: string): ProcessError =>
    new ProcessError(what, { name, logFile, tail }, end);
  const exited = exit.then((how) => {
    end = how;
    if (pidFile) rmSync(pidFile, { force: true });
  });
  const signalGroup = (signal: NodeJS.Signals): void => {
    try {
      process.kill(-pid, signal);
    } catch {
      // The group is gone already.
      child.stdin.destroy();
    }
  };
  const service = {
    name,
    pid,
    exited,
    /** Asks the process and everything it started to end, and makes them end after five seconds. */
    async stop(): Promise<void> {
      isStopping = true;
      signalGroup("SIGTERM");
      const grace = setTimeout(() => {
        signalGroup("SIGKILL");
      }, GRACE_MILLISECONDS);
      await exited;
      clearTimeout(grace);
      // What it started and left behind.
      signalGroup("SIGKILL");
    },
    /** Kills the process and everything it started. */
    async kill(): Promise<void> {
      isStopping = true;
      signalGroup("SIGKILL");
      await exited;
    },
  };

  const abort = (): void => void service.kill();
  options.signal?.addEventListener("abort", abort);
  if (options.signal?.aborted === true) abort();
  const probe = ready instanceof RegExp ? () => isReady : ready;
  const isInTime = await until(() => end !== undefined || probe(), timeoutSeconds);
  options.signal?.removeEventListener("abort", abort);
  if (!isInTime) {
    await service.stop();
    throw failure(`was not ready after ${timeoutSeconds} s and has been stopped`);
  }
  if (end !== undefined) throw failure(`${inWords(end)} before it was ready`);
  void exited.then(() => {
    if (!isStopping && end) onExit?.(failure(inWords(end)));
  });
  return service;
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

/** Asks every 50 ms until something is so. @returns false where it is not in time */
export async function until(
  isSo: () => boolean | Promise<boolean>,
  seconds: number,
): Promise<boolean> {
  const deadline = performance.now() + seconds * 1000;
  while (!(await isSo())) {
    if (performance.now() > deadline) return false;
    await delay(50);
  }
  return true;
}

function inWords({ code, signal }: Exit): string {
  return signal === null ? `ended with exit code ${code ?? "unknown"}` : `was ended by ${signal}`;
}
