import { Domain } from "@pulumi/aws/opensearch";
import { nodeGroups } from "./domain-nodes";
import { startedTypes, starterTypes } from "./started-type";
import { resourcePolicy, typesPolicy } from "../engine/policy";
import { texts } from "../engine/setting-schema";

export const domainFamilies = resourcePolicy("opensearch-domain-instance-families", Domain, {
  severity: "medium",
  rule: "Build a domain of instances from the allowed families.",
  reason:
    "Burstable nodes stall once their credits are used up, and take no audit logs in old generations; old generations cost more for less.",
  fix: "Choose an instance type of an allowed family, or extend families in the policy's configuration.",
  source:
    "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/supported-instance-types.html",
  config: {
    families: texts(
      "Families allowed, such as r7g; ultrawarm1 is that of warm nodes.",
      "c7g c8g m7g m8g om2 or1 or2 r7g r7gd r8g ultrawarm1",
    ),
  },
  *check(domain, { families }) {
    for (const { typeField, type = "not set" } of nodeGroups(domain)) {
      if (!isOfFamily(type, families)) {
        yield {
          fact: `clusterConfig.${typeField} is ${type}`,
          limit: `the families are ${families.join(", ")}`,
        };
      }
    }
  },
});

export const instanceFamilies = typesPolicy("ec2-instance-families", starterTypes, {
  severity: "low",
  rule: "Start EC2 instances of the allowed families.",
  reason: "Old generations cost more for less; special ones cost more than is meant.",
  fix: "Choose an instanceType of an allowed family, or extend families in the policy's configuration.",
  source: "https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-types.html",
  config: {
    families: texts("Families allowed, such as t4g.", "c7g c8g m7g m8g r7g r8g t3 t4g"),
  },
  *check(starter, { families }, { type: starterType }) {
    for (const { path, type } of startedTypes(starter, starterType)) {
      // ec2-instance-size-limit refuses requirements, which leave the family open too.
      if (type !== undefined && !isOfFamily(type, families)) {
        yield { fact: `${path} is ${type}`, limit: `the families are ${families.join(", ")}` };
      }
    }
  },
});

function isOfFamily(type: string, families: readonly string[]): boolean {
  return families.includes(type.split(".")[0] ?? "");
}
