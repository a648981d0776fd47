import { rows, type Verdict } from "./verdict";

const lambda = { processors: [{ type: "Lambda" }] };

const results = "configuration.resultConfiguration.encryptionConfiguration";

/** A delivery stream with another destination than S3. */
function to(destination: string, configuration: object) {
  return {
    destination,
    extendedS3Configuration: undefined,
    [`${destination}Configuration`]: configuration,
  };
}

function buffer(bufferingSize: number, bufferingInterval: number) {
  return { bufferingSize, bufferingInterval };
}

/** Destinations that have their settings elsewhere, narrower bounds, or names of their own for the same. */
export const deliveryVerdicts: readonly Verdict[] = [
  ...rows("athena-workgroup-encryption", "workgroup:Workgroup", [
    [{ configuration: undefined }, "encryptionOption is not set; it must be SSE_KMS or CSE_KMS"],
    [
      { [results]: { encryptionOption: "SSE_S3" } },
      "encryptionOption is SSE_S3; it must be SSE_KMS or CSE_KMS",
    ],
    [
      { [results]: { encryptionOption: "SSE_S3" } },
      undefined,
      { requireCustomerManagedKey: false },
    ],
    [{ [results]: undefined }, "is not set", { requireCustomerManagedKey: false }],
    [{ [results]: { encryptionOption: "SSE_KMS" } }, "kmsKeyArn is not set"],
    [
      { configuration: { managedQueryResultsConfiguration: { enabled: true } } },
      "managedQueryResultsConfiguration.encryptionConfiguration.kmsKey is not set",
    ],
  ]),
  ...rows("athena-workgroup-limits", "workgroup:Workgroup", [
    [{ "configuration.bytesScannedCutoffPerQuery": 2 ** 40 }],
    [
      { "configuration.bytesScannedCutoffPerQuery": undefined },
      "bytesScannedCutoffPerQuery is not",
    ],
    [
      { "configuration.publishCloudwatchMetricsEnabled": false },
      "publishCloudwatchMetricsEnabled is false",
    ],
  ]),
  ...rows("lakeformation-permissions-breadth", "permissions:Permissions", [
    [{ principal: "IAM_ALLOWED_PRINCIPALS" }, "principal is IAM_ALLOWED_PRINCIPALS"],
    [{ permissionsWithGrantOptions: ["SELECT"] }, "permissionsWithGrantOptions is SELECT"],
  ]),
  ...rows("firehose-delivery-buffering", "firehoseDeliveryStream:FirehoseDeliveryStream", [
    [to("redshift", { s3Configuration: buffer(64, 300) })],
    [
      to("redshift", { s3Configuration: buffer(1, 300) }),
      "redshiftConfiguration.s3Configuration.bufferingSize is 1 MiB; the limit is 5 to 128 MiB",
    ],
    [to("opensearch", buffer(5, 60))],
    [to("opensearch", buffer(1, 0))],
    [to("opensearch", buffer(101, 60)), "bufferingSize is 101 MiB; the limit is 1 to 100 MiB"],
    [to("httpEndpoint", buffer(64, 600))],
    [to("httpEndpoint", buffer(65, 600)), "bufferingSize is 65 MiB; the limit is 1 to 64 MiB"],
    [to("iceberg", buffer(4, 60)), "bufferingSize is 4 MiB; the limit is 5 to 128 MiB"],
    [to("splunk", buffer(1, 0))],
    [to("splunk", buffer(5, 60))],
    [to("splunk", buffer(6, 60)), "bufferingSize is 6 MiB; the limit is 1 to 5 MiB"],
    [to("splunk", buffer(5, 61)), "bufferingInterval is 61 seconds; the limit is 0 to 60 seconds"],
    [
      to("splunk", buffer(5, 31)),
      "the limit is 0 to 30 seconds",
      { minSeconds: 0, maxSeconds: 30 },
    ],
    [to("splunk", { bufferingSize: 5 }), "splunkConfiguration.bufferingInterval is not set"],
  ]),
  ...rows("firehose-delivery-backup", "firehoseDeliveryStream:FirehoseDeliveryStream", [
    [to("redshift", { databaseUser: "loader" })],
    [
      to("redshift", { processingConfiguration: lambda }),
      "redshiftConfiguration.s3BackupMode is not set; records that a function changes",
    ],
    [to("redshift", { processingConfiguration: lambda, s3BackupMode: "Enabled" })],
    [
      to("opensearch", { processingConfiguration: lambda, s3BackupMode: "FailedDocumentsOnly" }),
      "opensearchConfiguration.s3BackupMode is FailedDocumentsOnly; records that a function changes",
    ],
    [
      to("opensearch", { processingConfiguration: lambda, s3BackupMode: "FailedDocumentsOnly" }),
      undefined,
      { requireSourceBackup: false },
    ],
    [to("opensearch", { processingConfiguration: lambda, s3BackupMode: "AllDocuments" })],
    [
      to("httpEndpoint", { processingConfiguration: lambda, s3BackupMode: "FailedDataOnly" }),
      "httpEndpointConfiguration.s3BackupMode is FailedDataOnly",
    ],
    [to("httpEndpoint", { processingConfiguration: lambda, s3BackupMode: "AllData" })],
    [to("iceberg", { processingConfiguration: lambda, s3BackupMode: "FailedDataOnly" })],
    [
      to("iceberg", { processingConfiguration: lambda }),
      "icebergConfiguration.s3BackupMode is not set; records that are refused must be kept",
    ],
    [
      to("httpEndpoint", { processingConfiguration: lambda }),
      "s3BackupMode is not set; records that are refused must be kept",
      { requireSourceBackup: false },
    ],
  ]),
];
