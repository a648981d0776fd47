import type { PolicyResource } from "@pulumi/policy";
import { known } from "./known";
import { type PolicyText, type StackPolicy, stackPolicy } from "./policy";

type ResourceClass = Parameters<PolicyResource["isType"]>[0];

export interface CompanionDefinition extends PolicyText {
  /** The class whose every resource needs a companion. */
  readonly subject: ResourceClass;
  /** The class of the companion, which names its subject in the property `bucket`. */
  readonly companion: ResourceClass;
}

/**
 * A policy that every bucket has a resource of another class beside it, in which S3 keeps one of the bucket's
 * settings.
 */
export function companionPolicy({ subject, companion, ...text }: CompanionDefinition): StackPolicy {
  return stackPolicy({
    ...text,
    *check(resources) {
      const companions = resources.filter((resource) => resource.isType(companion));
      for (const bucket of resources.filter((resource) => resource.isType(subject))) {
        if (!companions.some((candidate) => names(candidate, bucket))) {
          yield {
            resource: bucket,
            fact: `no ${companion.name} names this bucket`,
            limit: "every bucket needs one",
          };
        }
      }
    },
  });
}

/** By the bucket's name where both are known; a new bucket's name may not be, but what it is made of always is. */
function names(companion: PolicyResource, bucket: PolicyResource): boolean {
  const named: unknown = known((): unknown => companion.props["bucket"]);
  const name: unknown = known((): unknown => bucket.props["bucket"]);
  return named !== undefined && name !== undefined
    ? named === name
    : (companion.propertyDependencies["bucket"] ?? []).includes(bucket);
}
