import type { JSX } from "preact";

import { ConnectionState } from "./connection-state";
import { Controls } from "./controls";
import { DeadLetters } from "./dead-letters";
import { DemandPanel } from "./demand-panel";
import { FlowCharts } from "./flow-charts";
import { newYorkDate, newYorkTime } from "./format";
import { usePipeline } from "./pipeline-events";
import { PolicyResults } from "./policy-results";
import { ResourceGraph } from "./resource-graph";
import { Shards } from "./shards";
import { Tiles } from "./tiles";
import { TradesPanel } from "./trades-panel";

const TITLES = { taxi: "New York taxi demand", trades: "Stock trades" } as const;

/** The page: the results of the workload, with the figures of the pipeline around them. */
export function App(): JSX.Element {
  const { connection, status, history } = usePipeline();
  const eventTime = status?.replay.up === true ? status.replay.value.progress.eventTime : null;
  const workload = status?.workload ?? "taxi";
  return (
    <div class="page" data-stale={connection === "lost"}>
      <header>
        <div>
          <h1>{TITLES[workload]}</h1>
          <ConnectionState connection={connection} status={status} />
        </div>
        <p class="clock">
          <span>Event time in New York</span>
          {eventTime === null ? (
            <strong>–</strong>
          ) : (
            <time dateTime={eventTime}>
              <strong>{newYorkTime(eventTime)}</strong> {newYorkDate(eventTime)}
            </time>
          )}
        </p>
      </header>
      <main>
        {status?.actions && (
          <Controls
            actions={status.actions}
            shards={status.stream.up ? status.stream.value.openShards : undefined}
          />
        )}
        <Tiles status={status} />
        <div class="results">
          {status?.workload === "trades" ? (
            <TradesPanel status={status} />
          ) : (
            <DemandPanel status={status} />
          )}
        </div>
        <div class="columns two">
          <FlowCharts history={history} />
        </div>
        <div class="columns three">
          <Shards stream={status?.stream} job={status?.job} rates={status?.rates} />
          <DeadLetters search={status?.search} />
          <PolicyResults policies={status?.policies ?? []} />
        </div>
        <ResourceGraph resources={status?.resources ?? []} />
      </main>
    </div>
  );
}
