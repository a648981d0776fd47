import { Command } from "commander";

import { runningPipeline, type RunningPipeline } from "./run-file";
import { kinesisClient } from "../services/kinesis/kinesis-server";
import { collectStatus } from "../status/collect-status";
import { fetchJson } from "../status/http";
import type { PipelineStatus } from "../status/pipeline-status";

/** `npm run local -- status`: what the pipeline that runs is doing. */
export function statusCommand(): Command {
  return new Command("status")
    .description("what the running pipeline is doing")
    .option("--json", "the whole status as JSON", false)
    .action(async ({ json }: { readonly json: boolean }) => {
      const pipeline = runningPipeline();
      const status = await statusOf(pipeline);
      const text = json ? JSON.stringify(status, undefined, 2) : statusText(status, pipeline);
      process.stdout.write(`${text}\n`);
    });
}

/** The page knows most, the replay included; without it the parts are asked themselves. */
async function statusOf({
  page,
  endpoints,
  region,
  streamName,
  workload,
}: RunningPipeline): Promise<PipelineStatus> {
  if (page !== undefined) return fetchJson<PipelineStatus>(page, "/status.json");
  const client = kinesisClient(endpoints.kinesis, region);
  try {
    return await collectStatus({
      stream: { client, name: streamName },
      flinkEndpoint: endpoints.flink,
      search: { endpoint: endpoints.opensearch, windowMinutes: 1, slideMinutes: 1 },
      policies: [],
      resources: [],
      workload,
    });
  } finally {
    client.destroy();
  }
}

/** The status in lines, each part with what matters. */
export function statusText(
  { phase, replay, stream, job, search, rates, lag }: PipelineStatus,
  { page, pid }: Pick<RunningPipeline, "page" | "pid">,
): string {
  const rate = (perSecond: number | null): string =>
    perSecond === null ? "" : `, ${Math.round(perSecond)}/s`;
  const documents = search.up ? Object.entries(search.value.documents) : [];
  const lines: readonly (readonly [string, string])[] = [
    ["Pipeline", `${phase}, process ${pid}${page === undefined ? "" : `, ${page}`}`],
    [
      "Replay",
      replay.up
        ? `${replay.value.progress.recordsPut} of ${replay.value.progress.recordsTotal ?? "endless"} records put${rate(rates.recordsPut)}, lag ${replayLag(replay.value.progress.replayLagSeconds)}`
        : replay.reason,
    ],
    [
      "Stream",
      stream.up
        ? `${stream.value.name}, ${stream.value.status}, ${stream.value.openShards} shards, ${stream.value.retentionHours} h`
        : stream.reason,
    ],
    [
      "Job",
      job.up
        ? `${job.value.state}, ${job.value.recordsRead ?? "?"} records read${rate(rates.recordsRead)}, lag ${lag.consumerSeconds ?? "?"} s, ${job.value.checkpoints.completed} checkpoints, ${job.value.restarts} restarts`
        : job.reason,
    ],
    [
      "Search",
      search.up
        ? documents.map(([index, count]) => `${index} ${count}`).join(", ") || "no documents yet"
        : search.reason,
    ],
  ];
  return lines.map(([name, text]) => `${name.padEnd(10)}${text}`).join("\n");
}

function replayLag(seconds: number | null): string {
  return seconds === null ? "unknown" : `${seconds} s`;
}
