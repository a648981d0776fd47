import { type Deployment, searchSource, statusSources } from "./deployment";
import type { LocalOptions } from "./options";
import { startPageServer } from "../page-server/page-server";
import { liveActions } from "./live-actions";
import type { LiveReplay } from "./live-replay";
import { announce } from "./run-file";
import { kinesisEnvironment } from "../services/kinesis/kinesis-server";
import { statusCollector } from "../status/collect-status";
import { demandHistory } from "../status/demand-history";
import type { Tell } from "../machine/steps";

export interface WatchedRunParts {
  readonly options: LocalOptions;
  readonly tell: Tell;
  readonly deployment: Deployment;
  readonly replay: LiveReplay;
  readonly signal: AbortSignal;
  /** Keeps what has to be closed at the end. */
  readonly closing: (close: () => Promise<void> | void) => void;
  /** Resolves when somebody wants to stop; rejects when a service ended by itself. */
  readonly stopped: () => Promise<undefined>;
}

/** The pipeline with its page, until somebody stops it. */
export async function watchedRun(parts: WatchedRunParts): Promise<void> {
  const { options, tell, deployment, replay, closing, stopped } = parts;
  const endpoints = deployment.cloud.endpoints();
  const { kinesis, opensearch, flink } = endpoints;
  const page = options.page
    ? await startPageServer({
        port: options.port,
        status: statusCollector(statusSources(deployment, replay)),
        history: demandHistory(searchSource(deployment)),
        actions: liveActions(deployment, replay, { tell, signal: parts.signal }),
      })
    : undefined;
  if (page !== undefined) {
    closing(() => page.close());
    tell(`Page        ${page.url}`);
  }
  closing(
    announce({
      ...{ pid: process.pid, endpoints, region: deployment.region },
      ...{ streamName: deployment.stream.name, workload: options.workload.name },
      ...(page && { page: page.url }),
    }),
  );
  tell(`OpenSearch  ${opensearch}`);
  tell(`Flink       ${flink}`);
  tell(`Kinesis     ${kinesis}`);
  tell("Elsewhere: npm run local -- status, npm run local -- logs, or the stream itself:");
  tell(`  ${tailCommand(deployment)}`);
  tell("Ctrl-C stops everything; the next start goes on from here, --fresh begins anew.");
  const report = await Promise.race([replay.finished, stopped()]);
  if (report !== undefined) tell(`The replay has ended: ${report.recordsPut} records put.`);
  await stopped();
}

/** Reads the stream, as a shell takes it. */
function tailCommand({ cloud, stream, region }: Deployment): string {
  const variables = {
    AWS_REGION: region,
    ...kinesisEnvironment(cloud.endpoints().kinesis),
  };
  const settings = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
  return [...settings, "npm run tail --", `--stream ${stream.name}`, "--from horizon"].join(" ");
}
