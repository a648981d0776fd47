import { unknownObject, unknownString } from "../support/policy";
import { rows, type Verdict } from "./verdict";

const vpc = "applicationConfiguration.vpcConfiguration";

/** Functions, jobs and domains: lists and blocks that are there and say nothing, or are unknown in a preview. */
export const processingVerdicts: readonly Verdict[] = [
  ...rows("lambda-function-runtime", "lambda/function:Function", [
    ...["nodejs20.x", "ruby3.2", "dotnet8", "python3.9", "python3.10"].map(
      (runtime) => [{ runtime }, `runtime is ${runtime}`] as const,
    ),
    ...["nodejs24.x", "ruby3.4", "dotnet10", "python3.14", "java25"].map(
      (runtime) => [{ runtime }] as const,
    ),
    [{ runtime: undefined, packageType: "Image" }],
  ]),
  ...rows("lambda-function-environment-encryption", "lambda/function:Function", [
    [{ kmsKeyArn: undefined, environment: { variables: {} } }],
    [{ kmsKeyArn: undefined, environment: {} }],
    [{ kmsKeyArn: undefined, environment: { variables: { LEVEL: unknownString } } }, "kmsKeyArn"],
    [{ kmsKeyArn: undefined, environment: { variables: unknownObject } }, "kmsKeyArn is not set"],
  ]),
  ...rows("lambda-event-source-failures", "eventSourceMapping:EventSourceMapping", [
    [{ destinationConfig: {} }, "destinationConfig.onFailure is not set"],
    [{ destinationConfig: unknownObject }],
    [{ "destinationConfig.onFailure.destinationArn": unknownString }],
    [{ maximumRetryAttempts: undefined }, "maximumRetryAttempts is not set, which is for ever"],
    [{ maximumRetryAttempts: -1 }, "maximumRetryAttempts is not set, which is for ever"],
    [{ maximumRetryAttempts: 101 }, "maximumRetryAttempts is 101"],
    [{ bisectBatchOnFunctionError: false }, "neither bisectBatchOnFunctionError nor"],
    [
      {
        bisectBatchOnFunctionError: undefined,
        functionResponseTypes: ["ReportBatchItemFailures"],
      },
    ],
    // A queue keeps what fails by its own redrive policy.
    [{ startingPosition: undefined, destinationConfig: undefined }],
  ]),
  ...rows("opensearch-domain-vpc", "opensearch/domain:Domain", [
    [{ "vpcOptions.subnetIds": [] }, "vpcOptions.subnetIds names no subnet"],
    [{ "vpcOptions.subnetIds": undefined }, "vpcOptions.subnetIds names no subnet"],
    [{ "vpcOptions.subnetIds": unknownString }],
  ]),
  ...rows("flink-application-vpc", "application:Application", [
    [{ [`${vpc}.subnetIds`]: [] }, "vpcConfiguration.subnetIds is empty or not set"],
    [{ [`${vpc}.securityGroupIds`]: [] }, "securityGroupIds is empty or not set"],
    [{ [`${vpc}.subnetIds`]: unknownString }],
  ]),
];
