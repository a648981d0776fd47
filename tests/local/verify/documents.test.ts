import { expect } from "chai";

import { storedDocuments } from "../../../local/verify/documents";
import type { StoredDocument } from "../../../local/verify/result-document";
import { startFakeDomain, type FakeDomain } from "./fake-domain";

const documents: readonly StoredDocument[] = [
  ...Array.from({ length: 7 }, (_, at) => ({
    index: "taxi-demand-zones",
    id: `zone-${at}`,
    source: { trips: at },
  })),
  { index: "taxi-airport-durations", id: "JFK-0", source: { trips: 1 } },
  { index: "dead-letters", id: "shard-1", source: { reason: "late" } },
];

describe("reading every document of a domain", () => {
  let domain: FakeDomain;
  beforeEach(async () => {
    domain = await startFakeDomain(documents);
  });
  afterEach(async () => {
    await domain.close();
  });

  const all = ["taxi-demand-zones", "taxi-airport-durations", "taxi-absent", "dead-letters"];

  async function read(pageSize: number, indices = all): Promise<StoredDocument[]> {
    const read: StoredDocument[] = [];
    const stored = storedDocuments(domain.endpoint, indices, pageSize);
    for await (const document of stored) read.push(document);
    return read;
  }

  for (const pageSize of [1, 3, 7, 8]) {
    it(`gives each once with ${pageSize} to a page`, async () => {
      expect(await read(pageSize)).to.deep.equal(documents);
      expect(domain.openScrolls()).to.equal(0);
    });
  }

  it("reads no other index than those asked for", async () => {
    const found = await read(5, ["dead-letters"]);
    expect(found.map(({ id }) => id)).to.deep.equal(["shard-1"]);
  });

  it("makes the latest writes visible first", async () => {
    await read(5, ["dead-letters"]);
    expect(domain.requests[0]).to.include({ method: "POST", path: "/dead-letters/_refresh" });
  });

  it("leaves no scroll open when the reader stops early", async () => {
    for await (const { id } of storedDocuments(domain.endpoint, all, 2)) {
      if (id === "zone-3") break;
    }
    expect(domain.openScrolls()).to.equal(0);
  });

  it("names the request that the domain does not answer", async () => {
    await domain.close();
    let message = "";
    await read(5).catch((error: unknown) => {
      message = String(error);
    });
    expect(message).to.match(/OpenSearch does not answer at POST http:.*taxi-demand-zones/);
  });
});
