import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { actions, allow, arnBeside, ServiceRole, useKey } from "../core/iam";
import { logGroup, writeLogs } from "../core/logs";
import type { JobDeliveryArgs } from "./args";

const jar = "flink-job/target/flink-job.jar";

/** Tests and builds the job. The jar's key is made from its content, as the program makes it, and an existing one stays. */
const buildCommands: readonly string[] = [
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

interface JobBuildArgs extends Pick<
  JobDeliveryArgs,
  "codeBucketName" | "codeBucketArn" | "logRetentionDays" | "kmsKeyArn"
> {
  /** ARN of the bucket through which the pipeline hands over the sources. */
  readonly sourcesArn: pulumi.Input<string>;
}

/** The project of CodeBuild that tests and builds the job. */
export function jobBuild(
  name: string,
  args: JobBuildArgs,
  opts: pulumi.ComponentResourceOptions,
): aws.codebuild.Project {
  const parent = new pulumi.ComponentResource("streaming:infra:JobBuild", name, args, opts);
  const child = { parent };
  const { region } = aws.getRegionOutput({}, child);
  const { partition } = aws.getPartitionOutput({}, child);
  const { accountId } = aws.getCallerIdentityOutput({}, child);
  const log = logGroup(`${name}-logs`, args, child);
  const role = new ServiceRole(
    `${name}-role`,
    {
      service: "codebuild.amazonaws.com",
      statements: [
        allow(["s3:GetObject", "s3:GetObjectVersion"], [pulumi.interpolate`${args.sourcesArn}/*`]),
        allow(
          ["s3:GetObject", "s3:PutObject"],
          [pulumi.interpolate`${args.codeBucketArn}/flink-job/*`],
        ),
        ...useKey(args.kmsKeyArn, ["kms:Decrypt", "kms:GenerateDataKey"], "s3", region),
        writeLogs(log),
        allow(
          actions({ codebuild: "CreateReportGroup CreateReport UpdateReport BatchPutTestCases" }),
          // CodeBuild names a group after the project, which has the name of its resource and a random end.
          [arnBeside(log.arn, "codebuild", `report-group/${name}-*`)],
        ),
      ],
    },
    child,
  );
  return new aws.codebuild.Project(
    name,
    {
      description: "Tests and builds the Flink job",
      serviceRole: role.arn,
      source: { type: "CODEPIPELINE", buildspec: JSON.stringify(buildspec) },
      artifacts: { type: "CODEPIPELINE" },
      environment: {
        type: "ARM_CONTAINER",
        image: "aws/codebuild/amazonlinux-aarch64-standard:3.0",
        // The job's tests run a small Flink cluster: 4 vCPU, 8 GB.
        computeType: "BUILD_GENERAL1_MEDIUM",
        environmentVariables: [{ name: "CODE_BUCKET", value: args.codeBucketName }],
      },
      // Said in any case: left out an earlier key stays in use, and may be on its way to be deleted.
      encryptionKey:
        args.kmsKeyArn ??
        pulumi.interpolate`arn:${partition}:kms:${region}:${accountId}:alias/aws/s3`,
      logsConfig: { cloudwatchLogs: { status: "ENABLED", groupName: log.name } },
      buildTimeout: 30,
      queuedTimeout: 60,
    },
    { parent, dependsOn: [...role.ready] },
  );
}
