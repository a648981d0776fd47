import { Project, ReportGroup } from "@pulumi/aws/codebuild";
import { Pipeline } from "@pulumi/aws/codepipeline";
import { customerKeySetting, customerKey } from "../encryption/customer-key";
import { resourcePolicy } from "../engine/policy";
import { mustBe } from "../engine/violation";

export const buildEncryption = resourcePolicy("codebuild-project-encryption", Project, {
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
  // Without the block CodeBuild logs to a group that it makes itself, which is kept for ever.
  check: ({ logsConfig }) =>
    ![logsConfig?.cloudwatchLogs, logsConfig?.s3Logs].some((log) => log?.status === "ENABLED") &&
    "neither logsConfig.cloudwatchLogs nor logsConfig.s3Logs has status ENABLED",
});

export const buildPrivileges = resourcePolicy("codebuild-project-privileges", Project, {
  *check({ environment, projectVisibility }) {
    yield* mustBe("environment.privilegedMode", environment.privilegedMode ?? false, false);
    yield* mustBe("projectVisibility", projectVisibility ?? "PRIVATE", "PRIVATE");
  },
});

export const reportEncryption = resourcePolicy("codebuild-report-encryption", ReportGroup, {
  check: ({ exportConfig: { s3Destination } }) =>
    mustBe(
      "exportConfig.s3Destination.encryptionDisabled",
      s3Destination?.encryptionDisabled ?? false,
      false,
    ),
});

export const pipelineEncryption = resourcePolicy("codepipeline-artifact-encryption", Pipeline, {
  config: customerKeySetting,
  *check({ artifactStores }, config) {
    for (const [index, { encryptionKey }] of artifactStores.entries()) {
      yield* customerKey(encryptionKey, "id", config, `artifactStores[${index}].encryptionKey`);
    }
  },
});
