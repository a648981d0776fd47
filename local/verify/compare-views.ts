import type { Workload } from "../../infra/contracts/workload";
import type { LocalArchive } from "../query/archive";
import { compareDocuments, type Comparison } from "./compare";
import type { DocumentSource, StoredDocument } from "./result-document";

type Views = Workload["archive"]["views"];

/** Compares the views of an archive with the documents of the indices that they are like, in the fields of the views. */
export async function compareViews(
  archive: Pick<LocalArchive, "rows">,
  views: Views,
  documents: AsyncIterable<StoredDocument>,
): Promise<Comparison> {
  const fields = (index: string): string[] => Object.keys(views[index]?.fields ?? {});
  const expected = new Map(
    Object.keys(views).map((index) => [index, new Map<string, DocumentSource>()]),
  );
  for await (const { index, source } of documents) {
    const part = Object.fromEntries(fields(index).map((field) => [field, source[field]]));
    expected.get(index)?.set(JSON.stringify(part), part);
  }
  async function* rows(): AsyncGenerator<StoredDocument> {
    for (const index of Object.keys(views)) {
      for (const row of await archive.rows(`SELECT * FROM "${index.replaceAll("-", "_")}"`)) {
        const source = Object.fromEntries(
          fields(index).map((field) => [field, row[field.toLowerCase()]]),
        );
        // Rows have no ids, so that all of a row is its own.
        yield { index, id: JSON.stringify(source), source };
      }
    }
  }
  return compareDocuments(expected, rows());
}
