import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { Command } from "commander";
import { exitCodes, exitWith, StartError } from "../cli/command";
import { ServiceFolders } from "./machine/service-folders";
import { type Deployed, type LocalArchive, openArchive, type Row } from "./query/archive";
import { stackFolder } from "./run/run-file";

/** Where the engine keeps what is deployed, in the folder of a pipeline. */
const stateFile = "pulumi/state/.pulumi/stacks/streaming-pipeline/local.json";

interface Options {
  readonly state?: string;
  readonly json: boolean;
  readonly sql: boolean;
}

async function main(args: readonly string[]): Promise<number> {
  const command = new Command("npm run query --")
    .description(
      "Answers a query of the archive that `npm run local` has written, with the SQL that Athena gets.",
    )
    .argument("[query]", "name of the query (default: lists the queries)")
    .argument("[parameters...]", "a value for each ? of the query, in their order")
    .option("--sql", "the first argument is a statement instead of a name", false)
    .option(
      "--state <folder>",
      "state of the pipeline, as a failed run with --once keeps it (default: .local/stack)",
    )
    .option("--json", "print rows as JSON, a line each", false)
    .addHelpText(
      "after",
      "\nExamples: npm run query -- top-zones\n" +
        "          npm run query -- airport-durations JFK --json\n" +
        '          npm run query -- --sql "SELECT borough, count(*) AS trips FROM trips GROUP BY borough"\n' +
        "The queries are those of the workload that was deployed last: workloads/<name>/queries.\n" +
        `Exit code: 0 with the rows, ${exitCodes.notStarted} without an archive or a query of that name, ${exitCodes.failed} when the query fails.`,
    )
    .exitOverride()
    .parse(args, { from: "user" });
  const [query, parameters] = command.processedArgs as [string | undefined, string[]];
  const { json, sql, state = stackFolder } = command.opts<Options>();

  const folders = new ServiceFolders(state);
  let archive: LocalArchive | undefined;
  try {
    archive = await openArchive(deployed(folders.root), (bucket) =>
      path.join(folders.state("s3"), bucket),
    );
    if (query === undefined) {
      print(
        archive.queries.map(({ name, description }) => ({ query: name, description })),
        json,
      );
      return exitCodes.done;
    }
    const named = archive.queries.find(({ name }) => name === query);
    const names = archive.queries.map(({ name }) => name).join(", ");
    const statement = sql ? query : named?.query;
    if (statement === undefined) {
      throw problem(`query must be one of ${names || "none"}; got ${query}`);
    }
    if (archive.isEmpty) {
      throw problem(
        "the archive has no objects yet. Firehose writes them after deliveryBufferSeconds, or when `npm run local` ends",
      );
    }
    const expected = await archive.parameterCount(statement);
    if (parameters.length !== expected) {
      throw problem(
        `the number of parameters of ${sql ? "the statement" : query} must be ${expected}; got ${parameters.length}. ${named?.description ?? ""}`,
      );
    }
    print(await archive.rows(statement, parameters), json);
    return exitCodes.done;
  } catch (error) {
    if (error instanceof StartError) throw error;
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return exitCodes.failed;
  } finally {
    archive?.close();
  }
}

/** Resources of the pipeline in a folder. */
function deployed(folder: string): Deployed[] {
  const file = path.join(folder, stateFile);
  if (!existsSync(file)) {
    throw problem("no pipeline has been deployed on this machine. Start one with `npm run local`");
  }
  const { checkpoint } = JSON.parse(readFileSync(file, "utf8")) as {
    readonly checkpoint: { readonly latest?: { readonly resources?: readonly Deployed[] } };
  };
  return [...(checkpoint.latest?.resources ?? [])];
}

function problem(text: string): StartError {
  return new StartError([text], "query");
}

/** Rows as lines of JSON, or as columns of text. */
function print(rows: readonly Row[], json: boolean): void {
  const lines = json ? rows.map((row) => JSON.stringify(row)) : table(rows);
  process.stdout.write(lines.map((line) => `${line}\n`).join(""));
}

function table(rows: readonly Row[]): string[] {
  const names = Object.keys(rows[0] ?? {});
  if (names.length === 0) return ["no rows"];
  const text = (value: unknown): string => {
    if (typeof value === "string" || value === null) return value ?? "";
    const isFraction = typeof value === "number" && !Number.isInteger(value);
    return isFraction ? value.toFixed(2) : JSON.stringify(value);
  };
  const cells = [names, ...rows.map((row) => names.map((name) => text(row[name])))];
  const widths = names.map((_, at) => Math.max(...cells.map((line) => line[at]?.length ?? 0)));
  return cells.map((line) =>
    line
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

void exitWith(() => main(process.argv.slice(2)));
