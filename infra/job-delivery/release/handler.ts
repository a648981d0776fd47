import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import {
  CodePipelineClient,
  PutJobFailureResultCommand,
  PutJobSuccessResultCommand,
} from "@aws-sdk/client-codepipeline";
import { KinesisAnalyticsV2Client } from "@aws-sdk/client-kinesis-analytics-v2";
import { type Code, ReleasedApplication } from "./flink-application";
import { HealthMetrics } from "./health-metrics";
import { type Outcome, type Progress, Release } from "./release";
import { type ReleaseSettings, settingsVariable } from "./settings";

/** What CodePipeline hands to a function: https://docs.aws.amazon.com/codepipeline/latest/userguide/actions-invoke-lambda-function.html#actions-invoke-lambda-function-json-event-example */
export interface PipelineEvent {
  readonly "CodePipeline.job": {
    readonly id: string;
    readonly data: {
      readonly actionConfiguration: { readonly configuration: { readonly UserParameters: string } };
      /** What the step before gave; CodePipeline calls again until it is absent. */
      readonly continuationToken?: string;
    };
  };
}

/** CodePipeline takes no longer message: https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_FailureDetails.html */
const messageLength = 5000;

export async function handler(event: PipelineEvent): Promise<void> {
  const { id: jobId, data } = event["CodePipeline.job"];
  const pipeline = new CodePipelineClient({});
  let outcome: Outcome;
  try {
    outcome = await step(
      data.actionConfiguration.configuration.UserParameters,
      data.continuationToken,
    );
  } catch (error) {
    outcome = { kind: "failed", message: String(error) };
  }
  console.info(JSON.stringify(outcome));
  switch (outcome.kind) {
    case "waiting":
      await pipeline.send(
        new PutJobSuccessResultCommand({
          jobId,
          continuationToken: JSON.stringify(outcome.progress),
        }),
      );
      return;
    case "released":
    case "unchanged":
      await pipeline.send(
        new PutJobSuccessResultCommand({
          jobId,
          executionDetails: { summary: outcome.message },
          outputVariables: { outcome: outcome.kind },
        }),
      );
      return;
    default:
      await pipeline.send(
        new PutJobFailureResultCommand({
          jobId,
          failureDetails: {
            type: "JobFailed",
            message: `${outcome.kind}: ${outcome.message}`.slice(0, messageLength),
          },
        }),
      );
  }
}

async function step(parameters: string, token: string | undefined): Promise<Outcome> {
  const { application, lagMetrics, rules } = settings();
  const release = new Release(
    new ReleasedApplication(new KinesisAnalyticsV2Client({}), application),
    new HealthMetrics(new CloudWatchClient({}), application, lagMetrics),
    target(parameters),
    rules,
  );
  const progress = token === undefined ? undefined : (JSON.parse(token) as Progress);
  return await release.step(progress, new Date());
}

function target(parameters: string): Code {
  const { key, objectVersion } = JSON.parse(parameters) as Partial<Record<string, unknown>>;
  if (typeof key !== "string" || typeof objectVersion !== "string" || !key || !objectVersion) {
    throw new Error(`UserParameters must be {"key": …, "objectVersion": …}; got ${parameters}`);
  }
  return { key, objectVersion };
}

function settings(): ReleaseSettings {
  const text = process.env[settingsVariable];
  if (text === undefined) {
    throw new Error(`The environment variable ${settingsVariable} is missing`);
  }
  return JSON.parse(text) as ReleaseSettings;
}
