import { EventSourceMapping, FunctionEventInvokeConfig } from "@pulumi/aws/lambda";
import { expect } from "chai";
import { functionDeadLetters } from "../../policies/compute/functions";
import { change, evaluateStack, resource, unknownObject, unknownString } from "../support/policy";
import { lambda } from "./fixtures";

const alone = change(lambda, { deadLetterConfig: undefined });

async function violations(destinationConfig: unknown) {
  const config = resource(FunctionEventInvokeConfig, "events", { functionName: unknownString });
  const configured = {
    ...change(config, { destinationConfig }),
    dependencies: { functionName: [alone] },
  };
  return (await evaluateStack(functionDeadLetters, [alone, configured])).violations;
}

describe("lambda-function-dead-letters", () => {
  it("accepts a destination for failures, and one that is unknown in a preview", async () => {
    const onFailure = { destination: unknownString };
    for (const config of [{ onFailure }, { onFailure, onSuccess: onFailure }, unknownObject]) {
      expect(await violations(config)).to.be.empty;
    }
  });

  it("accepts a function on a stream whose event source mapping keeps failures", async () => {
    const judged = async (destinationConfig: object) => {
      const mapping = resource(EventSourceMapping, "counter", { functionName: unknownString });
      const configured = {
        ...change(mapping, { destinationConfig }),
        dependencies: { functionName: [alone] },
      };
      return (await evaluateStack(functionDeadLetters, [alone, configured])).violations;
    };
    expect(await judged({ onFailure: { destinationArn: unknownString } })).to.be.empty;
    expect(await judged({})).to.have.length(1);
  });

  it("refuses a configuration that keeps successes alone, or nothing", async () => {
    const onSuccess = { destination: unknownString };
    for (const config of [{ onSuccess }, { onFailure: null }, {}, undefined]) {
      expect(await violations(config), JSON.stringify(config)).to.have.length(1);
    }
  });
});
