import { expect } from "chai";
import fc from "fast-check";
import { nameForm, physicalName, projectName } from "../../../infra/core/names";
import { searchDomainName } from "../../../infra/core/limits";

describe("physical names", () => {
  it("are the text where AWS takes it", () => {
    expect(physicalName("streaming-pipeline-dev", 28)).to.equal("streaming-pipeline-dev");
  });

  it("are names of domains, begin with the project's and tell stacks apart, whatever they are called", () => {
    const projects = fc.stringMatching(projectName.pattern);
    const stacks = fc.uniqueArray(fc.stringMatching(nameForm.pattern), {
      minLength: 2,
      maxLength: 2,
    });
    fc.assert(
      fc.property(projects, stacks, (project, names) => {
        const domains = names.map((name) => physicalName(`${project}-${name}`, 28));
        expect(new Set(domains).size).to.equal(2);
        for (const domain of domains) {
          expect(domain).to.match(searchDomainName.pattern);
          expect(domain.startsWith(`${project}-`), domain).to.equal(true);
        }
      }),
    );
  });
});
