import { expect } from "chai";
import fc from "fast-check";
import {
  domainSizeLimit,
  domainNodeLimit,
  domainStorageLimit,
  functionMemoryLimit,
  instanceSizeLimit,
} from "../../../policies/search/instance-capacity";
import { isWithinSize, sizeRank } from "../../../policies/search/instance-size";
import { change, unknownString } from "../../support/policy";
import { expectAccepted, expectRefused, expectUnknown } from "../expectations";
import { domain, instance, lambda } from "../fixtures";

const cluster = { instanceType: "m7g.large.search", instanceCount: 3 };

function domainWith(changes: Readonly<Record<string, unknown>>) {
  return change(domain, { clusterConfig: { ...cluster, ...changes } });
}

describe("instance sizes", () => {
  it("stand in the order of AWS's names", () => {
    const sizes = ["nano", "micro", "small", "medium", "large", "xlarge", "2xlarge", "16xlarge"];
    const ranks = sizes.map((size) => sizeRank(size) ?? Number.NaN);
    expect(ranks).to.deep.equal([...ranks].sort((a, b) => a - b));
    expect(new Set(ranks).size).to.equal(sizes.length);
  });

  it("grow with the number before xlarge", () => {
    const factor = fc.integer({ min: 1, max: 112 });
    fc.assert(
      fc.property(factor, factor, (n, m) => {
        expect(isWithinSize(`m7g.${n}xlarge`, `${m}xlarge`)).to.equal(n <= m);
      }),
    );
  });

  it("are not read into names that say none", () => {
    for (const type of ["m7g.metal", "m7g.0xlarge", "large", "", "not set"]) {
      expect(isWithinSize(type, "16xlarge"), type).to.be.false;
    }
  });
});

describe("opensearch-domain-node-limit", () => {
  it("accepts a node less than the limit and the limit itself", async () => {
    await expectAccepted(domainNodeLimit, domainWith({ instanceCount: 5 }));
    await expectAccepted(domainNodeLimit, domainWith({ instanceCount: 6 }));
  });

  it("refuses a node more than the limit", async () => {
    await expectRefused(
      domainNodeLimit,
      domainWith({ instanceCount: 7 }),
      "the domain has 7 nodes; the limit is 6",
    );
  });

  it("counts dedicated masters, warm nodes and coordinators", async () => {
    const everyKind = domainWith({
      dedicatedMasterEnabled: true,
      dedicatedMasterCount: 3,
      warmEnabled: true,
      warmCount: 2,
      nodeOptions: [{ nodeType: "coordinator", nodeConfig: { enabled: true, count: 2 } }],
    });
    await expectRefused(domainNodeLimit, everyKind, "the domain has 10 nodes", { maxNodes: 9 });
    await expectAccepted(domainNodeLimit, everyKind, { maxNodes: 10 });
  });

  it("does not count nodes of a kind that is switched off", async () => {
    await expectAccepted(
      domainNodeLimit,
      domainWith({ dedicatedMasterEnabled: false, dedicatedMasterCount: 3, warmCount: 2 }),
    );
  });

  it("refuses kinds that are switched on and not counted", async () => {
    await expectRefused(
      domainNodeLimit,
      domainWith({ dedicatedMasterEnabled: true, warmEnabled: true }),
      ["dedicatedMasterCount is not set", "warmCount is not set"],
    );
  });

  it("takes a domain without a cluster configuration for the one node it has by default", async () => {
    await expectAccepted(domainNodeLimit, change(domain, { clusterConfig: undefined }), {
      maxNodes: 1,
    });
  });
});

describe("opensearch-domain-instance-size-limit", () => {
  it("accepts sizes below and at the limit and refuses the next", async () => {
    for (const size of ["medium", "large"]) {
      await expectAccepted(domainSizeLimit, domainWith({ instanceType: `m7g.${size}.search` }));
    }
    await expectRefused(
      domainSizeLimit,
      domainWith({ instanceType: "m7g.xlarge.search" }),
      "clusterConfig.instanceType is m7g.xlarge.search; the largest size is large",
    );
  });

  it("judges dedicated masters, warm nodes and coordinators", async () => {
    await expectRefused(
      domainSizeLimit,
      domainWith({
        dedicatedMasterEnabled: true,
        dedicatedMasterType: "m7g.2xlarge.search",
        warmEnabled: true,
        nodeOptions: [{ nodeConfig: { type: "m7g.4xlarge.search" } }],
      }),
      [
        "dedicatedMasterType is m7g.2xlarge.search",
        "warmType is not set",
        "nodeOptions[0].nodeConfig.type is m7g.4xlarge.search",
      ],
    );
  });

  it("refuses a domain that does not state its instance type", async () => {
    await expectRefused(
      domainSizeLimit,
      change(domain, { clusterConfig: undefined }),
      "instanceType is not set",
    );
  });
});

describe("opensearch-domain-storage-limit", () => {
  it("multiplies the volume by the data nodes", async () => {
    await expectAccepted(domainStorageLimit, domain);
    await expectAccepted(
      domainStorageLimit,
      change(domain, { ebsOptions: { ebsEnabled: true, volumeSize: 99 } }),
    );
    await expectRefused(
      domainStorageLimit,
      change(domain, { ebsOptions: { ebsEnabled: true, volumeSize: 101 } }),
      "3 data nodes with 101 GiB have 303 GiB; the limit is 300 GiB",
    );
  });

  it("refuses EBS storage without a size", async () => {
    await expectRefused(
      domainStorageLimit,
      change(domain, { ebsOptions: { ebsEnabled: true } }),
      "volumeSize is not set",
    );
  });

  it("leaves disks that come with the instance to the other limits", async () => {
    await expectAccepted(domainStorageLimit, change(domain, { ebsOptions: undefined }));
  });
});

describe("ec2-instance-size-limit", () => {
  it("accepts sizes below and at the limit and refuses the next", async () => {
    await expectAccepted(instanceSizeLimit, change(instance, { instanceType: "t4g.medium" }));
    await expectAccepted(instanceSizeLimit, change(instance, { instanceType: "t4g.large" }));
    await expectRefused(
      instanceSizeLimit,
      change(instance, { instanceType: "t4g.xlarge" }),
      "instanceType is t4g.xlarge; the largest size is large",
    );
  });

  it("refuses an instance that does not state its type", async () => {
    await expectRefused(
      instanceSizeLimit,
      change(instance, { instanceType: undefined }),
      "instanceType is not set",
    );
  });

  it("says in a preview that it cannot judge an unknown type", async () => {
    await expectUnknown(
      instanceSizeLimit,
      change(instance, { instanceType: unknownString }),
      "instanceType",
    );
  });
});

describe("lambda-function-memory-limit", () => {
  it("accepts memory below and at the limit, or the default, and refuses more", async () => {
    for (const memorySize of [undefined, 1023, 1024]) {
      await expectAccepted(functionMemoryLimit, change(lambda, { memorySize }));
    }
    await expectRefused(
      functionMemoryLimit,
      change(lambda, { memorySize: 1025 }),
      "memorySize is 1025 MiB; the limit is 1024 MiB",
    );
  });
});
