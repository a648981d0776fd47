import { Project, ReportGroup } from "@pulumi/aws/codebuild";
import { Pipeline } from "@pulumi/aws/codepipeline";
import { customerKeySetting, customerKey } from "../encryption/customer-key";
import { resourcePolicy } from "../engine/policy";

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
      if (block?.encryptionDisabled === true) {
        yield { fact: `${path}.encryptionDisabled is true`, limit: "it must be off" };
      }
    }
  },
});

export const buildLogs = resourcePolicy("codebuild-project-logs", Project, {
  rule: "Log a build, to a log group or a bucket.",
  reason: "The log tells what was built from what, and by whom.",
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

/** Variables that are a key to an account. */
const credentialNames = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"];

/** An address with a password before the host, or with a token in place of a name. */
const addressWithSecret =
  /^[a-z+]+:\/\/([^/@:]*:[^/@]+|(gh[a-z]_|github_pat_|glpat-|ATBB)[^/@]*)@/i;

export const buildSecrets = resourcePolicy("codebuild-project-secrets", Project, {
  severity: "critical",
  rule: "Write no credentials into a build's sources and variables.",
  reason: "Whoever may read the project's configuration, or the program's state, has them.",
  fix: "Give the project a role, and keep other secrets in Secrets Manager: type SECRETS_MANAGER.",
  controls: ["CodeBuild.1", "CodeBuild.2"],
  source: "https://docs.aws.amazon.com/codebuild/latest/userguide/use-case-based-samples.html",
  *check({ environment, source, secondarySources = [] }) {
    for (const { name, type } of environment.environmentVariables ?? []) {
      if (credentialNames.includes(name) && (type ?? "PLAINTEXT") === "PLAINTEXT") {
        yield { fact: `variable ${name} is in clear text`, limit: "credentials must not be" };
      }
    }
    for (const { location } of [source, ...secondarySources]) {
      if (location !== undefined && addressWithSecret.test(location)) {
        // Without the address, which holds the secret.
        yield { fact: "the location of a source has credentials", limit: "it must have none" };
      }
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
    if (environment.privilegedMode === true) {
      yield { fact: "environment.privilegedMode is true", limit: "it must be off" };
    }
    if (projectVisibility === "PUBLIC_READ") {
      yield { fact: "projectVisibility is PUBLIC_READ", limit: "it must be PRIVATE" };
    }
  },
});

export const reportEncryption = resourcePolicy("codebuild-report-encryption", ReportGroup, {
  rule: "Encrypt exported test reports.",
  reason: "Reports repeat what the tests were given.",
  fix: "Leave exportConfig.s3Destination.encryptionDisabled off.",
  controls: ["CodeBuild.7"],
  source: "https://docs.aws.amazon.com/codebuild/latest/userguide/test-report-group.html",
  *check({ exportConfig: { s3Destination } }) {
    if (s3Destination?.encryptionDisabled === true) {
      yield {
        fact: "exportConfig.s3Destination.encryptionDisabled is true",
        limit: "it must be off",
      };
    }
  },
});

export const pipelineEncryption = resourcePolicy("codepipeline-artifact-encryption", Pipeline, {
  rule: "Encrypt what the stages of a delivery pipeline hand each other with a key of your own.",
  reason: "Whoever may change an artifact between two stages decides what is deployed.",
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
