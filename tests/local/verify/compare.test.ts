import { expect } from "chai";

import { compareDocuments, compareWithDomain } from "../../../local/verify/compare";
import type {
  DocumentSource,
  ResultIndex,
  StoredDocument,
} from "../../../local/verify/result-document";
import { startFakeDomain } from "./fake-domain";

const expected: ReadonlyMap<ResultIndex, ReadonlyMap<string, DocumentSource>> = new Map([
  [
    "taxi-demand-zones",
    new Map<string, DocumentSource>([
      ["143-0", { zone: 143, location: { lat: 40.5, lon: -73.9 }, trips: 2 }],
      ["143-300", { zone: 143, location: { lat: 40.5, lon: -73.9 }, trips: 1 }],
    ]),
  ],
  [
    "taxi-demand-cells",
    new Map<string, DocumentSource>([
      ["dr5r-0", { cell: "dr5r", location: { lat: 40.25, lon: -73.75 }, trips: 2 }],
    ]),
  ],
  [
    "taxi-airport-durations",
    new Map<string, DocumentSource>([
      ["JFK-0", { airport: "JFK", trips: 3, averageSeconds: 1000 / 3 }],
    ]),
  ],
]);

/** The documents as the job would have written them. */
function stored(): StoredDocument[] {
  return [...expected].flatMap(([index, documents]) =>
    [...documents].map(([id, source]) => ({ index, id, source: { ...source, complete: true } })),
  );
}

async function* stream(documents: readonly StoredDocument[]): AsyncGenerator<StoredDocument> {
  yield* await Promise.resolve(documents);
}

/** All documents, with the one of this id changed. */
function changed(id: string, changes: DocumentSource): StoredDocument[] {
  return stored().map((document) =>
    document.id === id ? { ...document, source: { ...document.source, ...changes } } : document,
  );
}

describe("comparing stored with expected documents", () => {
  it("finds nothing when all are as expected, final or not", async () => {
    const documents = changed("143-0", { complete: false });
    const comparison = await compareDocuments(expected, stream(documents));
    expect(comparison).to.include({ documents: 4, expected: 4, mismatches: 0 });
    expect(comparison.examples).to.deep.equal([]);
  });

  const differences: readonly (readonly [string, DocumentSource, string])[] = [
    ["143-0", { trips: 3 }, "taxi-demand-zones/143-0: trips is 3, expected 2"],
    [
      "143-0",
      { location: { lat: 40.5, lon: -73.90000000000002 } },
      'location is {"lat":40.5,"lon":-73.90000000000002}, expected {"lat":40.5,"lon":-73.9}',
    ],
    ["dr5r-0", { cell: "dr5x" }, 'taxi-demand-cells/dr5r-0: cell is "dr5x", expected "dr5r"'],
    [
      "JFK-0",
      { averageSeconds: 333.333333 },
      "taxi-airport-durations/JFK-0: averageSeconds is 333.333333, expected 333.3333333333333",
    ],
    ["JFK-0", { note: 1 }, "note is 1, expected absent"],
    ["JFK-0", { trips: "3" }, 'trips is "3", expected 3'],
  ];
  for (const [id, changes, words] of differences) {
    it(`finds that ${words}`, async () => {
      const comparison = await compareDocuments(expected, stream(changed(id, changes)));
      expect(comparison.mismatches).to.equal(1);
      expect(comparison.examples[0]).to.include(words);
    });
  }

  it("finds a field that is absent", async () => {
    const documents = stored().map((document) =>
      document.id === "JFK-0" ? { ...document, source: { airport: "JFK", trips: 3 } } : document,
    );
    const { examples } = await compareDocuments(expected, stream(documents));
    expect(examples).to.have.length(1);
    expect(examples[0]).to.include("averageSeconds is absent, expected 333.3333333333333");
  });

  it("finds a document that is missing", async () => {
    const documents = stored().filter(({ id }) => id !== "dr5r-0");
    const comparison = await compareDocuments(expected, stream(documents));
    expect(comparison).to.include({ documents: 3, expected: 4, mismatches: 1 });
    expect(comparison.examples[0]).to.include("taxi-demand-cells/dr5r-0 is missing");
  });

  it("finds a document that is unexpected, also under a known id in another index", async () => {
    const extra = { index: "taxi-demand-cells", id: "143-0", source: { trips: 2 } };
    const comparison = await compareDocuments(expected, stream([...stored(), extra]));
    expect(comparison.mismatches).to.equal(1);
    expect(comparison.examples[0]).to.include("taxi-demand-cells/143-0 is unexpected");
  });

  it("counts every mismatch and tells the first ten", async () => {
    const extra = Array.from({ length: 25 }, (_, at) => ({
      index: "taxi-demand-zones",
      id: `x-${at}`,
      source: {},
    }));
    const comparison = await compareDocuments(expected, stream([...stored(), ...extra]));
    expect(comparison.mismatches).to.equal(25);
    expect(comparison.examples).to.have.length(10);
  });

  it("has one fingerprint for the same documents in any order, and another for others", async () => {
    const { fingerprint } = await compareDocuments(expected, stream(stored()));
    const reversed = await compareDocuments(expected, stream(stored().reverse()));
    const grown = await compareDocuments(expected, stream(changed("143-300", { trips: 2 })));
    expect(reversed.fingerprint).to.equal(fingerprint);
    expect(grown.fingerprint).not.to.equal(fingerprint);
  });

  it("reads the result indices of a domain, and not its dead letters", async () => {
    const letter = { index: "dead-letters", id: "shard-1", source: { reason: "late" } };
    const domain = await startFakeDomain([...stored(), letter]);
    const comparison = await compareWithDomain(expected, domain.endpoint);
    await domain.close();
    expect(comparison).to.include({ documents: 4, mismatches: 0 });
  });
});
