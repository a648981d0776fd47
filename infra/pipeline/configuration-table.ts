import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { load } from "js-yaml";
import { format } from "prettier";

/*
 * The README's table of the configuration, written from Pulumi.yaml: `npm run docs:configuration`.
 */

interface Project {
  readonly config: Readonly<
    Record<
      string,
      { readonly type: string; readonly description: string; readonly default?: unknown }
    >
  >;
}

const root = path.resolve(__dirname, "../..");
const begin = "<!-- configuration: begin, written by npm run docs:configuration -->";
const end = "<!-- configuration: end -->";

/** The README with the table as Pulumi.yaml wants it. */
export async function readmeWithTable(): Promise<string> {
  const project = load(readFileSync(path.join(root, "Pulumi.yaml"), "utf8")) as Project;
  const keys = Object.entries(project.config).filter(([key]) => !key.includes(":"));
  const rows = keys.map(
    ([key, { type, description, default: value }]) =>
      `| \`${key}\` | ${type} | ${value === undefined ? "" : `\`${inWords(value)}\``} | ${description} |`,
  );
  const readme = readFileSync(path.join(root, "README.md"), "utf8");
  const [before, rest] = readme.split(begin);
  const [, after] = rest?.split(end) ?? [];
  if (before === undefined || after === undefined) {
    throw new Error(`README.md must have the lines ${begin} and ${end}`);
  }
  const table = ["| key | type | default | meaning |", "| --- | --- | --- | --- |", ...rows];
  return format([before + begin, "", ...table, "", end + after].join("\n"), {
    parser: "markdown",
    printWidth: 100,
  });
}

function inWords(value: unknown): string {
  return Array.isArray(value) ? value.join(", ") : String(value);
}

if (require.main === module) {
  void readmeWithTable().then((text) => {
    writeFileSync(path.join(root, "README.md"), text);
  });
}
