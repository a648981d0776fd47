import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { format } from "prettier";
import { type Outcome, simulate } from "./simulation";
import { traces } from "./traces";

/*
 * The table of docs/scaling.md, written by `npm run docs:scaling`.
 */

export const scalingDocument = path.resolve(__dirname, "../../docs/scaling.md");
const begin = "<!-- simulation: begin, written by npm run docs:scaling -->";
const end = "<!-- simulation: end -->";

export async function simulateAll(): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const trace of traces) outcomes.push(await simulate(trace));
  return outcomes;
}

/** The document with the table of these outcomes. */
export async function withTable(outcomes: readonly Outcome[]): Promise<string> {
  const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;
  const rows = outcomes.map(({ name, min, max, days, ...outcome }) =>
    [
      name,
      `${min} to ${max}`,
      String(days),
      percent(outcome.refused),
      percent(outcome.refusedAtMaximum),
      String(outcome.mostChanges),
      outcome.averageShards.toFixed(1),
    ].join(" | "),
  );
  const head =
    "Load | Shards | Days | Records refused | With the maximum | Changes in 24 h | Shards on average";
  const table = [head, head.replace(/[^|]+/g, "---"), ...rows]
    .map((row) => `| ${row} |`)
    .join("\n");
  const [before = "", rest = ""] = readFileSync(scalingDocument, "utf8").split(begin);
  const [, after = ""] = rest.split(end);
  return await format(`${before}${begin}\n\n${table}\n\n${end}${after}`, {
    parser: "markdown",
    printWidth: 100,
  });
}

if (require.main === module) {
  console.info = () => undefined;
  void simulateAll().then(async (outcomes) => {
    writeFileSync(scalingDocument, await withTable(outcomes));
  });
}
