import { readFileSync } from "node:fs";
import path from "node:path";
import Draft04 from "ajv-draft-04";
import addFormats from "ajv-formats";
import { expect } from "chai";
import { type SchemaObject, schemas } from "../../../infra/contracts/json-schema";
import { eventModel } from "../../../infra/ingestion/event-model";

function modelOf(schema: SchemaObject): Record<string, unknown> {
  return eventModel(schema, (problem) => {
    throw new Error(problem);
  });
}

function problemsOf(schema: SchemaObject): string[] {
  const problems: string[] = [];
  eventModel(schema, (problem) => problems.push(problem));
  return problems;
}

describe("eventModel", () => {
  const draft4 = addFormats(new Draft04({ strict: false }));
  const trade = {
    id: "0123456789abcdef0123456789abcdef",
    symbol: "IBM",
    time: "2026-11-29T12:00:00.000Z",
    price: 1.5,
    quantity: 2,
  };

  it("accepts and refuses the same trades by draft 4 as by the schema's own draft", () => {
    const file = path.join(__dirname, "../../../producer/schemas/trade.schema.json");
    const schema = JSON.parse(readFileSync(file, "utf8")) as SchemaObject;
    const { $schema, $id, ...plain } = schema;
    expect([$schema, $id]).to.include("https://json-schema.org/draft/2020-12/schema");
    const byModel = draft4.compile(modelOf(schema));
    const bySchema = schemas.compile(plain);
    const { symbol, ...withoutSymbol } = trade;
    expect(symbol).to.equal("IBM");
    const events: [boolean, unknown][] = [
      [true, trade],
      [true, { ...trade, price: 0.01 }],
      [false, { ...trade, price: 0 }],
      [false, { ...trade, quantity: 0 }],
      [false, { ...trade, symbol: "ibm" }],
      [false, { ...trade, venue: "X" }],
      [false, withoutSymbol],
      [false, [trade]],
    ];
    for (const [valid, event] of events) {
      expect(byModel(event), JSON.stringify(event)).to.equal(valid);
      expect(bySchema(event), JSON.stringify(event)).to.equal(valid);
    }
  });

  it("converts what draft 4 has under other names", () => {
    expect(
      modelOf({
        $id: "event",
        type: "object",
        required: [],
        $defs: { kind: { const: "view" } },
        properties: {
          kind: { $ref: "#/$defs/kind", description: "Kind", minLength: 1 },
          share: { exclusiveMinimum: 0, minimum: -1, maximum: 1, exclusiveMaximum: 2 },
          never: false,
          tags: { type: "array", items: { type: ["string", "null"] }, uniqueItems: true },
        },
        additionalProperties: { anyOf: [true, { not: { type: "null" } }] },
        examples: [{}],
      }),
    ).to.deep.equal({
      $schema: "http://json-schema.org/draft-04/schema#",
      type: "object",
      definitions: { kind: { enum: ["view"] } },
      properties: {
        kind: { allOf: [{ $ref: "#/definitions/kind" }, { description: "Kind", minLength: 1 }] },
        share: { minimum: 0, exclusiveMinimum: true, maximum: 1 },
        never: { not: {} },
        tags: { type: "array", items: { type: ["string", "null"] }, uniqueItems: true },
      },
      additionalProperties: { anyOf: [{}, { not: { type: "null" } }] },
    });
  });

  it("names the place and keyword of everything that draft 4 cannot check", () => {
    expect(
      problemsOf({
        type: "object",
        if: { required: ["a"] },
        properties: {
          id: { type: "string", format: "uuid" },
          list: { prefixItems: [{}] },
          other: { $ref: "https://example.com/other.json" },
        },
      }).map((problem) => problem.replace(/(, which|;).*/, "")),
    ).to.deep.equal([
      "eventSchema must not use if",
      "eventSchema, at properties.id, must not use format uuid",
      "eventSchema, at properties.list, must not use prefixItems",
      "eventSchema, at properties.other, must refer to its own $defs only",
    ]);
  });
});
