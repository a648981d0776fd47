import { isPresent } from "../engine/known";
import { resourcePolicy, typesPolicy } from "../engine/policy";
import { integer, texts } from "../engine/setting-schema";
import { atMost } from "../engine/violation";
import { nodeGroups } from "./domain-nodes";
import { isWithinSize, maxSize } from "./instance-size";
import { startedTypes, starterTypes } from "./started-type";
import { Function as LambdaFunction } from "@pulumi/aws/lambda";
import { Domain } from "@pulumi/aws/opensearch";

export const domainNodeLimit = resourcePolicy("opensearch-domain-node-limit", Domain, {
  severity: "high",
  rule: "Keep the number of a domain's nodes within the limit.",
  reason:
    "Every node is billed by the hour: data nodes, dedicated masters, warm nodes and coordinators.",
  fix: "Lower the counts in clusterConfig, or raise maxNodes in the policy's configuration.",
  source: "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/limits.html",
  config: {
    maxNodes: integer("Most nodes of one domain, of all kinds together.", 6, [1, 1002]),
  },
  *check(domain, { maxNodes }) {
    const groups = nodeGroups(domain);
    for (const { countField } of groups.filter(({ count }) => !isPresent(count))) {
      yield {
        fact: `clusterConfig.${countField} is not set`,
        limit: "nodes of a kind that is switched on must be counted",
        fix: `Set ${countField}.`,
      };
    }
    const nodes = groups.reduce((sum, { count }) => sum + (count ?? 0), 0);
    yield* atMost(nodes, maxNodes, `the domain has ${nodes} nodes`);
  },
});

export const domainSizeLimit = resourcePolicy("opensearch-domain-instance-size-limit", Domain, {
  rule: "State the instance types of a domain's nodes, of a size within the limit.",
  reason: "The price doubles with every step in size, and a domain has several nodes.",
  fix: "Choose a smaller instance type, or raise maxSize in the policy's configuration.",
  source:
    "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/supported-instance-types.html",
  config: { maxSize: maxSize("large") },
  *check(domain, config) {
    for (const { typeField, type = "not set" } of nodeGroups(domain)) {
      if (!isWithinSize(type, config.maxSize)) {
        yield {
          fact: `clusterConfig.${typeField} is ${type}`,
          limit: `the largest size is ${config.maxSize}`,
        };
      }
    }
  },
});

export const domainStorageLimit = resourcePolicy("opensearch-domain-storage-limit", Domain, {
  rule: "Keep the EBS storage of a domain within the limit.",
  reason: "Volumes are billed by the size they are given, on every data node.",
  fix: "Lower ebsOptions.volumeSize or the number of data nodes, or raise maxStorageGiB in the policy's configuration.",
  source: "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/limits.html",
  config: {
    maxStorageGiB: integer(
      "Most EBS storage of one domain, in GiB, all data nodes together.",
      300,
      [10],
    ),
  },
  *check({ clusterConfig, ebsOptions }, { maxStorageGiB }) {
    // Without EBS a node has the disks of its instance type, which the limits on size and number hold down.
    if (ebsOptions?.ebsEnabled !== true) {
      return;
    }
    const nodes = clusterConfig?.instanceCount ?? 1;
    if (!isPresent(ebsOptions.volumeSize)) {
      yield {
        fact: "ebsOptions.volumeSize is not set",
        limit: `the limit is ${maxStorageGiB} GiB`,
        fix: "Set ebsOptions.volumeSize.",
      };
    } else {
      yield* atMost(
        nodes * ebsOptions.volumeSize,
        maxStorageGiB,
        `${nodes} data nodes with ${ebsOptions.volumeSize} GiB have ${nodes * ebsOptions.volumeSize} GiB`,
        "GiB",
      );
    }
  },
});

export const instanceSizeLimit = typesPolicy("ec2-instance-size-limit", starterTypes, {
  rule: "State an EC2 instance's type, of a size within the limit.",
  reason: "The price doubles with every step in size.",
  fix: "Choose a smaller instanceType, or raise maxSize in the policy's configuration.",
  source: "https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-type-names.html",
  config: { maxSize: maxSize("large") },
  *check(starter, config, { type: starterType }) {
    for (const { path, type } of startedTypes(starter, starterType)) {
      if (!type || !isWithinSize(type, config.maxSize)) {
        yield {
          fact: type ? `${path} is ${type}` : `${path} leaves the size open`,
          limit: `the largest size is ${config.maxSize}`,
        };
      }
    }
  },
});

export const functionMemoryLimit = resourcePolicy("lambda-function-memory-limit", LambdaFunction, {
  rule: "Keep a function's memory within the limit.",
  reason: "A function is billed for the memory it is given, whether it uses it or not.",
  fix: "Lower memorySize, or raise maxMemoryMiB in the policy's configuration.",
  source: "https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html",
  config: {
    maxMemoryMiB: integer("Most memory of one function, in MiB.", 1024, [128, 10_240]),
  },
  *check(lambda, { maxMemoryMiB }) {
    const memory = lambda.memorySize ?? 128;
    yield* atMost(memory, maxMemoryMiB, `memorySize is ${memory} MiB`, "MiB");
  },
});

export const domainFamilies = resourcePolicy("opensearch-domain-instance-families", Domain, {
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
      if (type && !isOfFamily(type, families)) {
        yield { fact: `${path} is ${type}`, limit: `the families are ${families.join(", ")}` };
      }
    }
  },
});

function isOfFamily(type: string, families: readonly string[]): boolean {
  return families.includes(type.split(".")[0] ?? "");
}
