import type { JSX } from "preact";

import type { PipelineStatus } from "../../status/pipeline-status";
import { IndicesPanel } from "./indices/indices-panel";
import { DemandPanel } from "./taxi/demand-panel";
import { TradesPanel } from "./trades/trades-panel";

/** What the page shows of a workload beside the pipeline itself. */
interface WorkloadView {
  readonly title: string;
  readonly Panel: (props: { readonly status: PipelineStatus }) => JSX.Element;
}

/** Views of workloads that have one, by the name of their plug-in. */
const views: Readonly<Record<string, WorkloadView>> = {
  taxi: { title: "New York taxi demand", Panel: DemandPanel },
  trades: { title: "Stock trades", Panel: TradesPanel },
};

/** The view of a workload: its own, or the newest documents of its indices. */
export function viewOf({ description, plugin }: PipelineStatus["workload"]): WorkloadView {
  return views[plugin ?? ""] ?? { title: description, Panel: IndicesPanel };
}
