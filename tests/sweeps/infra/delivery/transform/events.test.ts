import { createRequire } from "node:module";
import path from "node:path";
import { compileFunction } from "node:vm";
import { expect } from "chai";
import { bundle } from "../../../../../infra/core/bundle";
import type {
  ArchivedEvents,
  handler as Handler,
} from "../../../../../infra/delivery/transform/events";

const entry = path.join(__dirname, "../../../../../infra/delivery/transform/events.ts");

/** The function as a deployment bundles it for events of one schema. */
function handlerFor(events: ArchivedEvents): typeof Handler {
  const { text } = bundle(entry, { ARCHIVED_EVENTS: events });
  const module = { exports: {} as { handler: typeof Handler } };
  const load = compileFunction(text, ["module", "exports", "require"]) as (
    ...args: unknown[]
  ) => void;
  load(module, module.exports, createRequire(__filename));
  return module.exports.handler;
}

async function archived(handler: typeof Handler, events: readonly unknown[]) {
  const { records } = await handler({
    records: events.map((event, index) => ({
      recordId: String(index),
      data: Buffer.from(JSON.stringify(event)).toString("base64"),
    })),
  });
  return records.map(({ result, data, metadata }) => ({
    result,
    row: JSON.parse(Buffer.from(data, "base64").toString()) as unknown,
    day: metadata?.partitionKeys["day"],
  }));
}

describe("The transform that is derived from a schema", () => {
  const { warn } = console;
  before(() => {
    console.warn = () => undefined;
  });
  after(() => {
    console.warn = warn;
  });

  const schema = {
    type: "object",
    required: ["meta"],
    properties: { meta: { type: "object" }, price: { type: "number" } },
  };

  it("flattens an event, and files it by the UTC day of its time", async () => {
    const handler = handlerFor({ schema, timeField: "meta.at", format: "millis", timeZone: "UTC" });
    const event = { meta: { at: 1_772_323_199_999, tags: ["a"] }, price: 0.1 };
    expect(await archived(handler, [event])).to.deep.equal([
      {
        result: "Ok",
        row: { meta_at: 1_772_323_199_999, meta_tags: '["a"]', price: 0.1 },
        day: "2026-02-28",
      },
    ]);
  });

  it("reads times in another zone by a pattern", async () => {
    const handler = handlerFor({
      schema: { type: "object" },
      timeField: "at",
      format: "dd.MM.yyyy HH:mm",
      timeZone: "America/New_York",
    });
    const [event] = await archived(handler, [{ at: "28.02.2026 23:30" }]);
    expect(event?.day).to.equal("2026-03-01");
  });

  it("fails an event without a valid time or against the schema, as it came, and no other", async () => {
    const handler = handlerFor({ schema, timeField: "meta.at", format: "iso", timeZone: "UTC" });
    const good = { meta: { at: "2026-03-01T00:00:00Z" } };
    const events = [good, { meta: { at: "noon" } }, { meta: {} }, { meta: null }, {}];
    const results = await archived(handler, events);
    expect(results.map(({ result }) => result)).to.deep.equal([
      "Ok",
      "ProcessingFailed",
      "ProcessingFailed",
      "ProcessingFailed",
      "ProcessingFailed",
    ]);
    expect(results.slice(1).map(({ row }) => row)).to.deep.equal(events.slice(1));
  });

  it("fails an event whose time is no text or has no day, and no other", async () => {
    const handler = handlerFor({ schema, timeField: "meta.at", format: "micros", timeZone: "UTC" });
    const times = [{ toString: 1 }, 9e18, 4e17, 0];
    const results = await archived(
      handler,
      times.map((at) => ({ meta: { at } })),
    );
    expect(results.map(({ result, day }) => day ?? result)).to.deep.equal([
      "ProcessingFailed",
      "ProcessingFailed",
      "ProcessingFailed",
      "1970-01-01",
    ]);
  });
});
