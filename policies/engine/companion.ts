import type { PolicyResource } from "@pulumi/policy";
import { type PolicyText, relationPolicy, type StackPolicy } from "./policy";
import { ofType, refersTo } from "./relation";

type ResourceClass = Parameters<PolicyResource["isType"]>[0];

type Text = Omit<PolicyText, "name" | "severity" | "fix">;

export interface CompanionDefinition extends Text {
  /** @default medium */
  readonly severity?: PolicyText["severity"];
  readonly fix?: string;
  /** The class whose every resource needs a companion. */
  readonly subject: ResourceClass;
  /** The class of the companion, which names its subject in the property `bucket`. */
  readonly companion: ResourceClass;
}

/**
 * A policy that every bucket has a companion resource of another class, in which S3 keeps one of the bucket's
 * settings.
 */
export function companionPolicy(
  name: string,
  { subject, companion, ...text }: CompanionDefinition,
): StackPolicy {
  return relationPolicy(name, subject, {
    fix: `Add an s3.${companion.name} with this bucket.`,
    ...text,
    *check(bucket, resources) {
      const companions = ofType(resources, companion);
      if (!companions.some((candidate) => refersTo(candidate, "bucket", bucket, "bucket"))) {
        yield { fact: `no ${companion.name} names this bucket`, limit: "every bucket needs one" };
      }
    },
  });
}
