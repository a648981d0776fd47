import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { policies } from "../../policies/pack";
import { configuredValues, type Settings } from "../../policies/engine/setting-schema";
import { configurationProblems } from "../support/policy";

type Config = Readonly<Record<string, unknown>>;

const folder = path.join(__dirname, "../../policies");
const files = readdirSync(folder).filter((file) => /^limits\..*\.json$/.test(file));

describe("the limits of each stack", () => {
  it("exist for dev, prod and local", () => {
    expect(files).to.have.members(["limits.dev.json", "limits.local.json", "limits.prod.json"]);
  });

  for (const file of files) {
    describe(file, () => {
      const limits = JSON.parse(readFileSync(path.join(folder, file), "utf8")) as Readonly<
        Record<string, Config>
      >;

      it("names policies that exist", () => {
        expect(policies.map(({ name }) => name)).to.include.members(Object.keys(limits));
      });

      it("gives them keys and values that they have", () => {
        for (const policy of policies) {
          const given = limits[policy.name] ?? {};
          expect(configurationProblems(policy, given), policy.name).to.be.empty;
          const settings = (policy.configSchema?.properties ?? {}) as Settings;
          expect(configuredValues(policy.name, settings, given)).to.include(given);
        }
      });
    });
  }
});
