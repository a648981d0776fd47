const jar = "flink-job/target/flink-job.jar";

/** Tests and builds the job. The jar's key is made from its content, as the program makes it, and an existing one stays. */
export const buildCommands: readonly string[] = [
  "set -euo pipefail",
  "mvn -B -ntp -f flink-job/pom.xml verify",
  // Exported apart from where they are set, which would hide a failure.
  `JAR_KEY="flink-job/$(sha256sum ${jar} | cut -d ' ' -f 1).jar"`,
  'JAR_VERSION="$(aws s3api head-object --bucket "$CODE_BUCKET" --key "$JAR_KEY" --query VersionId --output text || true)"',
  'if [ -z "$JAR_VERSION" ]; then',
  `  JAR_VERSION="$(aws s3api put-object --bucket "$CODE_BUCKET" --key "$JAR_KEY" --body ${jar} --query VersionId --output text)"`,
  "fi",
  "export JAR_KEY JAR_VERSION",
  'echo "$JAR_KEY, version $JAR_VERSION"',
];

export const exportedVariables = ["JAR_KEY", "JAR_VERSION"] as const;

/** How CodeBuild builds the job: https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html */
export const buildspec = {
  version: 0.2,
  env: { shell: "bash", "exported-variables": exportedVariables },
  phases: {
    install: { "runtime-versions": { java: "corretto17" } },
    build: { commands: [buildCommands.join("\n")] },
  },
  reports: {
    "unit-tests": {
      files: ["TEST-*.xml"],
      "base-directory": "flink-job/target/surefire-reports",
      "file-format": "JUNITXML",
    },
  },
};
