import { useProfile } from "../cli/aws";
import { exitWith, silenceSdkNotice, StartError } from "../cli/command";
import { run, writeError } from "./command/command";
import { parseOptions, profileOf } from "./command/options";

silenceSdkNotice();
const args = process.argv.slice(2);
void exitWith(async () => {
  try {
    await useProfile(profileOf(args));
    return await run(parseOptions(args, process.env));
  } catch (error) {
    if (error instanceof StartError && args.includes("--json")) {
      writeError(error.problems);
    }
    throw error;
  }
});
