import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { storedDocuments } from "./documents";
import type { DocumentSource, Expected, StoredDocument } from "./result-document";

const EXAMPLES = 10;
/** Whether a result is final is not part of what was computed. */
const IGNORED = "complete";

export type Comparison = Awaited<ReturnType<typeof compareDocuments>>;

/** Compares the documents of the result indices with the expected ones, field by field and exactly. */
export async function compareDocuments(
  expected: Expected["documents"] | undefined,
  stored: AsyncIterable<StoredDocument>,
) {
  const missing = new Map(
    [...(expected ?? [])].map(([index, documents]) => [index, new Map(documents)]),
  );
  const examples: string[] = [];
  let [documents, mismatches, fingerprint] = [0, 0, 0];
  const mismatch = (text: string) => {
    mismatches++;
    if (examples.length < EXAMPLES) examples.push(text);
  };

  for await (const { index, id, source } of stored) {
    documents++;
    const digest = createHash("md5")
      .update(JSON.stringify([index, id, source]))
      .digest();
    fingerprint = (fingerprint + digest.readUInt32LE()) % 2 ** 32;
    if (expected === undefined) continue;
    const wanted = missing.get(index)?.get(id);
    if (wanted === undefined) {
      mismatch(`${index}/${id} is unexpected: ${JSON.stringify(source)}`);
      continue;
    }
    missing.get(index)?.delete(id);
    const differences = differencesOf(wanted, source);
    if (differences.length > 0) mismatch(`${index}/${id}: ${differences.join("; ")}`);
  }
  for (const [index, rest] of missing) {
    for (const [id, wanted] of rest) {
      mismatch(`${index}/${id} is missing; expected ${JSON.stringify(wanted)}`);
    }
  }

  const total = [...(expected?.values() ?? [])].reduce((sum, { size }) => sum + size, 0);
  return {
    documents,
    /** Documents that should be there; null where nothing is compared. */
    expected: expected === undefined ? null : total,
    /** Documents that are missing, unexpected or different; 0 means that every document is as computed. */
    mismatches,
    examples,
    /** Changes whenever any stored document changes; the order of reading does not matter. */
    fingerprint,
  };
}

/** Compares the indices of the domain at `endpoint`, such as http://127.0.0.1:9200, with the expected documents. */
export function compareWithDomain(
  expected: Expected["documents"] | undefined,
  endpoint: string,
  indices: readonly string[] = [...(expected?.keys() ?? [])],
): Promise<Comparison> {
  return compareDocuments(expected, storedDocuments(endpoint, indices));
}

function differencesOf(wanted: DocumentSource, found: DocumentSource): string[] {
  return [...new Set([...Object.keys(wanted), ...Object.keys(found)])]
    .filter((field) => field !== IGNORED && !isDeepStrictEqual(wanted[field], found[field]))
    .map((field) => `${field} is ${words(found[field])}, expected ${words(wanted[field])}`);
}

const words = (value: unknown) => (value === undefined ? "absent" : JSON.stringify(value));
