import { type Run, searchSource, statusSources, stopped } from "./deployment";
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
  const server = await startPageServer({
    page: options.page,
    port: options.page ? options.port : 0,
    feed: monitor,
    history: demandHistory(searchSource(deployment)),
    actions,
  });
  closing.push(() => server.close());
  if (options.page) tell(`Page        ${server.url}`);
  closing.push(
    announce({
      pid: process.pid,
      endpoints,
      region: deployment.region,
      streamName: deployment.stream.name,
      environment: { AWS_REGION: deployment.region, ...kinesisEnvironment(kinesis) },
      address: server.url,
      ...(options.page && { page: server.url }),
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
