import type { PolicyResource } from "@pulumi/policy";
import { known } from "./known";

/** The resources of a class. */
export function ofType(
  resources: readonly PolicyResource[],
  resourceClass: Parameters<PolicyResource["isType"]>[0],
): readonly PolicyResource[] {
  return resources.filter((resource) => resource.isType(resourceClass));
}

/**
 * Whether one resource names another in a property: by value, or by what the property is made of in a preview.
 *
 * @param property of `resource`
 * @param identity properties of `target` besides its id that tell it apart, such as arn and name
 */
export function refersTo(
  resource: PolicyResource,
  property: string,
  target: PolicyResource,
  ...identity: readonly string[]
): boolean {
  const value = known((): unknown => resource.props[property]);
  return isIdentity(value, target, ["id", ...identity]) ?? isMadeOf(resource, property, target);
}

/** Whether an output of `target` went into a property of `resource`. */
export function isMadeOf(
  resource: PolicyResource,
  property: string,
  target: PolicyResource,
): boolean {
  return (resource.propertyDependencies[property] ?? []).includes(target);
}

/** Whether two resources name the same one in a property: by value, or by what it is made of while one is unknown. */
export function refersToSame(
  one: PolicyResource,
  other: PolicyResource,
  property: string,
): boolean {
  const values = [one, other].map(({ props }) => known((): unknown => props[property]));
  if (!values.includes(undefined)) {
    return values[0] === values[1];
  }
  const [targets = [], others = []] = [one, other].map(
    ({ propertyDependencies }) => propertyDependencies[property],
  );
  return (
    targets.length + others.length === 0 ||
    targets.some((target) => target === other || others.includes(target)) ||
    // Or one has it from the other.
    others.includes(one)
  );
}

/** Whether a value is one of those that tell a resource apart; `undefined` while either side is unknown. */
export function isIdentity(
  value: unknown,
  target: PolicyResource,
  identity: readonly string[],
): boolean | undefined {
  const identities = identity
    .map((name) => known((): unknown => target.props[name]))
    .filter((one) => one !== undefined);
  return value === undefined || identities.length === 0 ? undefined : identities.includes(value);
}
