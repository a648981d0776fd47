import { type Run, searchSource, statusSources, stopped, workloadSource } from "./deployment";
import { actionsStatus } from "../page-server/page-actions";
import { startPageServer } from "../page-server/page-server";
import { liveActions } from "./live-actions";
import type { LiveReplay } from "./live-replay";
import { announce } from "./run-file";
import { kinesisEnvironment } from "../services/kinesis/kinesis-server";
import { demandHistory } from "../status/demand-history";
import { journalTeller } from "../status/journal";
import { PipelineMonitor } from "../status/monitor";

export async function watchedRun(run: Run, replay: LiveReplay): Promise<never> {
  const { options, steps, deployment, signal, closing } = run;
  const { tell } = steps;
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
    signal,
  });
  run.listen((text) => {
    monitor.note("problem", text);
  });
  closing.push(monitor.onStatus(journalTeller(tell)));
  closing.push(monitor.run());
  const page = options.page
    ? await startPageServer({
        port: options.port,
        feed: monitor,
        history: demandHistory(searchSource(deployment)),
        actions,
      })
    : undefined;
  if (page !== undefined) {
    closing.push(() => page.close());
    tell(`Page        ${page.url}`);
  }
  closing.push(
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
  const { ingestionUrl } = deployment;
  if (ingestionUrl !== undefined) tell(`Events      ${ingestionUrl}`);
  tell("Elsewhere: npm run local -- status, npm run local -- logs, npm run tail -- --local");
  tell(
    "Ctrl-C stops everything; the next start continues from here, --fresh starts from an empty state.",
  );
  const report = await Promise.race([replay.finished, stopped(signal)]);
  const put = replay.progress?.recordsPut ?? report.recordsPut;
  tell(`The replay has ended: ${put} records put.`);
  return stopped(signal);
}
