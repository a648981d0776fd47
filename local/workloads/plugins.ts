import type { Workload } from "../../infra/contracts/workload";
import { events } from "./events";
import { taxi } from "./taxi";
import { trades } from "./trades";
import type { LocalWorkload, WorkloadChoices } from "./workload";

type LocalPlugin = (definition: Workload, choices: WorkloadChoices) => LocalWorkload;

/** Input and computed expectation of workloads that need code for them, by the name in `plugin`. */
const plugins: Readonly<Record<string, LocalPlugin>> = { taxi, trades };

export function localWorkload(definition: Workload, choices: WorkloadChoices): LocalWorkload {
  const plugin = plugins[definition.plugin ?? ""] ?? events;
  return plugin(definition, choices);
}
