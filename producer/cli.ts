import { CommanderError } from "commander";
import { exitCodes, run } from "./command";
import { parseOptions } from "./options";
import { StartError } from "./start-error";

async function main(): Promise<number> {
  try {
    return await run(parseOptions(process.argv.slice(2), process.env));
  } catch (error) {
    if (error instanceof CommanderError) {
      return error.exitCode === 0 ? exitCodes.done : exitCodes.notStarted;
    }
    if (error instanceof StartError) {
      process.stderr.write(`${error.message}\n`);
      return exitCodes.notStarted;
    }
    throw error;
  }
}

void main().then((exitCode) => {
  process.exitCode = exitCode;
});
