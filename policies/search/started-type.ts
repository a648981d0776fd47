import { Instance } from "@pulumi/aws/ec2";
import { isSet } from "../engine/known";
import { pathsOf, placesAt, typesWith, typeToken } from "../engine/sdk-types";

const typeNames = ["instanceType", "instanceTypes"];

/** Types that start EC2 instances; those of other services name their sizes otherwise. */
export const starterTypes = typesWith(...typeNames).filter((type) =>
  /^aws:(autoscaling|batch|cloud9|ec2|eks|emr|gamelift|imagebuilder)\/(?!spotInstanceRequest|launchConfiguration|capacityReservation|dedicatedHost)/.test(
    type,
  ),
);

/** A type of instances and where a resource names it; the type is undefined where only requirements are named. */
export interface StartedType {
  readonly path: string;
  readonly type: string | undefined;
}

/**
 * The types of the instances that a resource starts. None where another resource says it: an instance's template, or what
 * starts instances from a template.
 */
export function startedTypes(
  props: Readonly<Record<string, unknown>>,
  resourceType: string,
): readonly StartedType[] {
  const named = pathsOf(resourceType, typeNames).flatMap((path) =>
    placesAt(props, path).flatMap(({ block, property, path: place }) => {
      const value = block[property];
      const types = Array.isArray(value) ? Array.from(value as readonly string[]) : [value];
      return types
        .filter((type) => typeof type === "string")
        .map((type) => ({ path: place, type }));
    }),
  );
  const byRequirements = pathsOf(resourceType, ["instanceRequirements"]).flatMap((path) =>
    placesAt(props, path)
      .filter(({ block, property }) => isSet(block, property))
      .map(({ path: place }) => ({ path: place, type: undefined })),
  );
  const isUnset =
    resourceType === typeToken(Instance) &&
    !isSet(props, "launchTemplate") &&
    !isSet(props, "instanceType");
  return [
    ...named,
    ...byRequirements,
    ...(isUnset ? [{ path: "instanceType", type: "not set" }] : []),
  ];
}
