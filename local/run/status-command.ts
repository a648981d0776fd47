import { setTimeout as delay } from "node:timers/promises";
import { Command } from "commander";
import { NotRunningError, runningPipeline, type RunningPipeline } from "./run-file";
import { kinesisClient } from "../services/kinesis/kinesis-server";
import { clock } from "../status/figures";
import { PipelineMonitor } from "../status/monitor";
import type { PipelineStatus } from "../status/pipeline-status";

const WATCH_MILLISECONDS = 1000;
const LATEST = 8;
const CLEAR = "\u001b[H\u001b[J";

interface StatusOptions {
  readonly json: boolean;
  readonly watch: boolean;
}

export function statusCommand(signal: AbortSignal): Command {
  return new Command("status")
    .description("what the running pipeline is doing")
    .option("--json", "the whole status as JSON, with --watch a line each second", false)
    .option("--watch", "show it each second, until Ctrl-C", false)
    .action(async ({ json, watch }: StatusOptions) => {
      let ask: ReturnType<typeof asking> | undefined;
      try {
        do {
          const indent = watch ? undefined : 2;
          let text: string;
          try {
            const pipeline = runningPipeline();
            ask ??= asking(pipeline);
            const status = await ask.status();
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
      } finally {
        ask?.end();
      }
    });
}

/** The run itself knows most, the journal included; without its page the parts are asked themselves. */
export function asking(
  { pid, page, endpoints, region, streamName, workload }: RunningPipeline,
  patience = 3000,
): {
  readonly status: () => Promise<PipelineStatus>;
  readonly end: () => void;
} {
  if (page !== undefined) {
    const status = async (): Promise<PipelineStatus> => {
      const signal = AbortSignal.timeout(patience);
      const response = await fetch(new URL("/status.json", page), { signal }).catch(() => {
        throw new NotRunningError({ pid, step: `no answer from ${page}` });
      });
      if (!response.ok) throw new Error(`${page} answered ${response.status}`);
      return (await response.json()) as PipelineStatus;
    };
    return { status, end: () => undefined };
  }
  const client = kinesisClient(endpoints.kinesis, region);
  const windows = { windowMinutes: 1, slideMinutes: 1, tradeWindowSeconds: 60 };
  const monitor = new PipelineMonitor({
    sources: () => ({
      stream: { client, name: streamName, endpoint: endpoints.kinesis },
      flinkEndpoint: endpoints.flink,
      search: { endpoint: endpoints.opensearch, ...windows },
      policies: [],
      resources: [],
      workload,
    }),
  });
  return {
    status: () => monitor.poll(),
    end: () => {
      client.destroy();
    },
  };
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
