import * as pulumi from "@pulumi/pulumi";
import { stateOperatorStatements } from "../flink/permissions";
import { allow, type Statement, useKey } from "../core/iam";
import type { JobDeliveryArgs } from "./args";
import { jobLag, queried } from "../watch/metrics";
import type { ReleaseRules } from "./release/settings";

/** What the function may do: change this application, see how it fares, and tell the pipeline. */
export function releaseStatements(
  { application, alarmTopicArn, kmsKeyArn }: JobDeliveryArgs,
  region: pulumi.Input<string>,
): Statement[] {
  return [
    ...(alarmTopicArn === undefined
      ? []
      : [
          allow(["sns:Publish"], [alarmTopicArn]),
          ...useKey(kmsKeyArn, ["kms:Decrypt", "kms:GenerateDataKey"], "sns", region),
        ]),
    allow(
      [
        "kinesisanalytics:DescribeApplication",
        "kinesisanalytics:ListApplicationSnapshots",
        "kinesisanalytics:RollbackApplication",
        "kinesisanalytics:StartApplication",
        "kinesisanalytics:StopApplication",
        "kinesisanalytics:UpdateApplication",
      ],
      [application.arn],
    ),
    ...stateOperatorStatements(application, region),
    // Neither metrics nor the results of jobs are resources:
    // https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscodepipeline.html
    allow(["cloudwatch:GetMetricData"], ["*"]),
    allow(["codepipeline:PutJobFailureResult", "codepipeline:PutJobSuccessResult"], ["*"]),
  ];
}

/** What the function is told: `ReleaseSettings`, once the names are known. */
export function releaseSettings(args: JobDeliveryArgs, rules: ReleaseRules): pulumi.Output<string> {
  return pulumi.jsonStringify({
    application: args.application.name,
    lagMetrics: [queried(jobLag(args.application.name))],
    rules,
  });
}
