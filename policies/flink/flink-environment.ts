import { given, isPresent, isSet, known } from "../engine/known";
import { resourcePolicy } from "../engine/policy";
import { atLeast, mustBe, mustBeSet, within } from "../engine/violation";
import { flinkConfiguration } from "./flink-configuration";
import { Application } from "@pulumi/aws/kinesisanalyticsv2";

export const flinkLogging = resourcePolicy("flink-application-logging", Application, {
  *check(application, { logLevels, metricsLevels }) {
    const options = application.cloudwatchLoggingOptions;
    yield* mustBeSet(options, "logStreamArn", "cloudwatchLoggingOptions");
    const monitoring = flinkConfiguration(application)?.monitoringConfiguration;
    const { logLevel = "INFO", metricsLevel = "APPLICATION" } =
      monitoring?.configurationType === "CUSTOM" ? monitoring : {};
    yield* mustBe("monitoringConfiguration.logLevel", logLevel, ...logLevels);
    yield* mustBe("monitoringConfiguration.metricsLevel", metricsLevel, ...metricsLevels);
  },
});

export const flinkCodeVersion = resourcePolicy("flink-application-code-version", Application, {
  *check({ applicationConfiguration }) {
    const { codeContent: code } = applicationConfiguration?.applicationCodeConfiguration ?? {};
    const location = code?.s3ContentLocation;
    const path = "applicationCodeConfiguration.codeContent.s3ContentLocation";
    // A notebook's or a Python program's text is in the plan itself.
    if (!isPresent(location) && !isPresent(code?.textContent)) {
      yield {
        fact: `${path} is not set`,
        limit: "an application's code must be an object's version",
      };
    } else if (isPresent(location) && !isSet(location, "objectVersion")) {
      yield { fact: `${path}.objectVersion is not set`, limit: "the version must be named" };
    }
  },
});

export const flinkRuntime = resourcePolicy("flink-application-runtime", Application, {
  check: ({ runtimeEnvironment }, { runtimes }) =>
    mustBe("runtimeEnvironment", runtimeEnvironment, ...runtimes),
});

export const flinkVpc = resourcePolicy("flink-application-vpc", Application, {
  *check({ applicationConfiguration }) {
    const vpc = applicationConfiguration?.vpcConfiguration;
    for (const property of ["subnetIds", "securityGroupIds"] as const) {
      // Those of a new network are unknown in a preview; their absence is not.
      const count = known(() => (vpc as Partial<typeof vpc>)?.[property]?.length ?? 0);
      if (count === 0) {
        yield `vpcConfiguration.${property} is empty or not set`;
      }
    }
  },
});

export const customBlocks = resourcePolicy("flink-application-custom-configuration", Application, {
  *check(application) {
    const flink = flinkConfiguration(application);
    for (const block of [
      "checkpointConfiguration",
      "monitoringConfiguration",
      "parallelismConfiguration",
    ] as const) {
      const configuration = flink?.[block];
      const values = given(configuration).filter((key) => key !== "configurationType");
      if (values.length > 0 && configuration?.configurationType !== "CUSTOM") {
        yield {
          fact: `${block}.configurationType is ${configuration?.configurationType ?? "not set"}`,
          limit: `only CUSTOM makes ${values.join(", ")} count`,
        };
      }
    }
  },
});

export const flinkCheckpointing = resourcePolicy("flink-application-checkpointing", Application, {
  *check(application, { minSeconds, maxSeconds, leastPauseMilliseconds }) {
    const checkpoints = flinkConfiguration(application)?.checkpointConfiguration;
    // The service's own values: enabled, every 60 seconds, 5 seconds apart.
    const {
      checkpointingEnabled = true,
      checkpointInterval = 60_000,
      minPauseBetweenCheckpoints = 5000,
    } = checkpoints?.configurationType === "CUSTOM" ? checkpoints : {};
    yield* mustBe("checkpointConfiguration.checkpointingEnabled", checkpointingEnabled, true);
    const interval = `checkpointConfiguration.checkpointInterval is ${checkpointInterval} ms`;
    yield* within(checkpointInterval / 1000, [minSeconds, maxSeconds], interval, "seconds");
    const pause = `checkpointConfiguration.minPauseBetweenCheckpoints is ${minPauseBetweenCheckpoints} ms`;
    yield* atLeast(minPauseBetweenCheckpoints, leastPauseMilliseconds, pause, "ms");
  },
});

export const flinkSnapshots = resourcePolicy("flink-application-snapshots", Application, {
  *check({ applicationConfiguration }) {
    const enabled = applicationConfiguration?.applicationSnapshotConfiguration?.snapshotsEnabled;
    yield* mustBe("applicationSnapshotConfiguration.snapshotsEnabled", enabled, true);
  },
});
