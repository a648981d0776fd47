import { type Deployment, searchSource, statusSources, workloadSource } from "./deployment";
import type { LocalOptions } from "./options";
import { actionsStatus } from "../page-server/page-actions";
import { startPageServer } from "../page-server/page-server";
import { liveActions } from "./live-actions";
import type { LiveReplay } from "./live-replay";
import { announce } from "./run-file";
import { kinesisEnvironment } from "../services/kinesis/kinesis-server";
import { demandHistory } from "../status/demand-history";
import { journalTeller } from "../status/journal";
import { PipelineMonitor } from "../status/monitor";
import type { Tell } from "../machine/steps";

export interface WatchedRunParts {
  readonly options: LocalOptions;
  readonly tell: Tell;
  readonly deployment: Deployment;
  readonly replay: LiveReplay;
  readonly signal: AbortSignal;
  /** Keeps what has to be closed at the end. */
  readonly closing: (close: () => Promise<void> | void) => void;
  /** Takes over what the services say from now on. */
  readonly listen: (onProgress: Tell) => void;
  /** Resolves when somebody wants to stop; rejects when a service ended by itself. */
  readonly stopped: () => Promise<undefined>;
}

/** The pipeline with its page, until somebody stops it. */
export async function watchedRun(parts: WatchedRunParts): Promise<void> {
  const { options, tell, deployment, replay, closing, stopped } = parts;
  const endpoints = deployment.cloud.endpoints();
  const { kinesis, opensearch, flink } = endpoints;
  const monitor = new PipelineMonitor({
    sources: statusSources(deployment, replay),
    actions: () => actionsStatus(actions),
  });
  const actions = liveActions(deployment, replay, {
    tell: (text) => {
      monitor.note("fault", text);
    },
    signal: parts.signal,
  });
  parts.listen((text) => {
    monitor.note("problem", text);
  });
  closing(monitor.onStatus(journalTeller(tell)));
  closing(monitor.run());
  const page = options.page
    ? await startPageServer({
        port: options.port,
        feed: monitor,
        history: demandHistory(searchSource(deployment)),
        actions,
      })
    : undefined;
  if (page !== undefined) {
    closing(() => page.close());
    tell(`Page        ${page.url}`);
  }
  closing(
    announce({
      pid: process.pid,
      endpoints,
      region: deployment.region,
      streamName: deployment.stream.name,
      workload: workloadSource(options.workload),
      environment: { AWS_REGION: deployment.region, ...kinesisEnvironment(kinesis) },
      ...(page && { page: page.url }),
    }),
  );
  tell(`OpenSearch  ${opensearch}`);
  tell(`Flink       ${flink}`);
  tell(`Kinesis     ${kinesis}`);
  tell("Elsewhere: npm run local -- status, npm run local -- logs, npm run tail -- --local");
  tell("Ctrl-C stops everything; the next start goes on from here, --fresh begins anew.");
  const report = await Promise.race([replay.finished, stopped()]);
  if (report !== undefined) {
    const put = replay.progress?.recordsPut ?? report.recordsPut;
    tell(`The replay has ended: ${put} records put.`);
  }
  await stopped();
}
