import { once } from "node:events";
import { Command } from "commander";
import { profileOption, useProfile } from "../../cli/aws";
import { exitCodes, exitWith, StartError } from "../../cli/command";
import { interrupt, sessionTools, stackOutputs, startSession } from "../../cli/session";
import { quoted } from "./user-data";

/** Marks of the host around what the replay writes; the second one has its exit code after it. */
const [begin, end] = ["\u0002", "\u0003"];

/** Runs a replay in a session with the stack's replay host; an interruption here is one there. */
async function main(args: readonly string[]): Promise<number> {
  const command = new Command("npm run replay-remote --")
    .description(
      "Runs a replay on a stack's replay host and shows its progress. The host adds stream, region and workload; files\n" +
        "are those of the host, and S3 objects those that its role reads (replayInput, replayReadableInputs).\n" +
        "Ctrl-C sends what is due and then ends the replay, a second one ends it immediately.",
    )
    .argument("<stack>", "deployed stack, such as dev")
    .argument("[options...]", "options of `npm run replay`, such as --speedup 60 --json")
    .addOption(profileOption())
    .addHelpText(
      "after",
      `\nNeeds ${Object.keys(sessionTools).join(", ")}; and, for your role, ssm:StartSession.\n` +
        `Exit code: that of the replay (npm run replay -- --help); ${exitCodes.failed} when the session ended before the replay, ` +
        `${exitCodes.notStarted} when it did not start.\n\n` +
        "Example:\n  npm run replay-remote -- dev --input s3://bucket/trips/ --speedup 60 --resume /var/tmp/trips",
    )
    .allowUnknownOption()
    .exitOverride()
    .parse(args, { from: "user" });
  const [stack = "", ...options] = command.args;
  const { profile } = command.opts<{ readonly profile?: string }>();
  if (stack.startsWith("-")) {
    throw new StartError([
      `The stack must be before the options of the replay; got ${stack}. Run npm run replay-remote -- STACK ${stack} …`,
    ]);
  }

  await useProfile(profile);
  const { replayInstanceId, sessionManagerUrl } = stackOutputs(stack);
  if (typeof replayInstanceId !== "string" || typeof sessionManagerUrl !== "string") {
    throw new StartError([
      `${stack} must have the outputs replayInstanceId and sessionManagerUrl. Deploy it: pulumi up --stack ${stack}`,
    ]);
  }
  const replay = ["/usr/local/bin/replay", ...options].map(quoted).join(" ");
  const session = startSession({
    region: new URL(sessionManagerUrl).searchParams.get("region") ?? "",
    instanceId: replayInstanceId,
    document: "AWS-StartInteractiveCommand",
    parameters: {
      // On a terminal the progress would be one line as wide as the plugin's 300 columns; Ctrl-C is for the replay alone.
      command: [
        String.raw`set -o pipefail; stty -echo -onlcr; printf '\002'; ${replay} 2>&1 | (trap '' INT; cat); printf '\003%d' $?`,
      ],
    },
    profile,
  });

  let lastInterrupt = -Infinity;
  const stop = () => {
    // npm passes on a Ctrl-C that the terminal has sent as well.
    if (performance.now() - lastInterrupt > 500) interrupt(session);
    lastInterrupt = performance.now();
  };
  process.on("SIGINT", stop).on("SIGTERM", stop);
  process.stdout.on("error", stop);
  // Session Manager ends a session after 20 minutes without input, whatever it shows:
  // https://docs.aws.amazon.com/systems-manager/latest/userguide/session-preferences-timeout.html
  const input = setInterval(() => session.stdin.write("\n"), 300_000);

  let [held, hasBegun, code] = ["", false, undefined as number | undefined];
  session.stdout.setEncoding("utf8").on("data", (text: string) => {
    held += text;
    if (!hasBegun && !held.includes(begin)) return;
    if (!hasBegun) held = held.slice(held.indexOf(begin) + 1);
    hasBegun = true;
    const [output = "", after] = held.split(end);
    process.stdout.write(output);
    held = after === undefined ? "" : end + after;
    if (after !== undefined) code = Number.parseInt(after);
  });
  await once(session, "close");
  clearInterval(input);
  if (code !== undefined) return code;
  process.stderr.write(hasBegun ? "The session ended before the replay.\n" : held);
  return hasBegun ? exitCodes.failed : exitCodes.notStarted;
}

void exitWith(() => main(process.argv.slice(2)));
