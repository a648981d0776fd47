import { expect } from "chai";
import { apiStageSettings } from "../../../policies/compute/apis";
import { change, evaluateStack, unknownString } from "../../support/policy";
import { methodSettings, restApi, stage } from "../service-fixtures";

describe("apigateway-stage-method-settings", () => {
  const live = { stageName: "prod" };

  it("refuses a stage whose settings are those of another API's stage of the same name", async () => {
    const { violations } = await evaluateStack(apiStageSettings, [
      change(stage, { ...live, restApi: "one" }),
      change({ ...stage, name: "other" }, { ...live, restApi: "two" }),
      change(methodSettings, { ...live, restApi: "one" }),
    ]);
    expect(violations).to.have.length(1);
    expect(violations[0]).to.include("other: no MethodSettings with methodPath */* names");
  });

  it("tells APIs apart by their resources where their ids are unknown in a preview", async () => {
    const otherApi = { ...restApi, name: "other" };
    const other = {
      ...change(stage, { restApi: unknownString }),
      name: "other",
      dependencies: { restApi: [otherApi] },
    };
    const { violations } = await evaluateStack(apiStageSettings, [
      restApi,
      otherApi,
      stage,
      other,
      methodSettings,
    ]);
    expect(violations).to.have.length(1);
    expect(violations[0]).to.include("other: no MethodSettings");
  });

  it("knows settings that have the API from the stage itself", async () => {
    const unknown = { restApi: unknownString };
    const made = { ...change(stage, unknown), dependencies: { restApi: [restApi] } };
    const settings = {
      ...change(methodSettings, { ...unknown, stageName: unknownString }),
      dependencies: { restApi: [made], stageName: [made] },
    };
    const { violations } = await evaluateStack(apiStageSettings, [restApi, made, settings]);
    expect(violations).to.deep.equal([]);
  });
});
