import { expect } from "chai";
import { policies } from "../../../policies/pack";
import { evaluate, evaluateStack, type TestResource } from "../../support/policy";
import { compliant, relinked } from "../../policies/compliant";
import {
  additions,
  isAbout,
  type Mutation,
  mutatedResource,
  resourceMutations,
  stackMutations,
} from "../../policies/mutations";

type Limits = Readonly<Record<string, Mutation["limits"]>>;

/** The policies that refuse one of some resources, each alone. */
async function refusingResource(
  resources: readonly TestResource[],
  limits: Limits = {},
): Promise<string[]> {
  const refused = [];
  for (const policy of policies) {
    if ("validateStack" in policy) continue;
    for (const resource of resources) {
      const { violations } = await evaluate(policy, resource, limits[policy.name]);
      if (violations.length > 0) refused.push(policy.name);
    }
  }
  return refused;
}

/** The policies that refuse a whole stack. */
async function refusingStack(
  resources: readonly TestResource[],
  limits: Limits = {},
): Promise<string[]> {
  const refused = [];
  for (const policy of policies) {
    if (!("validateStack" in policy)) continue;
    const { violations } = await evaluateStack(policy, resources, limits[policy.name]);
    if (violations.length > 0) refused.push(policy.name);
  }
  return refused;
}

describe("every mandatory policy", function () {
  this.timeout(60_000);

  it("has a change to a compliant stack that it refuses", () => {
    const mandatory = policies.filter(({ enforcementLevel }) => enforcementLevel !== "advisory");
    const mutations = [...resourceMutations, ...stackMutations, ...additions];
    expect(mutations.map(({ policy }) => policy)).to.have.members(
      mandatory.map(({ name }) => name),
    );
  });

  for (const mutation of resourceMutations) {
    it(`${mutation.policy} alone refuses its change`, async () => {
      // The other resources of the stack are as every policy accepts them; a limit concerns them all.
      const targets = compliant.filter(
        (one) => mutation.type === undefined || isAbout(mutation, one),
      );
      const [target, ...others] = targets;
      if (target === undefined) throw new Error("There is nothing to change.");
      const changed = [mutatedResource(target, mutation), ...(mutation.type ? [] : others)];
      const refusing = await refusingResource(changed, limitsOf(mutation));
      expect([...new Set(refusing)]).to.deep.equal([mutation.policy]);
    });
  }

  for (const mutation of stackMutations) {
    it(`${mutation.policy} alone refuses its change`, async () => {
      const target = compliant.find((one) => isAbout(mutation, one));
      expect(target !== undefined).to.equal(mutation.type !== undefined);
      const changed = target && mutatedResource(target, mutation);
      expect(changed ? await refusingResource([changed]) : []).to.be.empty;
      const stack = relinked(compliant, (one) => (one === target && changed ? changed : one));
      expect(await refusingStack(stack, limitsOf(mutation))).to.deep.equal([mutation.policy]);
    });
  }

  for (const { policy, resource } of additions) {
    it(`${policy} alone refuses a resource that must not be there`, async () => {
      expect([
        ...(await refusingResource([resource])),
        ...(await refusingStack([...compliant, resource])),
      ]).to.deep.equal([policy]);
    });
  }
});

function limitsOf({ policy, limits }: Mutation): Limits {
  return limits === undefined ? {} : { [policy]: limits };
}
