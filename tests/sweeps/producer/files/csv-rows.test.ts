import { expect } from "chai";
import { parse } from "csv-parse/sync";
import { csvDecoder } from "../../../../producer/files/csv-rows";
import type { RowDecoder } from "../../../../producer/files/rows";
import { seededRandom } from "../../../producer/support/random";

const cells: RowDecoder = { columns: () => ({ read: (row: readonly unknown[]) => row }) } as never;

/** The fields by the library; undefined where it refuses them. */
function parsed(text: string, delimiter: string): unknown {
  try {
    return (parse(text, { relax_column_count: true, delimiter }) as unknown[])[0] ?? [];
  } catch {
    return undefined;
  }
}

describe("A row of CSV with quotes", () => {
  for (const [name, delimiter] of Object.entries({ commas: ",", bars: "|", tabs: "\t" })) {
    it(`has the fields that csv-parse finds, however odd it is: with ${name}`, () => {
      const random = seededRandom(7);
      const { decode } = csvDecoder(["a", "b"].join(delimiter), cells, "a.csv");
      const pieces = [
        '"',
        '""',
        delimiter,
        "a",
        " ",
        "5",
        "\n",
        "é",
        `"${delimiter}`,
        `${delimiter}"`,
      ];
      let wellFormed = 0;
      for (let row = 0; row < 5000; row += 1) {
        const length = 1 + Math.floor(random() * 12);
        const piece = () => pieces[Math.floor(random() * pieces.length)] ?? "";
        const text = `"${Array.from({ length }, piece).join("")}`;
        const expected = parsed(text, delimiter);
        if (expected === undefined) continue;
        wellFormed += 1;
        expect(decode(text), JSON.stringify(text)).to.deep.equal(expected);
      }
      expect(wellFormed).to.be.above(300);
    });
  }
});
