import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { SearchDestination } from "./args";
import { allow, arnBeside, type Statement } from "../core/iam";

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
      [
        "ec2:CreateNetworkInterface",
        "ec2:DeleteNetworkInterface",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeSecurityGroups",
        "ec2:DescribeSubnets",
        "ec2:DescribeVpcAttribute",
        "ec2:DescribeVpcs",
      ],
      ["*"],
    ),
  ];
}
