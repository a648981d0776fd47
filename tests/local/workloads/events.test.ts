import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "chai";
import { loadWorkload } from "../../../infra/contracts/workload";
import { events, expectedDocuments } from "../../../local/workloads/events";
import { isMatched } from "../../../local/verify/result-document";

const definition = loadWorkload("tests/workloads/page-views");
const settings = {} as Parameters<ReturnType<typeof events>["expected"]>[0];

describe("A workload that is only a folder", () => {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "workload-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });
  const written = (text: string): string => {
    const file = path.join(folder, "expected.jsonl");
    writeFileSync(file, text);
    return file;
  };

  it("is replayed by its fields, checked against its schema, and has its templates' indices", async () => {
    const workload = events(definition, { input: undefined, expect: undefined, endless: false });
    expect(workload.replayArguments("/state").join(" ")).to.match(
      /^--workload events --event-time-field viewedAt --key-field page --schema \S+event.schema.json --input \S+page-views.jsonl --dead-letters \/state\/rejected-rows.jsonl$/,
    );
    expect(workload.indices).to.deep.equal(["page-views-*"]);
    expect(await workload.check()).to.equal("500 events in 500 rows");
    const { documents, events: counts } = await workload.expected(settings);
    expect(documents).to.equal(undefined);
    expect(counts).to.include({ read: 500, good: 500 });
  });

  it("takes another input, and the documents that must come of it", async () => {
    const source = { views: 1 };
    const expect_ = written(`${JSON.stringify({ index: "i", id: "1", source })}\n\n`);
    const input = path.join(folder, "two.jsonl");
    const event = JSON.stringify({
      page: "/",
      viewedAt: "2026-03-01T12:00:00.000Z",
      visitor: "v1",
    });
    writeFileSync(input, `${event}\n{"page": "/"}\n`);
    const workload = events(definition, { input, expect: expect_, endless: false });
    const { documents, events: counts } = await workload.expected(settings);
    expect(documents?.get("i")?.get("1")).to.deep.equal(source);
    expect(counts).to.include({ read: 2, good: 1 });
  });

  it("names the line of expected documents that is none, or is there twice", async () => {
    const line = '{"index": "i", "id": "1", "source": {}}\n';
    for (const [text, problem] of [
      [`${line}{"index": "i"}\n`, /expected.jsonl:2 must be a document/],
      ["no JSON\n", /expected.jsonl:1 must be a document/],
      [`${line}${line}`, /expected.jsonl:2 repeats the document i\/1/],
    ] as const) {
      const error = await expectedDocuments(written(text)).catch((reason: unknown) => reason);
      expect(String(error)).to.match(problem);
    }
  });

  it("knows which index a pattern has", () => {
    expect(isMatched("page-views-2026-03-01", ["trips-*", "page-views-*"])).to.equal(true);
    expect(isMatched("page.views", ["page-views", "pagexviews"])).to.equal(false);
    expect(isMatched("pagexviews", ["page.views"])).to.equal(false);
  });
});
