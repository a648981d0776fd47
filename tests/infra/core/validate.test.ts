import { expect } from "chai";
import fc from "fast-check";
import { cidr, Problems } from "../../../infra/core/validate";

const network = cidr({ min: 16, max: 24 });

describe("Problems", () => {
  it("stays silent when there is nothing to say", () => {
    expect(() => {
      new Problems().throwIfAny("anything");
    }).not.to.throw();
  });

  it("lists every problem in one error, in the order in which they were found", () => {
    const problems = new Problems();
    problems.integer("shards", 0, { min: 1, max: 8 });
    problems.oneOf("mode", "FAST", ["SLOW", "STEADY"]);
    problems.matches("name", "A", { pattern: /^[a-z]$/, description: "a letter" });
    expect(() => {
      problems.throwIfAny("The stream is wrong");
    }).to.throw(
      [
        "The stream is wrong:",
        "- shards must be an integer from 1 to 8; got 0",
        "- mode must be one of SLOW, STEADY; got FAST",
        '- name must be a letter; got "A"',
      ].join("\n"),
    );
  });

  it("accepts exactly the whole numbers of a range", () => {
    fc.assert(
      fc.property(fc.integer(), fc.nat(), fc.double(), (min, width, value) => {
        const max = min + width;
        for (const candidate of [value, Math.round(value), min - 1, min, max, max + 1]) {
          const problems = new Problems();
          problems.integer("n", candidate, { min, max });
          const accepted = Number.isInteger(candidate) && min <= candidate && candidate <= max;
          expect(problems.found).to.have.length(accepted ? 0 : 1);
        }
      }),
    );
  });

  it("accepts every network in CIDR notation whose prefix is in the range, and no other", () => {
    const octet = fc.integer({ min: 0, max: 255 });
    const bits = fc.integer({ min: 0, max: 32 });
    fc.assert(
      fc.property(octet, octet, octet, octet, bits, (a, b, c, d, length) => {
        const binary = [a, b, c, d].map((part) => part.toString(2).padStart(8, "0")).join("");
        const accepted = length >= 16 && length <= 24 && !binary.slice(length).includes("1");
        const problems = new Problems();
        problems.matches("cidr", `${[a, b, c, d].join(".")}/${length}`, network);
        expect(problems.found).to.have.length(accepted ? 0 : 1);
      }),
    );
    for (const text of ["10.0.0.0/16", "172.16.4.0/22", "192.168.1.0/24"]) {
      const problems = new Problems();
      problems.matches("cidr", text, network);
      expect(problems.found).to.deep.equal([]);
    }
  });

  for (const text of [
    "",
    "10.0.0.0",
    "10.0.0/16",
    "10.0.0.0/",
    "10.0.0.0/1e1",
    "10.0.0.0/16/16",
    "10.0.0.5/16",
    "10.0.0.256/24",
    "::/16",
  ]) {
    it(`refuses "${text}" as an IPv4 network`, () => {
      const problems = new Problems();
      problems.matches("cidr", text, network);
      expect(problems.found).to.have.length(1);
      expect(problems.found[0]).to.contain(`got "${text}"`);
    });
  }

  it("refuses too few, too many and repeated values", () => {
    const range = { min: 1, max: 2 };
    for (const values of [[], ["a", "b", "c"], ["a", "a"]]) {
      const problems = new Problems();
      problems.distinct("zones", values, range);
      expect(problems.found, values.join()).to.have.length(1);
    }
    const problems = new Problems();
    problems.distinct("zones", ["a", "b"], range);
    expect(problems.found).to.deep.equal([]);
  });
});
