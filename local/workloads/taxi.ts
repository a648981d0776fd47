import path from "node:path";

import { readInput } from "../../producer/trips/input";
import { expectedTrips } from "../verify/expected-trips";
import type { LocalWorkload } from "./workload";

/** Taxi trips of a TLC file. */
export function taxi(input: string): LocalWorkload {
  return {
    name: "taxi",
    input,
    replayArguments: (folder) => [
      ...["--input", input],
      ...["--dead-letters", path.join(folder, "rejected-rows.jsonl")],
    ],
    async check() {
      const { trips, rowsRead } = await readInput(input, undefined);
      return `${trips.count} trips in ${rowsRead} rows`;
    },
    expected: (settings) => expectedTrips(input, settings),
  };
}
