import { given, isPresent, known, reference } from "../engine/known";
import { resourcePolicy } from "../engine/policy";
import { integer, texts } from "../engine/setting-schema";
import { atLeast, mustBe } from "../engine/violation";
import { flinkConfiguration } from "./flink-configuration";
import { Application } from "@pulumi/aws/kinesisanalyticsv2";

export const flinkLogging = resourcePolicy("flink-application-logging", Application, {
  severity: "high",
  rule: "Send a Flink application's log to CloudWatch, at level INFO, WARN or ERROR.",
  reason:
    "Without a log stream the service drops what the job says, the reason for a failed start included. DEBUG costs throughput and money, and repeats events.",
  fix: "Set cloudwatchLoggingOptions.logStreamArn, and monitoringConfiguration to CUSTOM with an allowed logLevel and metricsLevel.",
  source: "https://docs.aws.amazon.com/managed-flink/latest/java/cloudwatch-logs.html",
  config: {
    logLevels: texts(
      "Log levels allowed; without a setting the service logs at INFO.",
      "INFO WARN ERROR",
    ),
    metricsLevels: texts(
      "Levels of metrics allowed: the finer, the more there are, each at a price. Without a setting the service reports by APPLICATION.",
      "APPLICATION TASK OPERATOR",
    ),
  },
  *check(application, { logLevels, metricsLevels }) {
    const options = application.cloudwatchLoggingOptions;
    if (!reference(options ?? {}, "logStreamArn").set) {
      yield {
        fact: "cloudwatchLoggingOptions.logStreamArn is not set",
        limit: "an application must log",
      };
    }
    const monitoring = flinkConfiguration(application)?.monitoringConfiguration;
    const { logLevel = "INFO", metricsLevel = "APPLICATION" } =
      monitoring?.configurationType === "CUSTOM" ? monitoring : {};
    yield* mustBe("monitoringConfiguration.logLevel", logLevel, ...logLevels);
    yield* mustBe("monitoringConfiguration.metricsLevel", metricsLevel, ...metricsLevels);
  },
});

export const flinkCodeVersion = resourcePolicy("flink-application-code-version", Application, {
  severity: "high",
  rule: "Name the version of the object that holds a Flink application's code.",
  reason:
    "The service does not load an object again whose key stays the same: without its version a new jar is never deployed, and no plan shows that there is one.",
  fix: "Set applicationCodeConfiguration.codeContent.s3ContentLocation.objectVersion to the object's versionId.",
  source: "https://docs.aws.amazon.com/managed-flink/latest/java/troubleshooting-update.html",
  *check({ applicationConfiguration }) {
    const { codeContent: code } = applicationConfiguration?.applicationCodeConfiguration ?? {};
    const location = code?.s3ContentLocation;
    if (!isPresent(location)) {
      // A notebook's or a Python program's text is in the plan itself.
      if (!isPresent(code?.textContent)) {
        yield {
          fact: "applicationCodeConfiguration.codeContent.s3ContentLocation is not set",
          limit: "an application's code must be an object's version",
        };
      }
    } else if (!reference(location, "objectVersion").set) {
      yield {
        fact: "applicationCodeConfiguration.codeContent.s3ContentLocation.objectVersion is not set",
        limit: "the version must be named",
      };
    }
  },
});

export const flinkRuntime = resourcePolicy("flink-application-runtime", Application, {
  rule: "Run a Flink application on an allowed runtime.",
  reason:
    "The service ends its support of old runtimes; snapshots of one major version cannot be restored by the next but one.",
  fix: "Set runtimeEnvironment to an allowed one, or extend runtimes in the policy's configuration.",
  source: "https://docs.aws.amazon.com/managed-flink/latest/java/release-version-list.html",
  config: {
    runtimes: texts("Runtimes allowed.", "FLINK-1_19 FLINK-1_20 FLINK-2_2"),
  },
  check: ({ runtimeEnvironment }, { runtimes }) =>
    mustBe("runtimeEnvironment", runtimeEnvironment, ...runtimes),
});

export const flinkVpc = resourcePolicy("flink-application-vpc", Application, {
  severity: "high",
  rule: "Run a Flink application in subnets and security groups of your own.",
  reason:
    "Outside a VPC the job reaches every address of the internet, and no search domain or database in one.",
  fix: "Set applicationConfiguration.vpcConfiguration with subnetIds and securityGroupIds.",
  source: "https://docs.aws.amazon.com/managed-flink/latest/java/vpc.html",
  *check({ applicationConfiguration }) {
    const vpc = applicationConfiguration?.vpcConfiguration;
    for (const property of ["subnetIds", "securityGroupIds"] as const) {
      // Those of a new network are unknown in a preview; their absence is not.
      const count = known(() => (vpc as Partial<typeof vpc>)?.[property]?.length ?? 0);
      if (count === 0) {
        yield {
          fact: `vpcConfiguration.${property} is empty or not set`,
          limit: "an application must run in a VPC",
        };
      }
    }
  },
});

export const customBlocks = resourcePolicy("flink-application-custom-configuration", Application, {
  severity: "high",
  rule: "Set configurationType to CUSTOM wherever a Flink application is given a value.",
  reason:
    "With DEFAULT the service takes its own values and says nothing about the ones that were written down.",
  fix: "Set configurationType to CUSTOM in that block, or leave its other values out.",
  source:
    "https://docs.aws.amazon.com/managed-flink/latest/apiv2/API_FlinkApplicationConfiguration.html",
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
  severity: "high",
  rule: "Let a Flink application take checkpoints, often enough and with a pause between them.",
  reason:
    "After a failure an application goes on from its last checkpoint; without one it loses its open windows. Checkpoints without a pause leave no time for the events.",
  fix: "Set checkpointConfiguration to CUSTOM with checkpointingEnabled, checkpointInterval and minPauseBetweenCheckpoints within the limits, or leave it at DEFAULT.",
  source: "https://docs.aws.amazon.com/managed-flink/latest/java/how-fault.html",
  config: {
    minSeconds: integer("Shortest interval between checkpoints, in seconds.", 10, [1]),
    maxSeconds: integer("Longest interval between checkpoints, in seconds.", 300, [1]),
    leastPauseMilliseconds: integer(
      "Least pause between two checkpoints, in milliseconds.",
      1000,
      [0],
    ),
  },
  *check(application, { minSeconds, maxSeconds, leastPauseMilliseconds }) {
    const checkpoints = flinkConfiguration(application)?.checkpointConfiguration;
    // The service's own values: enabled, every 60 seconds, 5 seconds apart.
    const {
      checkpointingEnabled = true,
      checkpointInterval = 60_000,
      minPauseBetweenCheckpoints = 5000,
    } = checkpoints?.configurationType === "CUSTOM" ? checkpoints : {};
    yield* mustBe("checkpointConfiguration.checkpointingEnabled", checkpointingEnabled, true);
    if (!(checkpointInterval >= minSeconds * 1000 && checkpointInterval <= maxSeconds * 1000)) {
      yield {
        fact: `checkpointConfiguration.checkpointInterval is ${checkpointInterval} ms`,
        limit: `the limit is ${minSeconds} to ${maxSeconds} seconds`,
      };
    }
    yield* atLeast(
      minPauseBetweenCheckpoints,
      leastPauseMilliseconds,
      `checkpointConfiguration.minPauseBetweenCheckpoints is ${minPauseBetweenCheckpoints} ms`,
      "ms",
    );
  },
});

export const flinkSnapshots = resourcePolicy("flink-application-snapshots", Application, {
  severity: "high",
  rule: "Let a Flink application take a snapshot before it stops or changes.",
  reason:
    "An update without a snapshot begins with empty state: open windows are lost and events counted twice or not at all.",
  fix: "Set applicationSnapshotConfiguration.snapshotsEnabled.",
  source: "https://docs.aws.amazon.com/managed-flink/latest/java/how-snapshots.html",
  *check({ applicationConfiguration }) {
    const enabled = applicationConfiguration?.applicationSnapshotConfiguration?.snapshotsEnabled;
    yield* mustBe("applicationSnapshotConfiguration.snapshotsEnabled", enabled, true);
  },
});
