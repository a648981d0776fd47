import * as alarms from "./operations/alarms";
import * as apis from "./compute/apis";
import * as bucketAccess from "./storage/bucket-access";
import * as budget from "./cost/budget";
import * as builds from "./compute/builds";
import * as scaleLimits from "./streams/scale-limits";
import * as consumers from "./streams/consumers";
import * as delivery from "./delivery/delivery";
import * as deliveryEncryption from "./delivery/delivery-encryption";
import * as encryption from "./encryption/encryption";
import { exceptionRules, unusedExceptions } from "./operations/exceptions";
import * as endpoints from "./network/endpoints";
import * as flinkEnvironment from "./flink/flink-environment";
import * as functions from "./compute/functions";
import * as governance from "./operations/governance";
import * as grants from "./access/grants";
import * as identity from "./access/identity";
import * as ingress from "./network/ingress";
import * as instanceCapacity from "./search/instance-capacity";
import * as instances from "./compute/instances";
import * as networks from "./network/networks";
import type { StreamingPolicy } from "./engine/policy";
import * as queries from "./delivery/queries";
import * as retention from "./streams/retention";
import * as search from "./search/search";
import * as secrets from "./encryption/secrets";
import * as userPools from "./access/user-pools";
import * as storageEncryption from "./storage/storage-encryption";
import { unjudgedPolicies } from "./operations/unjudged-types";
import * as transit from "./encryption/transit";

export type { StreamingPolicy };

/** A family's modules export nothing but policies, so that none can be forgotten here. */
export interface PolicyFamily {
  readonly title: string;
  readonly policies: readonly StreamingPolicy[];
}

const judging = {
  capacity: family("Capacity and cost", scaleLimits, instanceCapacity, budget),
  retention: family("Retention", retention),
  encryption: family("Encryption at rest", encryption, deliveryEncryption, storageEncryption),
  transit: family("Encryption in transit", transit),
  flink: family("Flink applications", flinkEnvironment, consumers),
  delivery: family("Delivery", delivery, queries),
  search: family("Search", search),
  buckets: family("Buckets", bucketAccess),
  networks: family("Networks and hosts", networks, ingress, instances),
  access: family("Identities and grants", identity, grants, endpoints),
  compute: family("Functions, APIs and builds", functions, apis, builds, secrets, userPools),
  alarms: family("Alarms and metrics", alarms),
  governance: family("Governance", governance),
};

const unjudged = unjudgedPolicies(Object.values(judging).flatMap((one) => one.policies));

/** The families of policies, from which a pack of your own can choose; coverage sees every resource first. */
export const families = {
  coverage: { title: "Coverage", policies: [exceptionRules, ...unjudged] },
  ...judging,
  exceptions: { title: "Exceptions", policies: [unusedExceptions] },
} satisfies Readonly<Record<string, PolicyFamily>>;

/** Every policy, in the order of the documentation. */
export const policies: StreamingPolicy[] = Object.values<PolicyFamily>(families).flatMap(
  (one) => one.policies,
);

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
