import { expect } from "chai";
import { declaredKeys } from "../../../infra/pipeline/config";
import { schema } from "../../../infra/plugin/provider";

interface PackageSchema {
  readonly name: string;
  readonly resources: Readonly<
    Record<
      string,
      {
        readonly isComponent: boolean;
        readonly inputProperties: Readonly<Record<string, Record<string, unknown>>>;
        readonly required: readonly string[];
      }
    >
  >;
}

describe("The schema of StreamingPipeline", () => {
  const { resources } = schema() as PackageSchema;
  const component = resources["streaming-pipeline:index:StreamingPipeline"];

  it("has each configuration key as a plain, described argument", () => {
    const inputs = component?.inputProperties ?? {};
    expect(Object.keys(inputs)).to.deep.equal(Object.keys(declaredKeys()));
    for (const [key, input] of Object.entries(inputs)) {
      expect(input, key).to.include({ plain: true });
      expect(input["description"], key).to.be.a("string").that.is.not.empty;
      expect(input["type"], key).to.be.oneOf(["string", "integer", "boolean", "array"]);
      if (input["type"] === "array") expect(input["items"], key).to.have.property("type");
    }
  });

  it("requires no argument, and promises its outputs", () => {
    expect(component).not.to.have.property("requiredInputs");
    expect(component?.required).to.include.members(["streamName", "dashboardsUrl"]);
  });
});
