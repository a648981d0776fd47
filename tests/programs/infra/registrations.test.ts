import { readFileSync } from "node:fs";
import { expect } from "chai";
import {
  recordedStacks,
  type RegistrationHashes,
  registrationHashes,
  registrationsFile,
} from "../../support/registrations";

const recorded = JSON.parse(readFileSync(registrationsFile, "utf8")) as Readonly<
  Record<string, RegistrationHashes>
>;

describe("Registrations", function () {
  this.timeout(30_000);

  for (const stack of recordedStacks) {
    it(`of ${stack} are the recorded ones; \`npm run registrations\` records a wanted change`, async () => {
      expect(await registrationHashes(stack)).to.deep.equal(recorded[stack]);
    });
  }
});
