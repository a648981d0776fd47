import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import path from "node:path";
import { actions, allow, ServiceRole, type Statement, useKey } from "../core/iam";
import { NodeFunction } from "../core/node-function";
import { consoleUrl } from "../core/partition";
import { present } from "../core/present";
import { bucketArgs, PrivateBucket } from "../core/private-bucket";
import { stateOperatorStatements } from "../flink/permissions";
import { jobLag, queried } from "../watch/metrics";
import {
  isObjectSource,
  type JobDeliveryArgs,
  type ObjectSource,
  validateJobDelivery,
} from "./args";
import { jobBuild } from "./build";
import { settingsVariable } from "./release/settings";

/** Days for which the sources of a build are kept, to tell from what was built what runs. */
const sourceDays = 90;

/**
 * Releases the Flink job automatically: each change of its sources is tested, built and brought into the running
 * application with a snapshot; a version that is not healthy gives way to the one before.
 *
 * The application must leave its code to others, or the next deployment of the program would bring back its own jar.
 *
 * @example
 * new JobDelivery("delivery", {
 *   source: { connectionArn: github.arn, repository: "owner/pipeline" },
 *   application: { name: analytics.name, arn: analytics.arn },
 *   codeBucketName: artifacts.bucketName,
 *   codeBucketArn: artifacts.arn,
 *   logRetentionDays: 30,
 * });
 */
export class JobDelivery extends pulumi.ComponentResource {
  readonly pipelineName: pulumi.Output<string>;
  readonly pipelineUrl: pulumi.Output<string>;

  /** @throws Error that lists every invalid argument. */
  constructor(name: string, args: JobDeliveryArgs, opts?: pulumi.ComponentResourceOptions) {
    super("streaming:infra:JobDelivery", name, args, opts);
    const rules = validateJobDelivery(name, args);
    const child = { parent: this };
    const { source, kmsKeyArn, logRetentionDays } = args;
    const { region } = aws.getRegionOutput({}, child);

    const sources = new PrivateBucket(
      `${name}-sources`,
      bucketArgs({ ...args, expirationDays: sourceDays }),
      child,
    );
    const build = jobBuild(`${name}-build`, { ...args, sourcesArn: sources.arn }, child);
    const release = new NodeFunction(
      `${name}-release`,
      {
        description: "Releases a jar to the Flink application, step by step",
        entryPath: path.join(__dirname, "release/handler.ts"),
        timeoutSeconds: 60,
        environment: {
          [settingsVariable]: pulumi.jsonStringify({
            application: args.application.name,
            lagMetrics: [queried(jobLag(args.application.name))],
            rules,
          }),
        },
        statements: releaseStatements(args, region),
        logRetentionDays,
        kmsKeyArn,
      },
      child,
    );
    const { action: sourceAction, statements: sourceStatements, triggers } = partsOf(source);
    const role = new ServiceRole(
      `${name}-role`,
      {
        service: "codepipeline.amazonaws.com",
        statements: [
          ...sourceStatements,
          allow(
            // A connection uploads with the ACL bucket-owner-full-control: https://github.com/aws/aws-cdk/issues/13557
            ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject", "s3:PutObjectAcl"],
            [pulumi.interpolate`${sources.arn}/*`],
          ),
          allow(["s3:GetBucketVersioning"], [sources.arn]),
          ...useKey(kmsKeyArn, ["kms:Decrypt", "kms:GenerateDataKey"], "s3", region),
          allow(["codebuild:BatchGetBuilds", "codebuild:StartBuild"], [build.arn]),
          allow(["lambda:InvokeFunction"], [release.arn]),
        ],
      },
      child,
    );
    const pipeline = new aws.codepipeline.Pipeline(
      name,
      {
        pipelineType: "V2",
        // One after the other: none is left out, and none overtakes a release that is still watched.
        executionMode: "QUEUED",
        roleArn: role.arn,
        artifactStores: [
          {
            type: "S3",
            location: sources.bucketName,
            ...(kmsKeyArn !== undefined && { encryptionKey: { type: "KMS", id: kmsKeyArn } }),
          },
        ],
        stages: present(
          stage("Source", "Source", { outputArtifacts: ["sources"], ...sourceAction }),
          stage("Build", "Build", {
            provider: "CodeBuild",
            namespace: "Build",
            inputArtifacts: ["sources"],
            configuration: { ProjectName: build.name },
          }),
          args.approval &&
            // Waits for seven days at most: https://docs.aws.amazon.com/codepipeline/latest/userguide/approvals.html
            stage("Approve", "Approval", {
              provider: "Manual",
              configuration: {
                CustomData: "Release the jar of this build to the Flink application?",
              },
            }),
          stage("Release", "Invoke", {
            provider: "Lambda",
            configuration: {
              FunctionName: release.name,
              UserParameters: JSON.stringify({
                key: "#{Build.JAR_KEY}",
                objectVersion: "#{Build.JAR_VERSION}",
              }),
            },
          }),
        ),
        ...(triggers && { triggers }),
      },
      { parent: this, dependsOn: [...role.ready] },
    );
    if (isObjectSource(source)) this.#startOnUpload(name, source, pipeline.arn);
    if (args.alarmTopicArn !== undefined) {
      new aws.lambda.FunctionEventInvokeConfig(
        `${name}-release`,
        {
          functionName: release.name,
          // A step that was broken off may have begun the release; taken again it would not watch it.
          maximumRetryAttempts: 0,
          destinationConfig: { onFailure: { destination: args.alarmTopicArn } },
        },
        child,
      );
      new aws.cloudwatch.MetricAlarm(
        `${name}-failed`,
        {
          alarmDescription:
            "A build of the Flink job failed, or its release was refused or rolled back. The failed action of the pipeline has the reason. Severity: warning. Runbook: docs/operations.md#alarms",
          // https://docs.aws.amazon.com/codepipeline/latest/userguide/metrics-dimensions.html
          namespace: "AWS/CodePipeline",
          metricName: "FailedPipelineExecutions",
          dimensions: { PipelineName: pipeline.name },
          statistic: "Sum",
          period: 300,
          evaluationPeriods: 1,
          comparisonOperator: "GreaterThanThreshold",
          threshold: 0,
          treatMissingData: "notBreaching",
          alarmActions: [args.alarmTopicArn],
        },
        child,
      );
    }

    this.pipelineName = pipeline.name;
    this.pipelineUrl = consoleUrl(
      region,
      pulumi.interpolate`codesuite/codepipeline/pipelines/${pipeline.name}/view?region=${region}`,
    );
    this.registerOutputs({ pipelineName: this.pipelineName, pipelineUrl: this.pipelineUrl });
  }

  #startOnUpload(name: string, source: ObjectSource, pipelineArn: pulumi.Input<string>): void {
    const starter = new ServiceRole(
      `${name}-starter`,
      {
        service: "events.amazonaws.com",
        statements: [allow(["codepipeline:StartPipelineExecution"], [pipelineArn])],
      },
      { parent: this },
    );
    const uploaded = new aws.cloudwatch.EventRule(
      `${name}-uploaded`,
      {
        description: "New sources of the Flink job",
        eventPattern: pulumi.jsonStringify({
          source: ["aws.s3"],
          "detail-type": ["Object Created"],
          detail: { bucket: { name: [source.bucketName] }, object: { key: [source.objectKey] } },
        }),
      },
      { parent: this },
    );
    new aws.cloudwatch.EventTarget(
      `${name}-uploaded`,
      { rule: uploaded.name, arn: pipelineArn, roleArn: starter.arn },
      { parent: this, dependsOn: [...starter.ready] },
    );
  }
}

const releaseActions = actions({
  kinesisanalytics:
    "DescribeApplication ListApplicationSnapshots RollbackApplication StartApplication " +
    "StopApplication UpdateApplication",
});

/** What the function may do: change this application, see how it fares, and tell the pipeline. */
function releaseStatements(
  { application, alarmTopicArn, kmsKeyArn }: JobDeliveryArgs,
  region: pulumi.Input<string>,
): Statement[] {
  return present(
    alarmTopicArn !== undefined && [
      allow(["sns:Publish"], [alarmTopicArn]),
      ...useKey(kmsKeyArn, ["kms:Decrypt", "kms:GenerateDataKey"], "sns", region),
    ],
    allow(releaseActions, [application.arn]),
    stateOperatorStatements(application, region),
    // Neither metrics nor the results of jobs are resources:
    // https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscodepipeline.html
    allow(["cloudwatch:GetMetricData"], ["*"]),
    allow(["codepipeline:PutJobFailureResult", "codepipeline:PutJobSuccessResult"], ["*"]),
  );
}

type Action = aws.types.input.codepipeline.PipelineStageAction;

/** A stage with one action, of AWS's own. */
function stage(
  name: string,
  category: string,
  action: Omit<Action, "name" | "category" | "owner" | "version">,
) {
  return { name, actions: [{ name, category, owner: "AWS", version: "1", ...action }] };
}

/** The action that fetches the sources, what it may do, and the changes that start the pipeline by themselves. */
function partsOf(source: JobDeliveryArgs["source"]): {
  readonly action: Pick<Action, "provider" | "configuration">;
  readonly statements: readonly Statement[];
  readonly triggers?: aws.types.input.codepipeline.PipelineTrigger[];
} {
  if (isObjectSource(source)) {
    const { bucketName: S3Bucket, bucketArn, objectKey: S3ObjectKey } = source;
    return {
      action: {
        provider: "S3",
        configuration: { S3Bucket, S3ObjectKey, PollForSourceChanges: "false" },
      },
      statements: [
        allow(["s3:GetBucketVersioning"], [bucketArn]),
        allow(
          actions({ s3: "GetObject GetObjectVersion GetObjectTagging GetObjectVersionTagging" }),
          [pulumi.interpolate`${bucketArn}/${S3ObjectKey}`],
        ),
      ],
    };
  }
  const { connectionArn, repository, branch = "main" } = source;
  const provider = "CodeStarSourceConnection";
  return {
    action: {
      provider,
      configuration: {
        ConnectionArn: connectionArn,
        FullRepositoryId: repository,
        BranchName: branch,
        // The trigger starts it, and only for changes of the job.
        DetectChanges: "false",
      },
    },
    statements: [
      // The service was renamed, and checks one or the other by the age of the connection.
      allow(
        ["codeconnections:UseConnection", "codestar-connections:UseConnection"],
        [connectionArn],
      ),
    ],
    triggers: [
      {
        providerType: provider,
        gitConfiguration: {
          sourceActionName: "Source",
          pushes: [{ branches: { includes: [branch] }, filePaths: { includes: ["flink-job/**"] } }],
        },
      },
    ],
  };
}
