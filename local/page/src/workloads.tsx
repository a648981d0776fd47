import type { JSX } from "preact";

import type { PipelineStatus } from "../../status/pipeline-status";
import { newYorkDate, newYorkTime } from "./format";
import { IndicesPanel } from "./indices/indices-panel";
import { DemandPanel } from "./taxi/demand-panel";
import { TradesPanel } from "./trades/trades-panel";

interface Clock {
  readonly place: string;
  readonly time: (instant: string) => string;
  readonly date: (instant: string) => string;
}

export const utc: Clock = {
  place: "UTC",
  time: (instant) => instant.slice(11, 16),
  date: (instant) => instant.slice(0, 10),
};
const newYork: Clock = { place: "New York", time: newYorkTime, date: newYorkDate };

/** What the page shows of a workload beside the pipeline itself. */
interface WorkloadView {
  readonly title: string;
  readonly clock: Clock;
  readonly Panel: (props: { readonly status: PipelineStatus }) => JSX.Element;
}

/** Views of workloads that have one, by the name of their plug-in. */
const views: Readonly<Record<string, WorkloadView>> = {
  taxi: { title: "New York taxi demand", clock: newYork, Panel: DemandPanel },
  trades: { title: "Stock trades", clock: newYork, Panel: TradesPanel },
};

/** The view of a workload: its own, or the newest documents of its indices. */
export function viewOf({ description, plugin }: PipelineStatus["workload"]): WorkloadView {
  return views[plugin ?? ""] ?? { title: description, clock: utc, Panel: IndicesPanel };
}
