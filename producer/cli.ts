import { run } from "./command/command";
import { parseOptions } from "./command/options";
import { exitWith, silenceSdkNotice } from "../cli/command";

silenceSdkNotice();
void exitWith(() => run(parseOptions(process.argv.slice(2), process.env)));
