import type { JSX } from "preact";

import type { PipelineStatus } from "../../status/pipeline-status";
import { DemandPanel } from "./taxi/demand-panel";
import { TradesPanel } from "./trades/trades-panel";

/** What the page shows of a workload beside the pipeline itself. */
interface WorkloadView {
  readonly title: string;
  readonly Panel: (props: { readonly status: PipelineStatus }) => JSX.Element;
}

export const workloads: Readonly<Record<PipelineStatus["workload"], WorkloadView>> = {
  taxi: { title: "New York taxi demand", Panel: DemandPanel },
  trades: { title: "Stock trades", Panel: TradesPanel },
};
