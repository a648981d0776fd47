import { exitWith, silenceSdkNotice, StartError } from "../cli/command";
import { run, writeError } from "./command/command";
import { parseOptions } from "./command/options";

silenceSdkNotice();
const args = process.argv.slice(2);
void exitWith(async () => {
  try {
    return await run(parseOptions(args, process.env));
  } catch (error) {
    if (error instanceof StartError && args.includes("--json")) {
      writeError(error.problems);
    }
    throw error;
  }
});
