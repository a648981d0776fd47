import { CommanderError } from "commander";

/** Exit codes of the project's commands; each command's help explains them. */
export const exitCodes = { done: 0, failed: 1, notStarted: 2, aborted: 130 } as const;

/** Why a command was refused before it sent or read anything; the command ends with exit code 2. */
export class StartError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[], what = "replay") {
    super([`The ${what} cannot start:`, ...problems.map((problem) => `- ${problem}`)].join("\n"));
    this.name = "StartError";
    this.problems = problems;
  }
}

/** Ends the program with the exit code of the work. A StartError is printed without a stack trace. */
export async function exitWith(work: () => Promise<number>): Promise<void> {
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
