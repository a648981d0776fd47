import * as pulumi from "@pulumi/pulumi";

interface PartitionNames {
  /** End of the host names of services. */
  readonly dnsSuffix: string;
  readonly consoleHost: string;
  /** Cognito identity pools, as trust policies name them. */
  readonly identityProvider: string;
}

/**
 * Names that differ between the partitions of AWS:
 * https://docs.aws.amazon.com/govcloud-us/latest/UserGuide/using-govcloud-endpoints.html and
 * https://docs.amazonaws.cn/en_us/aws/latest/userguide/endpoints-arns.html
 */
const partitions: Readonly<Record<"aws" | "aws-cn" | "aws-us-gov", PartitionNames>> = {
  aws: {
    dnsSuffix: "amazonaws.com",
    consoleHost: "console.aws.amazon.com",
    identityProvider: "cognito-identity.amazonaws.com",
  },
  "aws-cn": {
    dnsSuffix: "amazonaws.com.cn",
    consoleHost: "console.amazonaws.cn",
    identityProvider: "cognito-identity.cn-north-1.amazonaws.com.cn",
  },
  "aws-us-gov": {
    dnsSuffix: "amazonaws.com",
    consoleHost: "console.amazonaws-us-gov.com",
    identityProvider: "cognito-identity-us-gov.amazonaws.com",
  },
};

/** Names in the partition of a region. */
export function partitionNames(region: pulumi.Input<string>): pulumi.Output<PartitionNames> {
  return pulumi.output(region).apply((name) => {
    if (name.startsWith("cn-")) return partitions["aws-cn"];
    return partitions[name.startsWith("us-gov-") ? "aws-us-gov" : "aws"];
  });
}

/** Regional host of a service, as principals and conditions name it, such as kinesis.us-east-1.amazonaws.com. */
export function serviceHost(service: string, region: pulumi.Input<string>): pulumi.Output<string> {
  return pulumi.interpolate`${service}.${region}.${partitionNames(region).dnsSuffix}`;
}

/** URL of a page of the console. */
export function consoleUrl(
  region: pulumi.Input<string>,
  page: pulumi.Input<string>,
): pulumi.Output<string> {
  return pulumi.interpolate`https://${region}.${partitionNames(region).consoleHost}/${page}`;
}
