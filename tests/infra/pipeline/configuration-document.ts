import { writeFileSync } from "node:fs";
import path from "node:path";
import { format } from "prettier";
import { type DeclaredKey, declaredKeys, projectRoot } from "../../../infra/pipeline/config";

/*
 * Writes docs/configuration.md from Pulumi.yaml: `npm run docs:configuration`.
 */

/** Document that this module writes. */
export const configurationDocument = path.join(projectRoot, "docs/configuration.md");

/** Headings, each before the key of Pulumi.yaml with which its section begins. */
const sections: Readonly<Record<string, string>> = {
  name: "Stack",
  vpcCidr: "Network",
  throughputRecordsPerSecond: "Throughput",
  streamMode: "Stream",
  flinkParallelism: "Flink application",
  demandWindowMinutes: "Results of the shipped workloads",
  sourceInitialPosition: "Source and delivery of the job",
  searchInstanceType: "Search domain",
  deliveryBufferMiB: "Archive",
  resultsShardCount: "Stream of results",
  replayInstanceType: "Replay host",
  httpIngestion: "HTTP ingestion",
  streamScaling: "Scaling",
  alarmSubscribers: "Alarms",
};

const introduction = `# Configuration

<!-- Written by npm run docs:configuration from Pulumi.yaml -->

A stack's file (\`Pulumi.<stack>.yaml\`) holds what differs from the defaults. An unknown key or an invalid value is one
error that lists all problems, before anything is created. Set a key with \`pulumi config set <key> <value>\`, an element of a list
with \`pulumi config set --path '<key>[0]' <value>\`.
`;

/** Reference of all configuration keys as Markdown, one section per component. */
export async function configurationReference(): Promise<string> {
  const keys = declaredKeys();
  const missing = Object.keys(sections).filter((key) => !(key in keys));
  if (missing.length > 0) {
    throw new Error(`Pulumi.yaml lacks the keys with which sections begin: ${missing.join(", ")}`);
  }
  const lines = Object.entries(keys).flatMap(([key, declared]) => [
    ...headingOf(key),
    `| \`${key}\` | ${declared.type} | ${defaultOf(declared)} | ${declared.description} |`,
  ]);
  return format([introduction, ...lines].join("\n"), { parser: "markdown", printWidth: 100 });
}

function headingOf(key: string): readonly string[] {
  const heading = sections[key];
  return heading === undefined
    ? []
    : ["", `## ${heading}`, "", "| key | type | default | meaning |", "| --- | --- | --- | --- |"];
}

function defaultOf({ default: value }: DeclaredKey): string {
  const text = typeof value === "object" ? value.join(", ") : String(value);
  return text === "" ? "" : `\`${text}\``;
}

if (require.main === module) {
  void configurationReference().then((text) => {
    writeFileSync(configurationDocument, text);
  });
}
