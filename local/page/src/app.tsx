import { known } from "../../status/pipeline-status";
import { Boundary } from "./boundary";
import { Controls } from "./pipeline/controls";
import { DeadLetters } from "./pipeline/dead-letters";
import { FlowCharts } from "./charts/flow-charts";
import { Journal } from "./pipeline/journal";
import { usePipeline } from "./pipeline-events";
import { PolicyResults } from "./pipeline/policy-results";
import { ResourceGraph } from "./pipeline/resource-graph";
import { Shards } from "./pipeline/shards";
import { Stages } from "./pipeline/stages";
import { Verdict } from "./pipeline/verdict";
import { utc, viewOf } from "./workloads";

export function App() {
  const { connection, status, samples } = usePipeline();
  const eventTime = known(status?.replay)?.progress.eventTime ?? null;
  const view = status && viewOf(status.workload);
  const clock = view?.clock ?? utc;
  return (
    <div class="page" data-stale={connection === "lost"}>
      <header>
        <h1>{view?.title ?? "Streaming pipeline"}</h1>
        <p class="clock">
          <span>Event time in {clock.place}</span>
          {eventTime === null ? (
            <strong>–</strong>
          ) : (
            <time dateTime={eventTime}>
              <strong>{clock.time(eventTime)}</strong> {clock.date(eventTime)}
            </time>
          )}
        </p>
      </header>
      <Verdict connection={connection} status={status} />
      {status && view && (
        <main>
          <Boundary title="Stations of a record">
            <Stages stages={status.stages} />
          </Boundary>
          {status.actions && (
            <Boundary title="Controls">
              <Controls actions={status.actions} shards={known(status.stream)?.openShards} />
            </Boundary>
          )}
          <div class="results">
            <Boundary title={view.title}>
              <view.Panel status={status} />
            </Boundary>
          </div>
          <div class="columns three">
            <Boundary title="Charts">
              <FlowCharts samples={samples} journal={status.journal} />
            </Boundary>
            <Boundary title="What happened">
              <Journal journal={status.journal} />
            </Boundary>
          </div>
          <div class="columns three">
            <Boundary title="Shards">
              <Shards stream={status.stream} job={status.job} rates={status.rates} />
            </Boundary>
            <Boundary title="Dead letters">
              <DeadLetters search={status.search} />
            </Boundary>
            <Boundary title="Policy pack">
              <PolicyResults policies={status.policies} />
            </Boundary>
          </div>
          <Boundary title="Deployed stack">
            <ResourceGraph resources={status.resources} />
          </Boundary>
        </main>
      )}
    </div>
  );
}
