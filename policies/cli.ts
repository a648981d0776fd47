#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { baseline, configurationProblems, configurationSchema, levels } from "./configuration";

const usage = `streaming-policies check FILE
    Checks a configuration file, and prints each problem.
streaming-policies schema
    Prints the JSON Schema of such a file, for editors.
streaming-policies levels --advisory low,medium
    Prints a configuration in which the policies of these severities only advise.
streaming-policies baseline EVENTS --reason TEXT --expires YYYY-MM-DD [--config FILE]
    Prints the configuration with an exception for each violation that a preview found. EVENTS is the log that
    pulumi preview --event-log EVENTS writes, with the policies as advice: { "all": "advisory" }.
`;

const options = {
  advisory: { type: "string" },
  config: { type: "string" },
  expires: { type: "string" },
  reason: { type: "string" },
} as const;

/** What a command prints and its exit code. 0: nothing is wrong; 1: the file has problems. */
function main(args: string[]): readonly [text: string, exitCode: number] {
  const { positionals, values } = parseArgs({ args, options, allowPositionals: true });
  const [command, file = ""] = positionals;
  switch (command) {
    case "schema":
      return [json(configurationSchema()), 0];
    case "check": {
      const problems = configurationProblems(read(file));
      return [problems.map((problem) => `${problem}\n`).join(""), problems.length === 0 ? 0 : 1];
    }
    case "levels":
      return [json(levels((values.advisory ?? "").split(","))), 0];
    case "baseline": {
      const { reason = "", expires = "", config } = values;
      const before = config === undefined ? {} : read(config);
      const made = baseline(before as object, readFileSync(file, "utf8"), { reason, expires });
      const [problem] = configurationProblems(made);
      if (problem !== undefined) throw new Error(problem);
      return [json(made), 0];
    }
    default:
      throw new Error("");
  }
}

function read(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as unknown;
  } catch (error) {
    const { message } = error as Error;
    throw new Error(`${file} must be a readable JSON file: ${message}`, { cause: error });
  }
}

function json(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

try {
  const [output, exitCode] = main(process.argv.slice(2));
  process.stdout.write(output);
  process.exitCode = exitCode;
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n${usage}`);
  process.exitCode = 2;
}
