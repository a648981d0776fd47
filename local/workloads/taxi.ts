import path from "node:path";
import type { Workload } from "../../infra/contracts/workload";
import { readTrips } from "../../producer/trips/taxi";
import { commandOptions } from "../machine/command";
import { isCheckable } from "../verify/checked-rows";
import { expectedTrips } from "../verify/expected-trips";
import { resultIndices } from "../verify/result-document";
import type { LocalWorkload, WorkloadChoices } from "./workload";

export function taxi(definition: Workload, choices: WorkloadChoices): LocalWorkload {
  const input = choices.input ?? definition.input ?? "";
  return {
    name: definition.name,
    definition,
    input,
    indices: resultIndices.taxi,
    replayArguments: (folder) =>
      commandOptions({ input, "dead-letters": path.join(folder, "rejected-rows.jsonl") }),
    async check() {
      if (!choices.endless && !isCheckable(input)) {
        throw new Error(
          `--input must be CSV or JSON lines, plain or .gz, with --once, which computes what must come of it; got ${input}`,
        );
      }
      const { source, rowsRead } = await readTrips(input);
      return `${source.count} trips in ${rowsRead} rows`;
    },
    expected: (settings) => expectedTrips(input, settings),
  };
}
