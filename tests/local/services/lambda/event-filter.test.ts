import { expect } from "chai";
import { matches, unknownOperators } from "../../../../local/services/lambda/event-filter";

const order = {
  data: { kind: "order", amount: 12, tags: ["new", "web"], note: null, buyer: { city: "Paris" } },
};
const rules = (data: unknown): boolean => matches({ data }, order);

describe("Filters of an event source mapping", () => {
  it("compare fields, all of which must match one of their values", () => {
    expect(rules({ kind: ["visit", "order"], amount: [12] })).to.equal(true);
    expect(rules({ kind: ["order"], amount: [13] })).to.equal(false);
    expect(rules({ note: [null], buyer: { city: ["Paris"] } })).to.equal(true);
    expect(rules({ tags: ["web"] }), "an element of a list").to.equal(true);
    expect(rules({ missing: [null] })).to.equal(false);
  });

  it("know the operators of Lambda", () => {
    for (const [rule, expected] of [
      [{ kind: [{ prefix: "or" }] }, true],
      [{ kind: [{ prefix: "er" }] }, false],
      [{ kind: [{ suffix: "er" }] }, true],
      [{ kind: [{ "equals-ignore-case": "ORDER" }] }, true],
      [{ kind: [{ "anything-but": ["visit"] }] }, true],
      [{ kind: [{ "anything-but": ["order"] }] }, false],
      [{ kind: [{ "anything-but": { prefix: "or" } }] }, false],
      [{ missing: [{ "anything-but": ["order"] }] }, false],
      [{ kind: [{ exists: true }] }, true],
      [{ missing: [{ exists: false }] }, true],
      [{ kind: [{ exists: false }] }, false],
      [{ amount: [{ numeric: ["=", 12] }] }, true],
      [{ amount: [{ numeric: [">", 0, "<=", 12] }] }, true],
      [{ amount: [{ numeric: [">", 12] }] }, false],
      [{ kind: [{ numeric: [">", 0] }] }, false],
      [{ $or: [{ kind: ["visit"] }, { amount: [12] }] }, true],
      [{ $or: [{ kind: ["visit"] }, { amount: [1] }] }, false],
    ] as const) {
      expect(rules(rule), JSON.stringify(rule)).to.equal(expected);
    }
  });

  it("name what is not there on this machine", () => {
    expect(unknownOperators({ data: { kind: ["order"], $or: [{ a: [{ exists: true }] }] } })).to.be
      .empty;
    expect(
      unknownOperators({ data: { ip: [{ cidr: "10.0.0.0/8" }], kind: "order" } }),
    ).to.deep.equal(["cidr", 'the value "order" outside a list']);
  });
});
