import { Application } from "@pulumi/aws/kinesisanalyticsv2";
import { flinkConfiguration } from "./flink-configuration";
import { given } from "../engine/known";
import { resourcePolicy } from "../engine/policy";
import { integer } from "../engine/setting-schema";
import { atLeast, mustBe } from "../engine/violation";

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
    if (!checkpointingEnabled) {
      yield {
        fact: "checkpointConfiguration.checkpointingEnabled is false",
        limit: "it must be true",
      };
    }
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
