import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { Ajv } from "ajv";
import addFormats from "ajv-formats";
import { expect } from "chai";
import { configurationProblems, configurationSchema } from "../../policies/configuration";

const folder = path.join(__dirname, "../../policies");
const wrong: readonly (readonly [title: string, file: unknown, problem: string])[] = [
  ["a list", [], "must be a JSON object"],
  [
    "a mistyped policy",
    { "kinesis-stream-shard-limt": {} },
    "Did you mean kinesis-stream-shard-limit?",
  ],
  ["an unknown policy", { "nothing-like-it-at-all-zzz": {} }, "docs/policies.md lists them"],
  ["an empty level", { "kinesis-stream-retention": "" }, "must be one of advisory, mandatory"],
  [
    "a mistyped level",
    { "kinesis-stream-retention": { enforcementLevel: "advice" } },
    'enforcementLevel must be one of advisory, mandatory, remediate, disabled; got "advice"',
  ],
  ["a level of all that is none", { all: "off" }, "all must be one of"],
  [
    "a mistyped key",
    { "kinesis-stream-shard-limit": { maxShard: 4 } },
    "maxShard must be a setting of the policy. Did you mean maxShards?",
  ],
  [
    "a text for a number",
    { "kinesis-stream-shard-limit": { maxShards: "4" } },
    'maxShards must be integer; got "4"',
  ],
  ["a number out of range", { "kinesis-stream-shard-limit": { maxShards: 0 } }, "must be >= 1"],
  [
    "a floor above its ceiling",
    { "kinesis-stream-retention": { minHours: 200, maxHours: 100 } },
    "minHours is 200, above maxHours, which is 100",
  ],
  [
    "a pattern that is no regular expression",
    { "exception-limits": { ticketPattern: "OPS-(" } },
    'ticketPattern must match format "regex"; got "OPS-("',
  ],
  [
    "an exception without an end",
    { "kinesis-stream-retention": { exceptions: [{ resource: "events", reason: "x" }] } },
    "must have required property 'expires'",
  ],
];

describe("a configuration file", () => {
  for (const [title, file, problem] of wrong) {
    it(`is refused with ${title}`, () => {
      expect(configurationProblems(file).join("\n")).to.include(problem);
    });
  }

  it("has all of its problems listed at once", () => {
    const file = Object.assign({}, ...wrong.slice(1, 4).map(([, one]) => one)) as object;
    expect(configurationProblems(file)).to.have.length(3);
  });

  it("of each stack is right, by the check and by the schema for editors", () => {
    const ajv = new Ajv({ allErrors: true, strict: false });
    addFormats(ajv);
    const isValid = ajv.compile(configurationSchema());
    const files = readdirSync(folder).filter((file) => file.startsWith("limits."));
    expect(files).to.have.length(3);
    for (const file of files) {
      const content: unknown = JSON.parse(readFileSync(path.join(folder, file), "utf8"));
      expect(configurationProblems(content)).to.deep.equal([]);
      expect(isValid(content), ajv.errorsText(isValid.errors)).to.equal(true);
    }
    expect(isValid({ "no-such-policy": {} })).to.equal(false);
  });
});
