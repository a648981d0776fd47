import { expect } from "chai";
import { isPresent, isSet } from "../../../../policies/engine/known";
import { policies } from "../../../../policies/pack";
import { evaluate, evaluateStack, type TestResource, unknownString } from "../../../support/policy";
import { unknownCheckingProxy } from "@pulumi/policy";
import { compliant } from "../../../policies/compliant";
import { sdkArguments, sdkBlocks } from "../../../policies/tables/generate-sdk-types";

const blocks = sdkBlocks();

/** Values that the provider leaves out like a property that is absent, by the property's declaration. */
function emptyValues(type: string): readonly unknown[] {
  if (/\[\]|\binputs\.|\{\[key/.test(type)) {
    return [null, type.includes("[]") ? [] : {}];
  }
  return /\bstring\b|\benums\./.test(type) ? [null, ""] : [null];
}

interface Member {
  readonly path: readonly string[];
  readonly values: readonly unknown[];
}

/** Every optional property that the SDK knows of a resource, in each block that the resource has. */
function* optionalProperties(
  block: object,
  properties: ReturnType<typeof sdkArguments>,
  prefix: readonly string[] = [],
): Iterable<Member> {
  for (const [name, { type, isOptional }] of properties) {
    const path = [...prefix, name];
    if (isOptional) {
      yield { path, values: emptyValues(type) };
    }
    const value = (block as Record<string, unknown>)[name];
    const [, inner = ""] = /\binputs\.([\w.]+)/.exec(type) ?? [];
    const [first, place] = Array.isArray(value)
      ? [value[0] as unknown, [...path, "0"]]
      : [value, path];
    if (first instanceof Object) {
      yield* optionalProperties(first, blocks.get(inner) ?? new Map(), place);
    }
  }
}

/** A copy with another value at a path; `undefined` leaves it out. */
function changed(block: unknown, [name = "", ...rest]: readonly string[], value: unknown): object {
  const copy = (
    Array.isArray(block) ? [...(block as unknown[])] : { ...(block as object) }
  ) as Record<string, unknown>;
  copy[name] = rest.length > 0 ? changed(copy[name], rest, value) : value;
  if (copy[name] === undefined) Reflect.deleteProperty(copy, name);
  return copy;
}

/** What the policies say of a resource, those about stacks of it alone. */
async function verdictsOn(resource: TestResource) {
  const judging = policies.filter(
    ({ types }) => types.length === 0 || types.includes(resource.type),
  );
  const outcomes = judging.map((policy) =>
    "validateStack" in policy ? evaluateStack(policy, [resource]) : evaluate(policy, resource),
  );
  return await Promise.all(outcomes);
}

describe("a property without a value", () => {
  for (const [value, present] of [
    [undefined, false],
    [null, false],
    ["", false],
    [[], false],
    [{}, false],
    [{ __defaults: [] }, false],
    [0, true],
    [false, true],
    [" ", true],
    [[""], true],
    [{ a: 0 }, true],
    [unknownString, true],
  ] as const) {
    it(`is ${present ? "not " : ""}${JSON.stringify(value)}`, () => {
      const block = (unknownCheckingProxy as (props: object) => object)({ value });
      expect(isSet(block, "value")).to.equal(present);
      expect(isPresent(value)).to.equal(present);
    });
  }

  let judged = 0;
  const types = new Map(compliant.map((one) => [one.type, one]));
  for (const [type, resource] of types) {
    const target = { ...resource, dependencies: {} };
    it(`counts as absent in ${type}, however it is written`, async function () {
      this.timeout(120_000);
      const members = [...optionalProperties(target.props, sdkArguments(type))];
      judged += members.length;
      for (const { path, values } of members) {
        const having = (value: unknown) =>
          verdictsOn({ ...target, props: structuredClone(changed(target.props, path, value)) });
        const expected = await having(undefined);
        for (const value of values) {
          expect(await having(value), `${path.join(".")} ${JSON.stringify(value)}`).to.deep.equal(
            expected,
          );
        }
      }
    });
  }

  it("is generated from the SDK in more than a thousand places", () => {
    expect(judged).to.be.greaterThan(1000);
  });
});
