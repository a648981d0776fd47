import { CommanderError } from "commander";
import { endWithReader, silenceSdkNotice, StartError } from "../cli/command";
import { MachineError } from "./machine/preflight";
import { actionCommands } from "./run/action-commands";
import {
  faultList,
  localCommand,
  type LocalOptions,
  localOptions,
  OptionsError,
} from "./run/options";
import { logsCommand } from "./run/logs-command";
import { NotRunningError } from "./run/run-file";
import { statusCommand } from "./run/status-command";

const exitCodes = {
  passed: 0,
  failed: 1,
  notStarted: 2,
  interrupted: 130,
  terminated: 143,
} as const;

const PARENT_POLL_MILLISECONDS = 1000;

silenceSdkNotice();
endWithReader();

async function main(): Promise<number> {
  const stop = stopping();
  try {
    let code: number = exitCodes.passed;
    const command = localCommand().exitOverride();
    command.action(async (options: Readonly<Record<string, unknown>>) => {
      if (options["fault"] === "list") process.stdout.write(faultList());
      else code = exitCodes[await run(localOptions(options), stop.signal)];
    });
    command.addCommand(statusCommand(stop.signal).exitOverride());
    command.addCommand(logsCommand(stop.signal).exitOverride());
    for (const action of actionCommands()) command.addCommand(action.exitOverride());
    await command.parseAsync();
    return code;
  } catch (error) {
    if (error instanceof CommanderError)
      return error.exitCode === 0 ? exitCodes.passed : exitCodes.notStarted;
    if (stop.signal.aborted) return stoppedBy(stop.signalName());
    const message = error instanceof Error ? error.message : String(error);
    const asJson = process.argv.includes("--json");
    process.stderr.write(asJson ? `${JSON.stringify({ error: message })}\n` : `\n${message}\n`);
    const refused = [OptionsError, MachineError, StartError, NotRunningError].some(
      (kind) => error instanceof kind,
    );
    return refused ? exitCodes.notStarted : exitCodes.failed;
  } finally {
    stop.end();
  }
}

/** Loads the program and the engine's client only for a run, which takes seconds. */
function run(options: LocalOptions, signal: AbortSignal) {
  // tsx compiles what is required; a dynamic import would go past it.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { runLocal } = require("./run/run") as typeof import("./run/run");
  return runLocal(options, signal);
}

function stoppedBy(signalName: NodeJS.Signals | undefined): number {
  return signalName === "SIGTERM" ? exitCodes.terminated : exitCodes.interrupted;
}

/** The first signal, or the end of the parent process, stops everything in order; a second signal ends immediately. */
function stopping(): {
  readonly signal: AbortSignal;
  readonly signalName: () => NodeJS.Signals | undefined;
  readonly end: () => void;
} {
  const controller = new AbortController();
  let name: NodeJS.Signals | undefined;
  const stop = (received: NodeJS.Signals): void => {
    // The services end with this process, whose end they notice.
    if (controller.signal.aborted) process.exit(stoppedBy(received));
    name = received;
    process.stderr.write("\nStopping; press Ctrl-C again to end immediately.\n");
    controller.abort(new Error("stopped"));
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, stop);
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid !== parent && !controller.signal.aborted) stop("SIGTERM");
  }, PARENT_POLL_MILLISECONDS);
  watch.unref();
  return {
    signal: controller.signal,
    signalName: () => name,
    end: () => {
      clearInterval(watch);
    },
  };
}

void main().then((code) => {
  process.exitCode = code;
});
