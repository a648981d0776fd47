import { expect } from "chai";
import fc from "fast-check";
import { jsonOfCell, locate } from "../../../producer/generic/json-text";

const raw = (text: string, path: string) => {
  const span = locate(text, path);
  return span === undefined ? undefined : text.slice(span.start, span.end);
};

describe("A field of a JSON text", () => {
  const cases: [text: string, path: string, value: string | undefined][] = [
    ['{"a":1}', "a", "1"],
    [' { "a" : { "b" : "x" } , "c" : [ 1 ] } ', "a.b", '"x"'],
    ['{"a.b":1,"a":{"b":2}}', "a.b", "1"],
    ['{"n":123456789012345678901234567890.10}', "n", "123456789012345678901234567890.10"],
    ['{"a":"}\\"]{","b":2}', "b", "2"],
    ['{"a":"\\\\","b":2}', "b", "2"],
    ['{"b":1,"b":2}', "b", "2"],
    ['{"\\u0061":1}', "a", "1"],
    ['{"x":[{"a":1}],"a":2}', "a", "2"],
    ['{"a":null}', "a.b", undefined],
    ['{"x":{"a":1}}', "a", undefined],
    ["{}", "a", undefined],
  ];
  for (const [text, path, value] of cases) {
    it(`${path} of ${text} is ${value ?? "missing"}`, () => {
      expect(raw(text, path)).to.equal(value);
    });
  }

  it("is the one that JSON.parse finds, in every object", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (object) => {
        for (const name of Object.keys(object)) {
          const found = raw(JSON.stringify(object, undefined, 1), name);
          expect(JSON.parse(found ?? "null")).to.deep.equal(
            JSON.parse(JSON.stringify(object[name])),
          );
        }
      }),
    );
  });
});

describe("A cell of a table as JSON", () => {
  const cases: [value: unknown, isTyped: boolean, json: string][] = [
    ["12345678901234567890", false, "12345678901234567890"],
    ["12345678901234567890", true, '"12345678901234567890"'],
    ["007", false, '"007"'],
    ["", false, "null"],
    [12345678901234567890n, true, "12345678901234567890"],
    [Number.NaN, true, "null"],
    [undefined, true, "null"],
    [{ a: [1n, "x"] }, true, '{"a":[1,"x"]}'],
  ];
  for (const [value, isTyped, json] of cases) {
    it(`${typeof value} ${isTyped ? "of a typed file" : "of CSV"} is ${json}`, () => {
      expect(jsonOfCell(value, isTyped)).to.equal(json);
    });
  }
});
