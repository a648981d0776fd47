import { spawn } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";
import { Argument, Command } from "commander";
import { wholeNumber } from "../../cli/options";
import { isAlive } from "../machine/process";
import { OptionsError } from "./options";
import { runningPipeline } from "./run-file";

const POLL_MILLISECONDS = 100;

export function actionCommands(): readonly Command[] {
  const commands = [
    new Command("pause")
      .description("stop putting records")
      .action(() => act("pause", { paused: true })),
    new Command("resume")
      .description("go on putting records")
      .action(() => act("pause", { paused: false })),
    new Command("speed")
      .description("change how fast event time is replayed")
      .addArgument(number("speed-up", "seconds of event time in a second", 1_000_000))
      .action((speedup: number) => act("speedup", { speedup })),
    new Command("reshard")
      .description("give the stream another number of shards")
      .addArgument(number("shards", "at most twice and at least half of what it has", 10_000))
      .action((shards: number) => act("reshard", { shards })),
    new Command("fault")
      .description("let something go wrong now; ends when it is over")
      .argument("<name>", "one of --fault list that needs no other deployment")
      .action((name: string) => act("fault", { name })),
    new Command("stop").description("stop the pipeline, as Ctrl-C does").action(async () => {
      const { pid } = runningPipeline();
      process.kill(pid, "SIGINT");
      while (isAlive(pid)) await delay(POLL_MILLISECONDS);
    }),
    new Command("open")
      .description("open the page in the browser; prints its address")
      .action((_: unknown, command: Command) => {
        const page = pageAddress();
        if (command.opts()["json"] !== true) process.stdout.write(`${page}\n`);
        const opener = process.platform === "darwin" ? "open" : "xdg-open";
        // A machine without a browser has the address.
        spawn(opener, [page], { stdio: "ignore", detached: true })
          .on("error", () => undefined)
          .unref();
      }),
  ];
  return commands.map((command) =>
    command.option("--json", "print what was done as JSON").hook("postAction", ({ args }) => {
      const page = command.name() === "open" ? { page: pageAddress() } : undefined;
      if (command.opts()["json"] === true)
        process.stdout.write(`${JSON.stringify({ done: command.name(), args, ...page })}\n`);
    }),
  );
}

function pageAddress(): string {
  const { page } = runningPipeline();
  if (page !== undefined) return page;
  throw new OptionsError("The pipeline runs without its page. Start it without --no-page.");
}

function number(name: string, description: string, max: number): Argument {
  return new Argument(`<${name}>`, `${description}, 1 to ${max}`).argParser(wholeNumber(1, max));
}

/** @throws OptionsError with the pipeline's own words when it refuses */
async function act(action: string, body: object): Promise<void> {
  const { origin } = new URL(runningPipeline().address);
  const response = await fetch(`${origin}/actions/${action}`, {
    method: "POST",
    headers: { origin, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (response.ok) return;
  const { message } = (await response.json()) as { readonly message: string };
  throw new OptionsError(message);
}
