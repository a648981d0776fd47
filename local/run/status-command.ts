import { setTimeout as delay } from "node:timers/promises";
import { Command } from "commander";
import { NotRunningError, runningPipeline, type RunningPipeline } from "./run-file";
import { clock } from "../status/figures";
import type { PipelineStatus } from "../status/pipeline-status";

const WATCH_MILLISECONDS = 1000;
const LATEST = 8;
const CLEAR = "\u001b[H\u001b[J";

export function statusCommand(signal: AbortSignal): Command {
  return new Command("status")
    .description("what the running pipeline is doing")
    .option("--json", "the whole status as JSON, with --watch a line each second", false)
    .option("--watch", "show it each second, until Ctrl-C", false)
    .action(async ({ json, watch }: Record<"json" | "watch", boolean>) => {
      const indent = watch ? undefined : 2;
      try {
        do {
          let text: string;
          try {
            const pipeline = runningPipeline();
            const status = await statusOf(pipeline);
            text = json ? JSON.stringify(status, undefined, indent) : statusText(status, pipeline);
          } catch (error) {
            if (!(error instanceof NotRunningError && error.starting)) throw error;
            text = json ? JSON.stringify(error.starting, undefined, indent) : error.message;
          }
          process.stdout.write(`${watch && !json && process.stdout.isTTY ? CLEAR : ""}${text}\n`);
          if (watch) await delay(WATCH_MILLISECONDS, undefined, { signal });
        } while (watch);
      } catch (error) {
        if (!signal.aborted) throw error;
      }
    });
}

/** @throws NotRunningError when the run does not answer */
export async function statusOf(
  { address, pid }: Pick<RunningPipeline, "address" | "pid">,
  patience = 3000,
): Promise<PipelineStatus> {
  const signal = AbortSignal.timeout(patience);
  const response = await fetch(new URL("/status.json", address), { signal }).catch(() => {
    throw new NotRunningError({ pid, step: `no answer from ${address}` });
  });
  if (!response.ok) throw new Error(`${address} answered ${response.status}`);
  return (await response.json()) as PipelineStatus;
}

export function statusText(
  { verdict, stages, journal }: PipelineStatus,
  { page, pid }: Pick<RunningPipeline, "page" | "pid">,
): string {
  const events = journal.filter(({ kind }) => kind !== "checkpoint").slice(-LATEST);
  const lines: readonly (readonly [string, string])[] = [
    ["Pipeline", `process ${pid}${page === undefined ? "" : `, ${page}`}`],
    ["State", [verdict.title, verdict.detail].filter(Boolean).join(": ")],
    ...stages.map(({ title, state, figure, lines: more, asOf }): [string, string] => [
      title,
      [
        ...(state === "" ? [] : [state]),
        ...(asOf === undefined ? [] : [`as of ${clock(asOf)}`]),
        figure,
        ...more,
      ].join(", "),
    ]),
    ...events.map(({ at, text }): [string, string] => [clock(at), text]),
  ];
  return lines.map(([name, text]) => `${name.padEnd(12)}${text}`).join("\n");
}
