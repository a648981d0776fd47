import { CommanderError } from "commander";

/** Exit codes of the project's commands; each command's help explains them. */
export const exitCodes = { done: 0, failed: 1, notStarted: 2, aborted: 130 } as const;

/** Why a command was refused before it sent or read anything; the command ends with exit code 2. */
export class StartError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[], what = "replay") {
    const lines = problems.map(oneLine);
    super([`The ${what} cannot start:`, ...lines.map((line) => `- ${line}`)].join("\n"));
    this.name = "StartError";
    this.problems = lines;
  }
}

const longestLine = 1500;

/** A text without the control characters of what it quotes, which would be commands to a terminal, and not longer than a screen. */
function oneLine(text: string): string {
  const line = text.replace(/\p{Cc}+/gu, " ");
  return line.length > longestLine ? `${line.slice(0, longestLine)}…` : line;
}

/**
 * A reader of the output that goes, as `head` does, ends the program, as does a full disk, unless a part of it has more to
 * do then.
 */
export function endWithReader(): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (process.stdout.listenerCount("error") > 1) return;
    if (error.code === "EPIPE") process.exit(exitCodes.done);
    process.stderr.write(`${unwritable(error)}\n`);
    process.exit(exitCodes.failed);
  });
}

export function unwritable(error: Error): string {
  return `the standard output cannot be written: ${error.message}`;
}

/** Ends the program with the exit code of the work. A StartError is printed without a stack trace. */
export async function exitWith(work: () => Promise<number>): Promise<void> {
  endWithReader();
  try {
    process.exitCode = await work();
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? exitCodes.done : exitCodes.notStarted;
    } else if (error instanceof StartError) {
      process.stderr.write(`${error.message}\n`);
      process.exitCode = exitCodes.notStarted;
    } else {
      throw error;
    }
  }
}

/** Suppresses the SDK's notice about Node.js versions; the version is the project's choice (docs/decisions/0001). */
export function silenceSdkNotice(): void {
  process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] = "true";
}
