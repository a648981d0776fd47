import { expect } from "chai";
import { policies } from "../../policies/pack";
import { evaluate, evaluateStack } from "../support/policy";
import { compliant, relinked } from "./compliant";
import { mutatedResource } from "./mutations";
import { deliveryVerdicts } from "./delivery-verdicts";
import { instanceVerdicts } from "./instance-verdicts";
import { networkVerdicts } from "./network-verdicts";
import { processingVerdicts } from "./processing-verdicts";
import type { Verdict } from "./verdict";
import { verdicts } from "./verdicts";

describe("a policy with several ways to break it", () => {
  for (const verdict of [
    ...verdicts,
    ...deliveryVerdicts,
    ...instanceVerdicts,
    ...networkVerdicts,
    ...processingVerdicts,
  ]) {
    const { policy, set, limits, refused } = verdict;
    const change = JSON.stringify({ ...set, ...(limits && { limits }) }, (_, value: unknown) =>
      value === undefined ? "left out" : value,
    );
    it(`${policy} ${refused === undefined ? "accepts" : "refuses"} ${change}`, async () => {
      const { violations, unknown } = await judged(verdict);
      expect(unknown).to.equal(undefined);
      expect(violations, violations.join("\n")).to.have.length(refused === undefined ? 0 : 1);
      expect(violations.join()).to.include(refused ?? "");
    });
  }
});

async function judged({ policy: name, type, set, limits }: Verdict) {
  const policy = policies.find((one) => one.name === name);
  const bare = type.startsWith("aws:") ? { type, name: "bare", props: {} } : undefined;
  const target = compliant.find((one) => one.type.endsWith(type)) ?? bare;
  if (policy === undefined || target === undefined) throw new Error(`No ${name}, or no ${type}.`);
  const changed = mutatedResource(target, { policy: name, set });
  return "validateStack" in policy
    ? evaluateStack(
        policy,
        relinked(compliant, (one) => (one === target ? changed : one)),
        limits,
      )
    : evaluate(policy, changed, limits);
}
