import path from "node:path";
import type { WorkloadSource } from "../../local/status/pipeline-status";
import { resultIndices } from "../../local/verify/result-document";
import { projectRoot } from "./command";

/** Folders with the settings of the search domain of this repository's workloads. */
export const settingsFolders = ["taxi", "trades", "common"].map((name) =>
  path.join(projectRoot, "workloads", name),
);

const descriptions = { taxi: "Completed taxi trips", trades: "Stock trades" } as const;

/** What the status knows of one of this repository's workloads. */
export function workloadSource(name: keyof typeof descriptions): WorkloadSource {
  return { name, description: descriptions[name], plugin: name, indices: resultIndices[name] };
}
