import path from "node:path";

import { readTrips } from "../../producer/trips/taxi";
import { expectedTrips } from "../verify/expected-trips";
import type { LocalWorkload } from "./workload";

/** Taxi trips of a TLC file. */
export function taxi(input: string): LocalWorkload {
  return {
    name: "taxi",
    input,
    replayArguments: (folder) => [
      "--input",
      input,
      "--dead-letters",
      path.join(folder, "rejected-rows.jsonl"),
    ],
    async check() {
      const { source, rowsRead } = await readTrips(input);
      return `${source.count} trips in ${rowsRead} rows`;
    },
    expected: (settings) => expectedTrips(input, settings),
  };
}
