import { run } from "./command/command";
import { exitWith } from "./command/exit-codes";
import { parseOptions } from "./command/options";
import { silenceSdkNotice } from "./sdk-notice";

silenceSdkNotice();
void exitWith(() => run(parseOptions(process.argv.slice(2), process.env)));
