import { readFileSync } from "node:fs";
import { expect } from "chai";
import { factsOf, KNOWN_TYPES } from "../../local/provider/facts";
import { controls, reasons } from "./docs/controls";
import { families, policies, type PolicyFamily } from "../../policies/pack";
import { statefulTypes, taggableTypes } from "../../policies/engine/sdk-types";
import { configurationProblems, evaluate, evaluateStack } from "../support/policy";
import { compliant } from "./compliant";
import { additions } from "./mutations";

describe("the policy pack", () => {
  it("gives every policy a name of its own in kebab case", () => {
    const names = policies.map(({ name }) => name);
    expect(new Set(names).size).to.equal(names.length);
    for (const name of names) {
      expect(name).to.match(/^[a-z0-9]+(-[a-z0-9]+)+$/);
    }
  });

  it("describes every policy in a sentence, with severity, reason and fix", () => {
    for (const { name, description, severity, remediationSteps, url, text } of policies) {
      expect(description, name).to.match(/^[A-Z].*\.$/);
      expect(text.reason, name).to.match(/^[A-Z].*\.$/);
      expect(remediationSteps, name).to.match(/^[A-Z].*\.$/);
      expect(severity, name).to.be.oneOf(["low", "medium", "high", "critical"]);
      expect(url, name).to.match(/^https:\/\/.+@[0-9.]+\/dist\/docs\/policies\.md#/);
      expect(url?.endsWith(`#${name}`), name).to.be.true;
    }
  });

  it("leaves no policy at another level than the pack's but those that only inform", () => {
    const others = policies.filter(({ enforcementLevel }) => enforcementLevel !== undefined);
    expect(others.map(({ name, enforcementLevel }) => [name, enforcementLevel])).to.deep.equal([
      ["exception-limits", "advisory"],
      ["policy-coverage", "advisory"],
      ["policy-document-unknown", "advisory"],
      ["exception-unused", "advisory"],
    ]);
  });

  it("has defaults that fit their schemas, for a run without configuration", () => {
    for (const policy of policies) {
      const properties = Object.entries(policy.configSchema?.properties ?? {});
      const defaults = Object.fromEntries(properties.map(([key, schema]) => [key, schema.default]));
      expect(configurationProblems(policy, defaults), policy.name).to.be.empty;
      expect(Object.values(defaults), policy.name).not.to.include(undefined);
    }
  });

  it("offers exceptions with every policy", () => {
    for (const { name, configSchema } of policies) {
      expect(configSchema?.properties, name).to.have.property("exceptions");
    }
  });

  it("accepts a compliant stack with its defaults, and each policy judges something in it", async () => {
    // Policies about what must not be there at all.
    const prohibitions = additions
      .map(({ policy }) => policy)
      .filter(
        (policy) => !["ec2-elastic-address-in-use", "unjudged-resource-type"].includes(policy),
      );
    for (const policy of policies) {
      const outcomes =
        "validateStack" in policy
          ? [await evaluateStack(policy, compliant)]
          : await Promise.all(compliant.map((one) => evaluate(policy, one)));
      const applicable = outcomes.filter((outcome) => outcome.applicable);
      expect(applicable.length > 0, policy.name).to.equal(!prohibitions.includes(policy.name));
      for (const outcome of applicable) {
        expect(outcome, policy.name).to.deep.equal({
          applicable: true,
          violations: [],
          advice: [],
        });
      }
    }
  });

  it("belongs to families without overlap", () => {
    const all = Object.values<PolicyFamily>(families);
    expect(all.flatMap((family) => family.policies)).to.deep.equal(policies);
    expect(all.filter((family) => family.policies.length === 0)).to.be.empty;
  });

  it("implements every control of Security Hub that applies, or says why not", () => {
    const implemented = new Set(policies.flatMap(({ text }) => text.controls ?? []));
    for (const control of Object.keys(controls)) {
      expect(implemented.has(control) !== control in reasons, control).to.be.true;
    }
    expect(controls).to.include.all.keys(...implemented, ...Object.keys(reasons));
  });

  it("knows the types that take tags, among those that the local provider knows", () => {
    const taggable = KNOWN_TYPES.filter((type) => factsOf(type)["tags"]?.input === true);
    const listed = taggableTypes.filter((type) => KNOWN_TYPES.includes(type));
    expect(listed).to.have.members(taggable);
  });

  it("asks every type that it judges and that takes tags for them", () => {
    const judged = [...new Set([...compliant.map(({ type }) => type), ...statefulTypes])];
    const taggable = judged.filter((type) => {
      const path = type.slice("aws:".length).split(":")[0] ?? "";
      return readFileSync(require.resolve(`@pulumi/aws/${path}.js`), "utf8").includes(
        'resourceInputs["tags"] = args',
      );
    });
    expect(taggableTypes).to.include.members(taggable);
  });
});
