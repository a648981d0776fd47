import type { Workload } from "../../infra/contracts/workload";
import { parseOptions } from "../../producer/command/options";
import { commandOptions } from "../machine/command";
import { expectedTrades } from "../verify/expected-trades";
import { resultIndices } from "../verify/result-document";
import type { LocalWorkload, WorkloadChoices } from "./workload";

/** Trades that the producer makes up, always the same ones. */
export function trades(definition: Workload, { endless }: WorkloadChoices): LocalWorkload {
  const replayArguments = [
    ...definition.replay.arguments,
    ...commandOptions({
      symbols: 10,
      "trades-per-second": 1,
      "trading-hours": endless ? "always" : "09:30-16:00",
      seed: 1,
      ...(!endless && { start: "2024-05-06T13:30:00Z", duration: "1h" }),
    }),
  ];
  return {
    name: definition.name,
    definition,
    indices: resultIndices.trades,
    input: replayArguments.join(" "),
    replayArguments: () => replayArguments,
    ...(!endless && { aboutRecords: 10 * 3600 }),
    check: () => Promise.resolve("trades of 10 symbols, one a second for each"),
    async expected(settings) {
      const { workload } = parseOptions([...replayArguments, "--output", "stdout"], {});
      const { source } = await workload.read({});
      return expectedTrades(source.events(), settings);
    },
  };
}
