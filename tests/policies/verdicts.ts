import { accessVerdicts } from "./access-verdicts";
import { apiVerdicts } from "./api-verdicts";
import { documentVerdicts } from "./document-verdicts";
import { rows, type Verdict } from "./verdict";

const flink = "applicationConfiguration.flinkApplicationConfiguration";
const checkpoints = `${flink}.checkpointConfiguration`;
const monitoring = `${flink}.monitoringConfiguration`;
const code = "applicationConfiguration.applicationCodeConfiguration.codeContent";
const s3 = "extendedS3Configuration";
const lambda = { processors: [{ type: "Lambda" }] };
const search = {
  destination: "opensearch",
  [s3]: undefined,
  opensearchConfiguration: { indexName: "trips" },
};

/** The containers of an ECS task, with one variable. */
function containers(name: string, value: string): string {
  return JSON.stringify([{ name: "app", environment: [{ name, value }] }]);
}

/** Limits from both sides, blocks that are missing, and each way to break a rule that has several. */
export const verdicts: readonly Verdict[] = [
  ...rows("flink-application-checkpointing", "application:Application", [
    [{ [`${checkpoints}.checkpointInterval`]: 10_000 }],
    [{ [`${checkpoints}.checkpointInterval`]: 9999 }, "checkpointInterval is 9999 ms; the limit"],
    [{ [`${checkpoints}.checkpointInterval`]: 300_000 }],
    [{ [`${checkpoints}.checkpointInterval`]: 300_001 }, "is 300001 ms; the limit is 10 to 300"],
    [{ [`${checkpoints}.minPauseBetweenCheckpoints`]: 1000 }],
    [{ [`${checkpoints}.minPauseBetweenCheckpoints`]: 999 }, "is 999 ms; the least is 1000 ms"],
    [{ [`${checkpoints}.checkpointingEnabled`]: false }, "checkpointingEnabled is false"],
    [{ [checkpoints]: undefined }],
  ]),
  ...rows("flink-application-snapshots", "application:Application", [
    [{ "applicationConfiguration.applicationSnapshotConfiguration": undefined }, "is not set"],
  ]),
  ...rows("flink-application-logging", "application:Application", [
    [{ cloudwatchLoggingOptions: undefined }, "cloudwatchLoggingOptions.logStreamArn is not set"],
    [{ [`${monitoring}.logLevel`]: "DEBUG" }, "monitoringConfiguration.logLevel is DEBUG"],
    [{ [`${monitoring}.metricsLevel`]: "PARALLELISM" }, "metricsLevel is PARALLELISM"],
    [{ [monitoring]: undefined }],
  ]),
  ...rows("flink-application-code-version", "application:Application", [
    [{ [`${code}.s3ContentLocation.objectVersion`]: undefined }, "objectVersion is not set"],
    [{ [code]: {} }, "codeContent.s3ContentLocation is not set"],
    [{ [code]: { textContent: "%flink.ssql" } }],
  ]),
  ...rows("kinesis-stream-shard-limit", "stream:Stream", [
    [
      { streamModeDetails: { streamMode: "ON_DEMAND" } },
      "shardCount is 2 in on-demand mode",
      { allowOnDemand: true },
    ],
    [
      { streamModeDetails: { streamMode: "ON_DEMAND" }, shardCount: undefined },
      undefined,
      { allowOnDemand: true },
    ],
  ]),
  ...rows("firehose-delivery-error-prefix", "firehoseDeliveryStream:FirehoseDeliveryStream", [
    [{ [`${s3}.errorOutputPrefix`]: undefined }, "errorOutputPrefix is not set"],
    [{ [`${s3}.errorOutputPrefix`]: "events/" }, "errorOutputPrefix is events/, like prefix"],
    [search],
  ]),
  ...rows("firehose-delivery-backup", "firehoseDeliveryStream:FirehoseDeliveryStream", [
    [{ [s3]: undefined }, "no block for the destination is set"],
    [{ [`${s3}.processingConfiguration`]: lambda }, "s3BackupMode is not set"],
    [{ [`${s3}.processingConfiguration`]: { ...lambda, enabled: false } }],
    [{ [`${s3}.processingConfiguration`]: lambda }, undefined, { requireSourceBackup: false }],
    [search, "opensearchConfiguration.s3BackupMode is not set"],
    [{ ...search, opensearchConfiguration: { s3BackupMode: "FailedDocumentsOnly" } }],
  ]),
  ...rows("firehose-delivery-logging", "firehoseDeliveryStream:FirehoseDeliveryStream", [
    [{ [`${s3}.cloudwatchLoggingOptions`]: undefined }, "enabled is not set"],
    [{ [`${s3}.cloudwatchLoggingOptions.enabled`]: false }, "enabled is false"],
    [{ [`${s3}.cloudwatchLoggingOptions.logGroupName`]: undefined }, "logGroupName is not set"],
    [{ [`${s3}.cloudwatchLoggingOptions.logStreamName`]: undefined }, "logStreamName is not set"],
  ]),
  ...rows("opensearch-domain-access-control", "opensearch/domain:Domain", [
    [{ advancedSecurityOptions: undefined }, "advancedSecurityOptions.enabled is not set"],
    [{ "advancedSecurityOptions.anonymousAuthEnabled": true }, "anonymousAuthEnabled is true"],
    [{ "advancedSecurityOptions.internalUserDatabaseEnabled": true }, "must be IAM identities"],
    [
      { "advancedSecurityOptions.internalUserDatabaseEnabled": true },
      undefined,
      { allowInternalUsers: true },
    ],
  ]),
  ...rows("opensearch-domain-dedicated-masters", "opensearch/domain:Domain", [
    [{ "clusterConfig.dedicatedMasterCount": 2 }, "the domain has 2 dedicated masters; the least"],
    [{ "clusterConfig.dedicatedMasterCount": 4 }, "an even number elects no better than one less"],
    [{ "clusterConfig.dedicatedMasterCount": 5 }],
    [{ "clusterConfig.dedicatedMasterEnabled": false }, "the domain has 0 dedicated masters"],
    [{ clusterConfig: undefined }, undefined, { least: 0 }],
  ]),
  ...rows("opensearch-domain-zones", "opensearch/domain:Domain", [
    [{ "clusterConfig.instanceCount": 6 }],
    [{ "clusterConfig.instanceCount": 4 }, "instanceCount is 4 in 3 zones; it must be a multiple"],
    [
      { "clusterConfig.zoneAwarenessConfig": undefined, "clusterConfig.instanceCount": 4 },
      "the domain is in 2 zones; the least is 3",
    ],
    [{ clusterConfig: undefined }, undefined, { minNodes: 1, leastZones: 1 }],
    [
      { clusterConfig: undefined },
      "instanceCount is 1; the least is 2",
      { minNodes: 2, leastZones: 1 },
    ],
  ]),
  ...rows("secretsmanager-secret-rotation", "secretRotation:SecretRotation", [
    [{ rotationRules: { automaticallyAfterDays: 90 } }],
    [{ rotationRules: { automaticallyAfterDays: 91 } }, "is 91; the limit is 90"],
    [{ rotationRules: { scheduleExpression: "rate(10 days)" } }],
    [
      { rotationRules: { scheduleExpression: "rate(999 days)" } },
      "every 999 days; the limit is 90",
    ],
    [{ rotationRules: { scheduleExpression: "rate(2160 hours)" } }],
    [{ rotationRules: { scheduleExpression: "rate(2184 hours)" } }, "every 91 days; the limit"],
    [{ rotationRules: { scheduleExpression: "cron(0 8 1 * ? *)" } }],
    [{ secretId: "trips/token" }],
    [{ secretId: "other" }, "no SecretRotation names this secret"],
  ]),
  ...rows("cognito-user-pool-passwords", "userPool:UserPool", [
    [{ "passwordPolicy.minimumLength": 11 }, "minimumLength is 11; the least is 12"],
    [{ "passwordPolicy.minimumLength": 13 }],
    [{ "passwordPolicy.requireSymbols": false }, "requireSymbols is false; it must be true"],
    [{ "passwordPolicy.requireNumbers": undefined }, "requireNumbers is not set"],
    [{ "passwordPolicy.temporaryPasswordValidityDays": undefined }],
    [{ "passwordPolicy.temporaryPasswordValidityDays": 8 }, "is 8; the limit is 7"],
  ]),
  ...rows("codebuild-project-encryption", "project:Project", [
    [{ "artifacts.encryptionDisabled": true }, "artifacts.encryptionDisabled is true"],
    [
      { secondaryArtifacts: [{ encryptionDisabled: true }] },
      "secondaryArtifacts[0].encryptionDisabled is true",
    ],
    [
      { "logsConfig.s3Logs": { status: "ENABLED", encryptionDisabled: true } },
      "logsConfig.s3Logs.encryptionDisabled is true",
    ],
  ]),
  ...rows("codebuild-project-logs", "project:Project", [
    [{ logsConfig: undefined }, "neither logsConfig.cloudwatchLogs nor logsConfig.s3Logs"],
    [{ logsConfig: { s3Logs: { status: "ENABLED" } } }],
  ]),
  ...rows("clear-text-secret", "project:Project", [
    [
      { "environment.environmentVariables": [{ name: "AWS_ACCESS_KEY_ID", value: "hunter2" }] },
      "holds a secret in clear text",
    ],
    [
      {
        "environment.environmentVariables": [
          { name: "AWS_ACCESS_KEY_ID", value: "token", type: "SECRETS_MANAGER" },
        ],
      },
    ],
    [
      { "source.location": "https://user:token@bitbucket.org/team/job" },
      "source.location holds a secret in clear text",
    ],
    [{ "source.location": "https://ghp_1@github.com/team/job" }, "source.location holds a secret"],
    [{ "source.location": "https://team@bitbucket.org/team/job" }],
    [{ "source.location": "https://bitbucket.org/team/job" }],
  ]),
  ...rows("clear-text-secret", "aws:ecs/taskDefinition:TaskDefinition", [
    [
      { containerDefinitions: containers("DB_PASS", "hunter2") },
      "containerDefinitions[0].environment[0].value holds a secret in clear text",
    ],
    [
      { containerDefinitions: containers("HOOK", "https://hooks.slack.com/services/T0/B0/x0") },
      "containerDefinitions holds a secret in clear text",
    ],
    [{ containerDefinitions: containers("DB_PASS", "arn:aws:ssm:eu-central-1:1:parameter/x") }],
    [{ containerDefinitions: containers("BYPASS", "cache") }],
  ]),
  ...rows("ec2-instance-public-address", "launchTemplate:LaunchTemplate", [
    [{ networkInterfaces: [{ associatePublicIpAddress: "true" }] }, "it must be false"],
    [{ networkInterfaces: [{ associatePublicIpAddress: "false" }] }],
  ]),
  ...rows(
    "s3-access-point-public-access-block",
    "aws:s3control/multiRegionAccessPoint:MultiRegionAccessPoint",
    [
      [
        { "details.publicAccessBlock.blockPublicAcls": false },
        "details.publicAccessBlock.blockPublicAcls is false; it must be true",
      ],
      [{ "details.publicAccessBlock.blockPublicAcls": true }],
    ],
  ),
  ...rows("codepipeline-artifact-encryption", "pipeline:Pipeline", [
    [
      { artifactStores: [{ encryptionKey: { id: "alias/aws/s3", type: "KMS" } }] },
      "artifactStores[0].encryptionKey.id is alias/aws/s3; a customer managed key is required",
    ],
  ]),
  ...rows("codebuild-project-privileges", "project:Project", [
    [{ "environment.privilegedMode": true }, "environment.privilegedMode is true"],
    [{ projectVisibility: "PUBLIC_READ" }, "projectVisibility is PUBLIC_READ"],
  ]),
  ...rows("kinesis-stream-shard-limit", "stream:Stream", [
    [{ warmThroughputMibPs: 101 }, "warmThroughputMibPs is 101; the limit is 100 MiB/s"],
    [{ warmThroughputMibPs: 100 }],
    [{ warmThroughputMibPs: 200 }, undefined, { maxWarmMiB: 200 }],
  ]),
  ...rows("cloudwatch-alarm-action", "metricAlarm:MetricAlarm", [
    [{ alarmActions: [] }, "alarmActions is not set"],
    [{ alarmActions: undefined }, "alarmActions is not set"],
    [{ actionsEnabled: false }, "actionsEnabled is false"],
  ]),
  ...accessVerdicts,
  ...apiVerdicts,
  ...documentVerdicts,
];
