import { expect } from "chai";
import { flatten } from "../../../../infra/delivery/transform/flatten";

describe("flatten", () => {
  it("leaves a flat event as it is", () => {
    expect(flatten({ a: 1, b: "x", c: true, d: null })).to.deep.equal({
      a: 1,
      b: "x",
      c: true,
      d: null,
    });
  });

  it("joins the names of nested objects with underscores", () => {
    expect(flatten({ a: { b: { c: 1 }, d: 2 } })).to.deep.equal({ a_b_c: 1, a_d: 2 });
  });

  it("turns lists into JSON text", () => {
    expect(flatten({ a: [1, { b: 2 }] })).to.deep.equal({ a: '[1,{"b":2}]' });
  });

  it("has no column for an object without properties", () => {
    expect(flatten({ a: {} })).to.deep.equal({});
  });
});
