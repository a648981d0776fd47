import { isPresent } from "../engine/known";
import { resourcePolicy, typesPolicy } from "../engine/policy";
import { atMost, type Violation } from "../engine/violation";
import { nodeGroups } from "./domain-nodes";
import { isWithinSize, sizeSetting } from "./instance-size";
import { type StartedType, startedTypes, starterTypes } from "./started-type";
import { Function as LambdaFunction } from "@pulumi/aws/lambda";
import { Domain } from "@pulumi/aws/opensearch";

export const domainNodeLimit = resourcePolicy("opensearch-domain-node-limit", Domain, {
  *check(domain, { maxNodes }) {
    const groups = nodeGroups(domain);
    for (const { countField } of groups.filter(({ count }) => !isPresent(count))) {
      yield { fact: `clusterConfig.${countField} is not set`, fix: `Set ${countField}.` };
    }
    const nodes = groups.reduce((sum, { count }) => sum + (count ?? 0), 0);
    yield* atMost(nodes, maxNodes, `the domain has ${nodes} nodes`);
  },
});

export const domainSizeLimit = resourcePolicy("opensearch-domain-instance-size-limit", Domain, {
  config: sizeSetting,
  check: (domain, { maxSize }) => tooLarge(nodeTypes(domain), maxSize),
});

export const domainStorageLimit = resourcePolicy("opensearch-domain-storage-limit", Domain, {
  *check({ clusterConfig, ebsOptions }, { maxStorageGiB }) {
    // Without EBS a node has the disks of its instance type, which the limits on size and number hold down.
    if (ebsOptions?.ebsEnabled !== true) {
      return;
    }
    const nodes = clusterConfig?.instanceCount ?? 1;
    const { volumeSize: size } = ebsOptions;
    if (isPresent(size)) {
      const fact = `${nodes} data nodes with ${size} GiB have ${nodes * size} GiB`;
      yield* atMost(nodes * size, maxStorageGiB, fact, "GiB");
    } else {
      const limit = `the limit is ${maxStorageGiB} GiB`;
      yield { fact: "ebsOptions.volumeSize is not set", limit, fix: "Set ebsOptions.volumeSize." };
    }
  },
});

export const instanceSizeLimit = typesPolicy("ec2-instance-size-limit", starterTypes, {
  config: sizeSetting,
  check: (starter, { maxSize }, { type }) => tooLarge(startedTypes(starter, type), maxSize),
});

function nodeTypes(domain: Parameters<typeof nodeGroups>[0]): readonly StartedType[] {
  return nodeGroups(domain).map(({ typeField, type = "not set" }) => ({
    path: `clusterConfig.${typeField}`,
    type,
  }));
}

function tooLarge(types: readonly StartedType[], maxSize: string): readonly Violation[] {
  return types
    .filter(({ type }) => !type || !isWithinSize(type, maxSize))
    .map(({ path, type }) => ({
      fact: type ? `${path} is ${type}` : `${path} leaves the size open`,
      limit: `the largest size is ${maxSize}`,
    }));
}

export const functionMemoryLimit = resourcePolicy("lambda-function-memory-limit", LambdaFunction, {
  *check(lambda, { maxMemoryMiB }) {
    const memory = lambda.memorySize ?? 128;
    yield* atMost(memory, maxMemoryMiB, `memorySize is ${memory} MiB`, "MiB");
  },
});

export const domainFamilies = resourcePolicy("opensearch-domain-instance-families", Domain, {
  check: (domain, { families }) => ofOthers(nodeTypes(domain), families),
});

export const instanceFamilies = typesPolicy("ec2-instance-families", starterTypes, {
  check: (starter, { families }, { type }) => ofOthers(startedTypes(starter, type), families),
});

/** Types of other families; ec2-instance-size-limit refuses requirements, which leave the family open too. */
function ofOthers(
  types: readonly StartedType[],
  families: readonly string[],
): readonly Violation[] {
  return types
    .filter(({ type }) => type && !families.includes(type.split(".")[0] ?? ""))
    .map(({ path, type }) => ({
      fact: `${path} is ${type ?? ""}`,
      limit: `the families are ${families.join(", ")}`,
    }));
}
