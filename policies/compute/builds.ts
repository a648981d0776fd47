import { Project, ReportGroup } from "@pulumi/aws/codebuild";
import { Pipeline } from "@pulumi/aws/codepipeline";
import { customerKeySetting, customerKey } from "../encryption/customer-key";
import { resourcePolicy } from "../engine/policy";
import { mustBe } from "../engine/violation";

export const buildEncryption = resourcePolicy("codebuild-project-encryption", Project, {
  rule: "Encrypt what a build makes with a key of your own, and its logs.",
  reason: "A build's output is what gets deployed; its log repeats what it was given.",
  fix: "Set encryptionKey, and leave encryptionDisabled off in logsConfig.s3Logs, artifacts and secondaryArtifacts.",
  controls: ["CodeBuild.3"],
  source: "https://docs.aws.amazon.com/codebuild/latest/userguide/security-encryption.html",
  config: customerKeySetting,
  *check(project, config) {
    yield* customerKey(project, "encryptionKey", config);
    for (const [path, block] of [
      ["artifacts", project.artifacts],
      ...(project.secondaryArtifacts ?? []).map(
        (artifacts, index) => [`secondaryArtifacts[${index}]`, artifacts] as const,
      ),
      ["logsConfig.s3Logs", project.logsConfig?.s3Logs],
    ] as const) {
      yield* mustBe(`${path}.encryptionDisabled`, block?.encryptionDisabled ?? false, false);
    }
  },
});

export const buildLogs = resourcePolicy("codebuild-project-logs", Project, {
  rule: "Log a build, to a log group or a bucket.",
  reason: "The log records the source, the result and the caller of each build.",
  fix: "Set logsConfig.cloudwatchLogs or logsConfig.s3Logs with status ENABLED.",
  controls: ["CodeBuild.4"],
  source: "https://docs.aws.amazon.com/codebuild/latest/userguide/monitoring-builds.html",
  *check({ logsConfig }) {
    // Without the block CodeBuild logs to a group that it makes itself, which is kept for ever.
    const states = [logsConfig?.cloudwatchLogs, logsConfig?.s3Logs].map((log) => log?.status);
    if (!states.includes("ENABLED")) {
      yield {
        fact: "neither logsConfig.cloudwatchLogs nor logsConfig.s3Logs has status ENABLED",
        limit: "a build must log",
      };
    }
  },
});

export const buildPrivileges = resourcePolicy("codebuild-project-privileges", Project, {
  severity: "high",
  rule: "Run a build without privileges on its host.",
  reason: "A privileged build can read everything on the machine that it runs on.",
  fix: "Leave environment.privilegedMode off; an exception may let a project build images.",
  source:
    "https://docs.aws.amazon.com/codebuild/latest/userguide/change-project.privileged-mode.html",
  *check({ environment, projectVisibility }) {
    yield* mustBe("environment.privilegedMode", environment.privilegedMode ?? false, false);
    yield* mustBe("projectVisibility", projectVisibility ?? "PRIVATE", "PRIVATE");
  },
});

export const reportEncryption = resourcePolicy("codebuild-report-encryption", ReportGroup, {
  rule: "Encrypt exported test reports.",
  reason: "Reports repeat what the tests were given.",
  fix: "Leave exportConfig.s3Destination.encryptionDisabled off.",
  controls: ["CodeBuild.7"],
  source: "https://docs.aws.amazon.com/codebuild/latest/userguide/test-report-group.html",
  check: ({ exportConfig: { s3Destination } }) =>
    mustBe(
      "exportConfig.s3Destination.encryptionDisabled",
      s3Destination?.encryptionDisabled ?? false,
      false,
    ),
});

export const pipelineEncryption = resourcePolicy("codepipeline-artifact-encryption", Pipeline, {
  rule: "Encrypt what the stages of a delivery pipeline hand each other with a key of your own.",
  reason: "Write access to an artifact between two stages decides what is deployed.",
  fix: "Set encryptionKey with type KMS in each of artifactStores.",
  source: "https://docs.aws.amazon.com/codepipeline/latest/userguide/S3-artifact-encryption.html",
  config: customerKeySetting,
  *check({ artifactStores }, config) {
    for (const [index, { encryptionKey }] of artifactStores.entries()) {
      yield* customerKey(
        encryptionKey ?? {},
        "id",
        config,
        `artifactStores[${index}].encryptionKey`,
      );
    }
  },
});
