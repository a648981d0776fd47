import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { policyDocument } from "../core/iam";

/**
 * Services that a host or an application in a private subnet calls: the event stream, its logs and metrics, and what
 * Session Manager needs. OpenSearch has interfaces of its own in the subnets and S3 a gateway; nothing in the VPC
 * calls KMS, and an agent of version 3.3.40 or newer does without ec2messages:
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/setup-create-vpc.html
 */
export const defaultEndpointServices = [
  "ec2",
  "kinesis-streams",
  "logs",
  "monitoring",
  "ssm",
  "ssmmessages",
] as const;

/** Services whose interface endpoints have names of their own in China. There each service has one form or the other. */
const renamedInChina: readonly string[] =
  "athena ec2 execute-api kinesis-streams lambda monitoring s3 sqs states sts xray".split(" ");

/**
 * Name of a service's interface endpoints in a region, such as com.amazonaws.us-east-1.logs:
 * https://docs.amazonaws.cn/en_us/vpc/latest/privatelink/aws-services-privatelink-support.html
 */
export function endpointServiceName(
  service: string,
  region: pulumi.Input<string>,
): pulumi.Output<string> {
  return pulumi.output(region).apply((name) => {
    const prefix = name.startsWith("cn-") && renamedInChina.includes(service) ? "cn." : "";
    return `${prefix}com.amazonaws.${name}.${service}`;
  });
}

/** Buckets of Amazon that hosts read: packages, SSM Agent and CloudWatch agent. https://docs.aws.amazon.com/systems-manager/latest/userguide/ssm-agent-technical-details.html */
const amazonBuckets = (region: string): string[] => [
  // https://docs.aws.amazon.com/linux/al2023/ug/al2023-repos-s3.html
  `al2023-repos-${region}-de612dc2`,
  `amazon-ssm-${region}`,
  `aws-ssm-${region}`,
  `amazoncloudwatch-agent-${region}`,
];

/** Policy of an endpoint: principals of this account reach its resources. Through S3's gateway hosts also read packages of Amazon. */
export function endpointPolicy(service: string, opts: pulumi.InvokeOptions): pulumi.Output<string> {
  const { accountId } = aws.getCallerIdentityOutput({}, opts);
  const { partition } = aws.getPartitionOutput({}, opts);
  const { region } = aws.getRegionOutput({}, opts);
  const own = {
    Effect: "Allow" as const,
    Principal: { AWS: "*" },
    Action: "*",
    Resource: "*",
    Condition: {
      StringEquals: { "aws:PrincipalAccount": accountId, "aws:ResourceAccount": accountId },
    },
  };
  if (service !== "s3") return policyDocument([own]);
  const resources = pulumi
    .all([partition, region])
    .apply(([name, regionName]) =>
      amazonBuckets(regionName).map((bucket) => `arn:${name}:s3:::${bucket}/*`),
    );
  // Read without credentials, as the buckets are public.
  return policyDocument([
    own,
    { Effect: "Allow", Principal: { AWS: "*" }, Action: "s3:GetObject", Resource: resources },
  ]);
}
