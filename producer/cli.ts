import { run } from "./command";
import { exitWith } from "./exit-codes";
import { parseOptions } from "./options";
import { silenceSdkNotice } from "./sdk-notice";

silenceSdkNotice();
void exitWith(() => run(parseOptions(process.argv.slice(2), process.env)));
