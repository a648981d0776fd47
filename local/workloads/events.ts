import { createReadStream } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import * as v from "valibot";
import type { Workload } from "../../infra/contracts/workload";
import { jsonByName } from "../../infra/core/json-files";
import { readEvents } from "../../producer/generic/events";
import { commandOptions } from "../machine/command";
import type { DocumentSource } from "../verify/result-document";
import type { LocalWorkload, WorkloadChoices } from "./workload";

/** Events of any kind, replayed from files; documents are compared only where the expected ones are given. */
export function events(definition: Workload, choices: WorkloadChoices): LocalWorkload {
  const { eventTime, partitionKey, eventSchemaPath } = definition;
  const input = choices.input ?? definition.input ?? "";
  const expect = choices.expect ?? definition.expected;
  const read = () =>
    readEvents([input], {
      eventTimeField: eventTime.field,
      eventTimeFormat: eventTime.format,
      timeZone: eventTime.timeZone,
      keyField: partitionKey,
      schema: eventSchemaPath,
    });
  return {
    name: definition.name,
    definition,
    input,
    indices: resultPatterns(definition),
    replayArguments: (folder) => [
      ...definition.replay.arguments,
      ...commandOptions({
        schema: eventSchemaPath,
        input,
        "dead-letters": path.join(folder, "rejected-rows.jsonl"),
      }),
    ],
    async check() {
      const { source, rowsRead } = await read();
      return `${source.count} events in ${rowsRead} rows`;
    },
    async expected() {
      const { source, rowsRead } = await read();
      return {
        documents: expect === undefined ? undefined : await expectedDocuments(expect),
        events: { read: rowsRead, good: source.count, duplicates: 0, rejected: {} },
      };
    },
  };
}

/** Patterns of the indices that a workload writes to, as its roles have them. */
export function resultPatterns({ indexPatterns, settings }: Workload): readonly string[] {
  if (indexPatterns !== undefined) return indexPatterns;
  const folders = settings.map((folder) => path.join(folder, "index-templates"));
  const templates = jsonByName<{ readonly index_patterns: readonly string[] }>(folders);
  return Object.values(templates).flatMap(({ index_patterns }) => index_patterns);
}

/** The documents of a file by index and id. @throws Error that names the first invalid line */
export async function expectedDocuments(
  file: string,
): Promise<Map<string, Map<string, DocumentSource>>> {
  const documents = new Map<string, Map<string, DocumentSource>>();
  let number = 0;
  for await (const line of createInterface({ input: createReadStream(file) })) {
    number++;
    if (line.trim() === "") continue;
    const document = v.safeParse(expectedDocument, line);
    if (!document.success) {
      throw new Error(`${file}:${number} must be a document {"index": …, "id": …, "source": {…}}`);
    }
    const { index, id, source } = document.output;
    const known = documents.get(index) ?? new Map<string, DocumentSource>();
    if (known.has(id)) throw new Error(`${file}:${number} repeats the document ${index}/${id}`);
    documents.set(index, known.set(id, source));
  }
  return documents;
}

const expectedDocument = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({
    index: v.string(),
    id: v.string(),
    source: v.custom<DocumentSource>((source) => typeof source === "object"),
  }),
);
