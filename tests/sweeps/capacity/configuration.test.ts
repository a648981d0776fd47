import { Target } from "@pulumi/aws/appautoscaling";
import { Stream } from "@pulumi/aws/kinesis";
import { Application } from "@pulumi/aws/kinesisanalyticsv2";
import { Domain } from "@pulumi/aws/opensearch";
import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { load as parse } from "js-yaml";
import { policyLimits, stackLines, stackSettings } from "../../../capacity/configuration";
import { recommend, type Recommendation } from "../../../capacity/recommendation";
import { stackSource } from "../../../infra/core/config-reader";
import { loadConfig } from "../../../infra/pipeline/config";
import { policies } from "../../../policies/pack";
import { configurationProblems, evaluate, evaluateStack, resource } from "../../support/policy";
import { stackConfig } from "../../support/stack-config";

const recommendations = [10, 1000, 50_000, 1_000_000, 10_000_000].map((recordsPerSecond) =>
  recommend({ recordsPerSecond, recordBytes: 700, peak: 3, consumers: 3 }),
);

describe("the configuration that the calculator prints", () => {
  for (const recommendation of recommendations) {
    const { recordsPerSecond } = recommendation.load;

    it(`is accepted by the program for ${recordsPerSecond} records a second`, () => {
      pulumi.runtime.setAllConfig(stackConfig("prod", stackSettings(recommendation)));
      const { stream, flink, search, scaling } = loadConfig(stackSource("streaming-pipeline"));
      expect(stream.shardCount).to.equal(recommendation.stream.shardCount);
      expect(flink.parallelism).to.equal(recommendation.application.parallelism);
      expect(search.instanceCount).to.equal(recommendation.search.dataNodes);
      expect(scaling.stream?.max).to.equal(recommendation.stream.maxShardCount);
      expect(scaling.application?.max ?? 1).to.equal(recommendation.application.parallelism);
    });

    it(`passes the limits printed with it for ${recordsPerSecond} records a second, and needs each of them`, async () => {
      const limits = policyLimits(recommendation);
      for (const [name, given] of Object.entries(limits)) {
        const policy = policies.find((one) => one.name === name);
        if (policy === undefined) throw new Error(`There is no policy ${name}.`);
        expect(configurationProblems(policy, given), name).to.be.empty;
        const judge = async (config: typeof given): Promise<number> => {
          const outcomes =
            "validateStack" in policy
              ? [await evaluateStack(policy, declared(recommendation), config)]
              : await Promise.all(
                  declared(recommendation).map((one) => evaluate(policy, one, config)),
                );
          return outcomes.flatMap(({ violations }) => violations).length;
        };
        expect(await judge(given), name).to.equal(0);
        const less = oneLess(given);
        const isAllowed = configurationProblems(policy, less).length === 0;
        expect(isAllowed ? await judge(less) : 1, name).to.be.greaterThan(0);
      }
    });
  }

  it("lets the stream take records of more than 1 MiB where the average has more", () => {
    const sizeOf = (recordBytes: number) =>
      stackSettings(recommend({ recordsPerSecond: 1, recordBytes }))["streamMaxRecordKiB"];
    expect([2 ** 20, 2 ** 20 + 1].map(sizeOf)).to.deep.equal([undefined, 4602]);
  });

  it("is made of lines of a stack's file", () => {
    const [recommendation] = recommendations;
    if (recommendation === undefined) throw new Error("There is no recommendation.");
    const file = ["config:", ...stackLines(recommendation)].join("\n");
    const { config } = parse(file) as { readonly config: Readonly<Record<string, unknown>> };
    const expected = Object.entries(stackSettings(recommendation)).map(
      ([key, value]) => [`streaming-pipeline:${key}`, value] as const,
    );
    expect(config).to.deep.equal(Object.fromEntries(expected));
  });
});

/** What the program would declare, as far as limits of size go. */
function declared({ stream, application, search }: Recommendation) {
  return [
    resource(Stream, "events", { shardCount: stream.shardCount }),
    resource(Target, "shards", {
      serviceNamespace: "custom-resource",
      minCapacity: 1,
      maxCapacity: stream.maxShardCount,
      resourceId: "https://example.com/shards",
      scalableDimension: "custom-resource:ResourceType:Property",
    }),
    resource(Target, "parallelism", {
      serviceNamespace: "custom-resource",
      minCapacity: 1,
      maxCapacity: application.parallelism,
      resourceId: "https://example.com/parallelism",
      scalableDimension: "custom-resource:ResourceType:Property",
    }),
    resource(Application, "analytics", {
      runtimeEnvironment: "FLINK-1_20",
      serviceExecutionRole: "arn:aws:iam::123456789012:role/analytics",
      applicationConfiguration: {
        applicationCodeConfiguration: { codeContentType: "ZIPFILE" },
        flinkApplicationConfiguration: {
          parallelismConfiguration: {
            configurationType: "CUSTOM",
            parallelism: application.parallelism,
            parallelismPerKpu: application.parallelismPerKpu,
            autoScalingEnabled: false,
          },
        },
      },
    }),
    resource(Domain, "search", {
      clusterConfig: {
        instanceType: search.instanceType,
        instanceCount: search.dataNodes,
        dedicatedMasterEnabled: true,
        dedicatedMasterType: search.masterType,
        dedicatedMasterCount: search.masters,
      },
      ebsOptions: { ebsEnabled: true, volumeSize: search.volumeGibibytes },
    }),
  ];
}

/** The next smaller limit. */
function oneLess(limits: Readonly<Record<string, number | string>>) {
  const sizes = ["medium", "large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "16xlarge"];
  return Object.fromEntries(
    Object.entries(limits).map(([key, value]) => [
      key,
      typeof value === "number" ? value - 1 : (sizes[sizes.indexOf(value) - 1] ?? ""),
    ]),
  );
}
