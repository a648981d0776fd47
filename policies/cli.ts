#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { configurationProblems, configurationSchema } from "./configuration";

const usage = `streaming-policies check FILE   checks a configuration file, and prints each problem
streaming-policies schema       prints the JSON Schema of such a file, for editors
`;

/** Runs a command. Exit code 0: nothing is wrong; 1: the file has problems; 2: the command could not start. */
function main([command, file]: readonly string[]): number {
  if (command === "schema" && file === undefined) {
    process.stdout.write(`${JSON.stringify(configurationSchema(), null, 2)}\n`);
    return 0;
  }
  if (command !== "check" || file === undefined) {
    process.stderr.write(usage);
    return 2;
  }
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    process.stderr.write(`${file} must be a readable JSON file: ${(error as Error).message}\n`);
    return 2;
  }
  const problems = configurationProblems(content);
  process.stdout.write(problems.map((problem) => `${problem}\n`).join(""));
  return problems.length === 0 ? 0 : 1;
}

process.exitCode = main(process.argv.slice(2));
