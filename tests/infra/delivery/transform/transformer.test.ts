import { expect } from "chai";
import * as fc from "fast-check";
import { transformer } from "../../../../infra/delivery/transform/transformer";

const handler = transformer<{ readonly name: string; readonly size?: { readonly cm: number } }>({
  schema: {
    type: "object",
    required: ["name"],
    additionalProperties: false,
    properties: {
      name: { type: "string" },
      size: { type: "object", properties: { cm: { type: "number" } } },
    },
  },
  archive: (event) => ({ row: { ...event, seen: true }, partitionKeys: { name: event.name } }),
});

const base64 = (text: string): string => Buffer.from(text).toString("base64");

/** Transforms records of these texts, with console.warn recorded instead of printed. */
async function transformed(...texts: readonly string[]) {
  const { warn } = console;
  const warnings: unknown[] = [];
  console.warn = (warning: unknown) => warnings.push(warning);
  try {
    const { records } = await handler({
      records: texts.map((text, index) => ({ recordId: String(index), data: base64(text) })),
    });
    return { records, warnings };
  } finally {
    console.warn = warn;
  }
}

describe("A transform", () => {
  it("makes a flat row with partition keys of an event that conforms", async () => {
    const { records } = await transformed('{"name":"a","size":{"cm":3}}');
    const [record] = records;
    expect(record).to.deep.include({
      recordId: "0",
      result: "Ok",
      metadata: { partitionKeys: { name: "a" } },
    });
    expect(JSON.parse(Buffer.from(record?.data ?? "", "base64").toString())).to.deep.equal({
      name: "a",
      size_cm: 3,
      seen: true,
    });
  });

  it("drops a record without content and a canary", async () => {
    const { records, warnings } = await transformed(
      "",
      " \n",
      '{"canary":"2026-03-01T12:00:00.000Z"}',
    );
    expect(records.map(({ result }) => result)).to.deep.equal(["Dropped", "Dropped", "Dropped"]);
    expect(warnings).to.be.empty;
  });

  it("fails what is no JSON or does not conform, hands it back as it came, and logs why without values", async () => {
    const texts = ["{", "17", '{"name":5,"secret":"s3cret"}'];
    const { records, warnings } = await transformed(...texts, '{"name":"a"}');
    expect(records.map(({ result }) => result)).to.deep.equal([
      "ProcessingFailed",
      "ProcessingFailed",
      "ProcessingFailed",
      "Ok",
    ]);
    expect(records.slice(0, 3).map(({ data }) => data)).to.deep.equal(texts.map(base64));
    expect(warnings).to.deep.equal([
      {
        failedRecords: 3,
        reasons: [
          "not JSON",
          "must be object",
          "must NOT have additional properties; /name must be string",
        ],
      },
    ]);
  });

  it("keeps an event that only begins like a canary", async () => {
    const { records } = await transformed(
      '{"canary":"yellow","name":"a"}',
      '{"canary":"2026-03-01T12:00:00.000Z","name":"a"}',
    );
    expect(records.map(({ result }) => result)).to.deep.equal([
      "ProcessingFailed",
      "ProcessingFailed",
    ]);
  });

  it("fails an event that is nested too deeply, and no other of its batch", async () => {
    const levels = 100_000;
    const { records } = await transformed(
      `{"name":"a","size":${'{"cm":1,"of":'.repeat(levels)}{}${"}".repeat(levels)}}`,
      `{"name":"a","size":{"of":${"[".repeat(levels)}${"]".repeat(levels)}}}`,
      '{"name":"a"}',
    );
    expect(records.map(({ result }) => result)).to.deep.equal([
      "ProcessingFailed",
      "ProcessingFailed",
      "Ok",
    ]);
  });

  it("answers every record under its id, in order, whatever it holds", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(fc.string(), fc.json())), async (texts) => {
        const { records } = await transformed(...texts);
        expect(records.map(({ recordId }) => recordId)).to.deep.equal(
          texts.map((_, index) => String(index)),
        );
      }),
    );
  });
});
