import { CommanderError } from "commander";
import { StartError } from "./start-error";

/** What a program of this package ends with; its help explains them. */
export const exitCodes = { done: 0, failed: 1, notStarted: 2, aborted: 130 } as const;

/** Ends the program with the code that the work gives; what kept it from starting is said in a line, not in a stack. */
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
