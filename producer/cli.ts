import { run } from "./command/command";
import { exitWith } from "../cli/exit-codes";
import { parseOptions } from "./command/options";
import { silenceSdkNotice } from "../cli/sdk-notice";

silenceSdkNotice();
void exitWith(() => run(parseOptions(process.argv.slice(2), process.env)));
