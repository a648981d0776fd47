import type { ResourceValidationPolicy } from "@pulumi/policy";
import { expect } from "chai";
import { evaluate, type TestResource } from "../support/policy";

type Config = Readonly<Record<string, unknown>>;

/** Expects that the policy judges the resource and has nothing against it. */
export async function expectAccepted(
  policy: ResourceValidationPolicy,
  resource: TestResource,
  config?: Config,
): Promise<void> {
  expect(await evaluate(policy, resource, config)).to.deep.equal({
    applicable: true,
    violations: [],
    advice: [],
  });
}

/** Expects one violation for each text, with that text in it. */
export async function expectRefused(
  policy: ResourceValidationPolicy,
  resource: TestResource,
  texts: string | readonly string[],
  config?: Config,
): Promise<void> {
  const expected = [texts].flat();
  const { violations } = await evaluate(policy, resource, config);
  expect(violations, violations.join("\n")).to.have.length(expected.length);
  for (const [index, text] of expected.entries()) {
    expect(violations[index]).to.include(text);
  }
}

/** Expects that the policy could not run in a preview because of this property. */
export async function expectUnknown(
  policy: ResourceValidationPolicy,
  resource: TestResource,
  property: string,
): Promise<void> {
  expect((await evaluate(policy, resource)).unknown).to.include(`.${property} can't be known`);
}

/** Expects that the policy leaves the verdict to the update, and does not count as passed. */
export async function expectUndecided(
  policy: ResourceValidationPolicy,
  resource: TestResource,
  property: string,
): Promise<void> {
  const outcome = await evaluate(policy, resource);
  expect(outcome.applicable).to.be.false;
  expect(outcome.undecided).to.include(`${property} depends on a resource that is yet to be made`);
}
