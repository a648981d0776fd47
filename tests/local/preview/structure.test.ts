import { expect } from "chai";
import { propertyText } from "../../../local/preview/markdown";
import { structuralChanges } from "../../../local/preview/structure";

function texts(before: unknown, after: unknown): string[] {
  return structuralChanges("body", before, after).map(propertyText);
}

describe("The comparison of values by meaning", () => {
  it("looks into JSON text and finds list elements by their names", () => {
    const body = (period: number, ...more: string[]) =>
      JSON.stringify({ queries: [{ id: "lag", period }, ...more.map((id) => ({ id }))] });
    expect(texts(body(60), body(300, "cpu"))).to.deep.equal([
      'body.queries\\["lag"\\].period: 60 → 300',
      'body.queries\\["cpu"\\]: added',
    ]);
  });

  it("does not report the widgets that a new one moves", () => {
    const body = (...titles: string[]) =>
      JSON.stringify({ widgets: titles.map((title, y) => ({ y, properties: { title } })) });
    expect(texts(body("Lag", "Cost"), body("Records", "Lag", "Cost"))).to.deep.equal([
      'body.widgets\\["Records"\\]: added',
      "body.widgets (positions): not set → 2",
    ]);
  });

  it("finds what a list gains and loses, wherever it stands", () => {
    expect(texts(["a", "b", "c"], ["c", "a", "d"])).to.deep.equal(["body\\[2\\]: b → d"]);
    expect(texts(["a", "b"], ["b", "a"])[0]).to.match(/^body \(order\)/);
  });

  it("shows the part of a long text that differs", () => {
    const rule = (name: string) =>
      `ALARM("${"x".repeat(80)}") OR ALARM("${name}") OR ALARM("${"y".repeat(80)}")`;
    expect(texts(rule("one"), rule("two"))[0]).to.match(/^body: ….*one.*… → ….*two.*…$/);
    expect(texts("a\nb\nc", "a\nx\nc")).to.deep.equal(["body from line 2: b → x"]);
  });
});
