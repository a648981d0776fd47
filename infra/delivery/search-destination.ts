import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { limits } from "../core/limits";
import type { Problems } from "../core/validate";
import { actions, allow, arnBeside, type Statement } from "../core/iam";

/** An index of an OpenSearch domain as the destination. */
export interface SearchDestination {
  readonly domainArn: pulumi.Input<string>;
  readonly indexName: string;
  /** How often a new index begins. @default NoRotation */
  readonly rotation?: (typeof indexRotations)[number];
  /** Seconds for which a refused document is tried again, 0 to 7,200. @default 300 */
  readonly retrySeconds?: number;
  /** Where the domain is reached from. It cannot be changed later. */
  readonly subnetIds: pulumi.Input<pulumi.Input<string>[]>;
  /** Security groups that may reach the domain, such as `SearchDomain.clientSecurityGroupIds`; one to five. */
  readonly securityGroupIds: readonly pulumi.Input<string>[];
}

/** How often Firehose begins a new index: https://docs.aws.amazon.com/firehose/latest/APIReference/API_AmazonopensearchserviceDestinationConfiguration.html */
export const indexRotations = ["NoRotation", "OneHour", "OneDay", "OneWeek", "OneMonth"] as const;

type Configuration = aws.types.input.kinesis.FirehoseDeliveryStreamOpensearchConfiguration;

/** What a destination with a bucket as its backup shares with the archive. */
export type BackedDelivery = Pick<
  Configuration,
  | "roleArn"
  | "bufferingSize"
  | "bufferingInterval"
  | "cloudwatchLoggingOptions"
  | "processingConfiguration"
  | "s3Configuration"
> & { readonly keepSource: boolean };

/** An OpenSearch index as the destination of a delivery stream. */
export function searchConfiguration(
  search: SearchDestination,
  { keepSource, ...delivery }: BackedDelivery,
): Configuration {
  return {
    ...delivery,
    domainArn: search.domainArn,
    indexName: search.indexName,
    indexRotationPeriod: search.rotation ?? "NoRotation",
    retryDuration: search.retrySeconds ?? 300,
    // Firehose's own ids: a batch that it sends twice overwrites itself.
    documentIdOptions: { defaultDocumentIdFormat: "FIREHOSE_DEFAULT" },
    s3BackupMode: keepSource ? "AllDocuments" : "FailedDocumentsOnly",
    vpcConfig: {
      subnetIds: search.subnetIds,
      securityGroupIds: [...search.securityGroupIds],
      roleArn: delivery.roleArn,
    },
  };
}

/**
 * What Firehose needs to index documents in a domain inside a VPC. A domain with fine-grained access control has to
 * map the role to one of its own roles as well, or it answers 403.
 * https://docs.aws.amazon.com/firehose/latest/dev/controlling-access.html#using-iam-es-vpc
 */
export function searchStatements({ domainArn, indexName }: SearchDestination): Statement[] {
  const paths = (names: readonly string[]): pulumi.Output<string>[] =>
    names.map((path) => pulumi.interpolate`${domainArn}/${path}`);
  return [
    allow(
      ["es:DescribeDomain", "es:DescribeDomainConfig", "es:DescribeDomains"],
      [domainArn, pulumi.interpolate`${domainArn}/*`],
    ),
    allow(["es:ESHttpPost", "es:ESHttpPut"], paths(["_bulk", `${indexName}*`])),
    allow(
      ["es:ESHttpGet"],
      paths([
        "_all/_settings",
        "_cluster/stats",
        "_nodes",
        "_nodes/*/stats",
        "_nodes/stats",
        "_stats",
        `${indexName}*/_mapping/*`,
        `${indexName}*/_stats`,
      ]),
    ),
    allow(
      ["ec2:CreateNetworkInterfacePermission"],
      [arnBeside(domainArn, "ec2", "network-interface/*")],
    ),
    // EC2 knows no resources for these actions, or only ones that do not exist yet.
    allow(
      actions({
        ec2:
          "CreateNetworkInterface DeleteNetworkInterface DescribeNetworkInterfaces DescribeSecurityGroups " +
          "DescribeSubnets DescribeVpcAttribute DescribeVpcs",
      }),
      ["*"],
    ),
  ];
}

export function checkSearchDestination(
  search: SearchDestination,
  bufferMiB: number,
  problems: Problems,
): void {
  problems.integer("bufferMiB (with search)", bufferMiB, limits.deliverySearchBufferMiB);
  const rules = { retrySeconds: limits.deliveryRetrySeconds, rotation: indexRotations };
  problems.check(search, rules, "search.");
  problems.integer(
    "The number of search.securityGroupIds",
    search.securityGroupIds.length,
    limits.deliverySecurityGroups,
  );
}
