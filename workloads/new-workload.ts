import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { Command } from "commander";
import { exitCodes, exitWith } from "../cli/command";

const project = path.resolve(__dirname, "..");
const template = path.join(__dirname, "template");
const validName = /^[a-z][a-z0-9-]{0,29}$/;

function main(args: readonly string[]): number {
  const command = new Command("npm run new-workload --")
    .description(
      "Writes a workload folder to begin with: a Flink job that counts page views per page and minute, the JSON Schema of\n" +
        "its events, a few events, the index template of its results and workload.yaml.",
    )
    .argument("<name>", "name of the workload: lower-case letters, digits and hyphens, at most 30")
    .option("--folder <path>", "new folder to write (default: ./<name>)")
    .addHelpText(
      "after",
      `\nExample: npm run new-workload -- page-views\n` +
        `Exit code: 0 when the folder is written, ${exitCodes.notStarted} when it exists already or the command was not understood.`,
    )
    .exitOverride()
    .parse(args, { from: "user" });
  const name = command.args[0] ?? "";
  const { folder = name } = command.opts<{ readonly folder?: string }>();
  if (!validName.test(name)) {
    command.error(`error: The name must match ${validName.source}; got ${name}.`);
  }
  if (existsSync(path.resolve(folder))) {
    command.error(`error: ${folder || "."} exists already. Choose another name or --folder.`);
  }
  try {
    write(folder, name);
  } catch (error) {
    command.error(`error: ${folder} cannot be written; ${(error as Error).message}.`);
  }
  const inside = path.relative(project, path.resolve(folder));
  const place = inside.startsWith("..") ? path.resolve(folder) : `./${inside}`;
  const location = /^[\w./-]+$/.test(place) ? place : `'${place.replaceAll("'", "'\\''")}'`;
  process.stdout.write(
    `${location} has the new workload. Edit it, then\n\n` +
      `  npm run local -- --workload ${location}    runs it on this machine\n` +
      `  pulumi config set workload ${location}     deploys it with the next pulumi up\n`,
  );
  return exitCodes.done;
}

function write(folder: string, name: string): void {
  const schema = path.relative(folder, path.join(project, "infra/contracts/workload.schema.json"));
  const values: Readonly<Record<string, string>> = {
    name,
    // With a suffix no name is a keyword of Java.
    table: name.replaceAll("-", "_"),
    package: `${name.replaceAll("-", "")}job`,
    schema: schema.split(path.sep).join("/"),
  };
  const filled = (text: string): string =>
    text.replace(/__(name|package|schema|table)__/g, (_, key: string) => values[key] ?? "");
  for (const entry of readdirSync(template, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const source = path.join(entry.parentPath, entry.name);
    const target = path.join(folder, filled(path.relative(template, source)));
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, filled(readFileSync(source, "utf8")));
  }
}

void exitWith(() => Promise.resolve(main(process.argv.slice(2))));
