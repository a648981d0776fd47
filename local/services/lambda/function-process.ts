import { type ChildProcess, fork } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { closeSync, mkdirSync, openSync } from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";

/** Bytes of a request or of a response: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const MAX_PAYLOAD_BYTES = 6_291_556;
/** Time to load the code, which Lambda limits to ten seconds. */
const INIT_MILLISECONDS = 10_000;

export interface FunctionSettings {
  readonly name: string;
  readonly arn: string;
  readonly version: string;
  readonly file: string;
  readonly handler: string;
  readonly memoryMiB: number;
  readonly timeoutSeconds: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly logFile: string;
}

/** What a function answers when it throws: https://docs.aws.amazon.com/lambda/latest/dg/nodejs-exceptions.html */
export class FunctionError extends Error {
  override readonly name = "FunctionError";
  readonly errorType: string;

  constructor(functionName: string, { errorType, errorMessage }: Failure) {
    super(`${functionName} failed: ${errorType}: ${errorMessage}`);
    this.errorType = errorType;
  }
}

interface Failure {
  readonly errorType: string;
  readonly errorMessage: string;
}

interface Answer {
  readonly result?: string;
  readonly error?: Failure;
  readonly ended?: true;
}

/**
 * Execution environment of a Lambda function: a Node.js process, started by the first invocation, one at a time.
 * A timeout or the end of the process replaces it.
 */
export class FunctionProcess {
  readonly #settings: FunctionSettings;
  #child: ChildProcess | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(settings: FunctionSettings) {
    this.#settings = settings;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Takes and returns JSON text. @throws FunctionError when the function fails, takes too long or answers too much */
  invoke(payload: string): Promise<string> {
    const invocation = this.#last.then(() => this.#invoke(payload));
    this.#last = invocation.catch(() => undefined);
    return invocation;
  }

  async stop(): Promise<void> {
    await this.#end(this.#child);
  }

  async #invoke(payload: string): Promise<string> {
    const { name, arn, version, memoryMiB, timeoutSeconds } = this.#settings;
    this.#check("Request", payload);
    const child = this.#child ?? (await this.#start());
    const milliseconds = timeoutSeconds * 1000;
    child.send({
      payload,
      deadline: Date.now() + milliseconds,
      context: {
        functionName: name,
        functionVersion: version,
        invokedFunctionArn: arn,
        memoryLimitInMB: String(memoryMiB),
        awsRequestId: randomUUID(),
      },
    });
    const answer = await this.#answer(child, milliseconds, {
      errorType: "Sandbox.Timedout",
      errorMessage: `Task timed out after ${timeoutSeconds.toFixed(2)} seconds`,
    });
    if (answer.error !== undefined) throw new FunctionError(name, answer.error);
    const { result = "null" } = answer;
    this.#check("Response", result);
    return result;
  }

  async #start(): Promise<ChildProcess> {
    const { name, file, handler, memoryMiB, environment, logFile } = this.#settings;
    mkdirSync(path.dirname(logFile), { recursive: true });
    const log = openSync(logFile, "a");
    const child = fork(path.join(__dirname, "lambda-host.mjs"), [file, handler], {
      // What this process was started with, such as a TypeScript loader, is none of the function's business.
      execArgv: [`--max-old-space-size=${memoryMiB}`],
      env: { PATH: process.env["PATH"], ...environment },
      cwd: path.dirname(file),
      stdio: ["ignore", log, log, "ipc"],
    });
    closeSync(log);
    child.once("exit", () => {
      if (this.#child === child) this.#child = undefined;
    });
    this.#child = child;
    const { error } = await this.#answer(child, INIT_MILLISECONDS, {
      errorType: "Sandbox.InitTimeout",
      errorMessage: `The code was not loaded after ${INIT_MILLISECONDS / 1000} s`,
    });
    if (error !== undefined) {
      await this.#end(child);
      throw new FunctionError(name, error);
    }
    return child;
  }

  /** The next message of the process. One that is late, or has ended, is not used again. */
  async #answer(child: ChildProcess, milliseconds: number, late: Failure): Promise<Answer> {
    const settled = new AbortController();
    const { signal } = settled;
    try {
      const answer = await Promise.race([
        once(child, "message", { signal }).then(([message]) => message as Answer),
        once(child, "exit", { signal }).then(([code]): Answer => {
          const errorMessage = `The process ended with exit code ${String(code ?? "none")}`;
          return { ended: true, error: { errorType: "Runtime.ExitError", errorMessage } };
        }),
        delay(milliseconds, undefined, { signal }),
      ]);
      if (answer === undefined || answer.ended) await this.#end(child);
      return answer ?? { error: late };
    } finally {
      settled.abort();
    }
  }

  async #end(child: ChildProcess | undefined): Promise<void> {
    if (child === this.#child) this.#child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, "exit");
    child.kill("SIGKILL");
    await exited;
  }

  #check(what: string, payload: string): void {
    const bytes = Buffer.byteLength(payload);
    if (bytes <= MAX_PAYLOAD_BYTES) return;
    throw new FunctionError(this.#settings.name, {
      errorType: `Function.${what}SizeTooLarge`,
      errorMessage: `${what} payload size ${bytes} exceeds the maximum of ${MAX_PAYLOAD_BYTES} bytes`,
    });
  }
}
