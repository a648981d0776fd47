import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { allow, type Statement } from "../core/iam";
import { isObjectSource, type JobDeliveryArgs } from "./args";

const sourceAction = "Source";

type Action = aws.types.input.codepipeline.PipelineStageAction;
type Trigger = aws.types.input.codepipeline.PipelineTrigger;

export function sourceActionOf(source: JobDeliveryArgs["source"]): Action {
  const action = {
    name: sourceAction,
    category: "Source",
    owner: "AWS",
    version: "1",
    outputArtifacts: ["sources"],
  };
  if (isObjectSource(source)) {
    return {
      ...action,
      provider: "S3",
      configuration: {
        S3Bucket: source.bucketName,
        S3ObjectKey: source.objectKey,
        PollForSourceChanges: "false",
      },
    };
  }
  return {
    ...action,
    provider: "CodeStarSourceConnection",
    configuration: {
      ConnectionArn: source.connectionArn,
      FullRepositoryId: source.repository,
      BranchName: source.branch ?? "main",
      // The trigger starts it, and only for changes of the job.
      DetectChanges: "false",
    },
  };
}

/** Pushes to a branch that touch the job. */
export function changesOfTheJob(branch = "main"): Trigger {
  return {
    providerType: "CodeStarSourceConnection",
    gitConfiguration: {
      sourceActionName: sourceAction,
      pushes: [{ branches: { includes: [branch] }, filePaths: { includes: ["flink-job/**"] } }],
    },
  };
}

/** Tests the job and builds its jar; its variables tell which one. */
export function buildAction(ProjectName: pulumi.Input<string>): Action {
  return {
    name: "Build",
    category: "Build",
    owner: "AWS",
    provider: "CodeBuild",
    version: "1",
    namespace: "Build",
    inputArtifacts: ["sources"],
    configuration: { ProjectName },
  };
}

/** Waits for a person, for seven days at most: https://docs.aws.amazon.com/codepipeline/latest/userguide/approvals.html */
export const approvalAction: Action = {
  name: "Approve",
  category: "Approval",
  owner: "AWS",
  provider: "Manual",
  version: "1",
  configuration: { CustomData: "Release the jar of this build to the Flink application?" },
};

export function releaseAction(FunctionName: pulumi.Input<string>): Action {
  return {
    name: "Release",
    category: "Invoke",
    owner: "AWS",
    provider: "Lambda",
    version: "1",
    configuration: {
      FunctionName,
      UserParameters: JSON.stringify({
        key: "#{Build.JAR_KEY}",
        objectVersion: "#{Build.JAR_VERSION}",
      }),
    },
  };
}

export function sourceStatements(source: JobDeliveryArgs["source"]): Statement[] {
  if (!isObjectSource(source)) {
    return [
      // The service was renamed, and checks one or the other by the age of the connection.
      allow(
        ["codeconnections:UseConnection", "codestar-connections:UseConnection"],
        [source.connectionArn],
      ),
    ];
  }
  return [
    allow(["s3:GetBucketVersioning"], [source.bucketArn]),
    allow(
      ["s3:GetObject", "s3:GetObjectVersion", "s3:GetObjectTagging", "s3:GetObjectVersionTagging"],
      [pulumi.interpolate`${source.bucketArn}/${source.objectKey}`],
    ),
  ];
}
