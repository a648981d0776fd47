import * as capacity from "./capacity";
import * as coverage from "./coverage";
import * as deliveryEncryption from "./delivery-encryption";
import * as encryption from "./encryption";
import * as instanceCapacity from "./instance-capacity";
import type { StreamingPolicy } from "./policy";
import * as retention from "./retention";
import * as storageEncryption from "./storage-encryption";
import * as transit from "./transit";

/** A family's modules export nothing but policies, so that none can be forgotten here. */
export interface PolicyFamily {
  readonly title: string;
  readonly policies: readonly StreamingPolicy[];
}

export const families: readonly PolicyFamily[] = [
  family("Capacity", capacity, instanceCapacity),
  family("Retention", retention),
  family("Encryption at rest", encryption, deliveryEncryption, storageEncryption),
  family("Encryption in transit", transit),
  family("Coverage", coverage),
];

/** Every policy, in the order of the documentation. */
export const policies: StreamingPolicy[] = families.flatMap((one) => one.policies);

function family(
  title: string,
  ...modules: readonly Readonly<Record<string, StreamingPolicy>>[]
): PolicyFamily {
  return {
    title,
    policies: modules
      .flatMap((module) => Object.values(module))
      .sort((a, b) => a.name.localeCompare(b.name)),
  };
}
