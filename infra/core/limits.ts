import ranges from "./ranges.json";
import type { Form, Range } from "./validate";

/**
 * What the AWS services accept, used by the components and by the configuration alike; ranges.json says what each number is
 * and where it comes from. A company's own limits are narrower and live in the policy pack.
 */
export const limits: Readonly<Record<keyof typeof ranges, Range>> = ranges;

/** How many dedicated masters a domain may have; 1, 2 and 4 cannot hold a safe quorum: https://docs.aws.amazon.com/opensearch-service/latest/developerguide/managedomains-dedicatedmasternodes.html */
export const dedicatedMasterCounts = [0, 3, 5] as const;

/** Days for which CloudWatch Logs can keep events: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
export const logRetentionDays = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288,
  3653,
] as const;

/** Ways in which a stream gets its capacity. */
export const streamModes = ["PROVISIONED", "ON_DEMAND"] as const;
export type StreamMode = (typeof streamModes)[number];

/** Metrics that a stream can have for each shard: https://docs.aws.amazon.com/kinesis/latest/APIReference/API_EnableEnhancedMonitoring.html */
export const shardLevelMetrics = [
  "IncomingBytes",
  "IncomingRecords",
  "IteratorAgeMilliseconds",
  "OutgoingBytes",
  "OutgoingRecords",
  "ReadProvisionedThroughputExceeded",
  "WriteProvisionedThroughputExceeded",
] as const;
export type ShardLevelMetric = (typeof shardLevelMetrics)[number];

/** Name of a consumer with enhanced fan-out: https://docs.aws.amazon.com/kinesis/latest/APIReference/API_RegisterStreamConsumer.html */
export const streamConsumerName: Form = {
  pattern: /^[a-zA-Z0-9_.-]{1,128}$/,
  description: "1 to 128 letters, digits, dots, hyphens and underscores",
};

/** How private subnets reach the internet. */
export const natGatewayStrategies = ["None", "Single", "OnePerAz"] as const;
export type NatGatewayStrategy = (typeof natGatewayStrategies)[number];

export const roleArn: Form = {
  pattern: /^arn:aws[a-z-]*:iam::[0-9]{12}:role\/[\w+=,.@/-]+$/,
  description: "the ARN of an IAM role, such as arn:aws:iam::123456789012:role/analyst",
};

export const policyArn: Form = {
  pattern: /^arn:aws[a-z-]*:iam::([0-9]{12}|aws):policy\/[\w+=,.@/-]+$/,
  description: "the ARN of an IAM policy, such as arn:aws:iam::123456789012:policy/boundary",
};

/** A web ACL for regional resources: https://docs.aws.amazon.com/waf/latest/APIReference/API_AssociateWebACL.html */
export const webAclArn: Form = {
  pattern: /^arn:aws[a-z-]*:wafv2:[a-z0-9-]+:[0-9]{12}:regional\/webacl\/[\w-]+\/[0-9a-f-]+$/,
  description:
    "the ARN of a regional web ACL, such as arn:aws:wafv2:us-east-1:123456789012:regional/webacl/events/0123abcd-0123",
};

export const vpcIdentifier: Form = {
  pattern: /^vpc-[0-9a-f]{8,17}$/,
  description: "the id of a VPC, such as vpc-0123456789abcdef0",
};

export const subnetIdentifier: Form = {
  pattern: /^subnet-[0-9a-f]{8,17}$/,
  description: "the id of a subnet, such as subnet-0123456789abcdef0",
};

/** A public SSH key in OpenSSH's form: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/create-key-pairs.html */
export const sshPublicKey: Form = {
  pattern: /^(ssh-ed25519|ssh-rsa) [A-Za-z0-9+/]+=*( [^\n]*)?$/,
  description: "an ED25519 or RSA key, such as ssh-ed25519 AAAA… name",
};

/** Objects in S3, of a form that is safe in a script: its bucket and the start of their keys. */
export const inputUrl: Form = {
  pattern: /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\/([A-Za-z0-9/_.=-]*)$/,
  description: "objects in S3, such as s3://bucket/trips/2019-03/",
};

/** An EC2 instance type with a Graviton processor, the kind for which the replay host's image is made. */
export const replayInstanceType: Form = {
  pattern: /^[a-z]+[0-9]+g[a-z]*\.[a-z0-9-]+$/,
  description: "an EC2 instance type with a Graviton processor, such as t4g.small",
};

/** An instance type of OpenSearch nodes. */
export const searchInstanceType: Form = {
  pattern: /^[a-z]+[0-9]+[a-z]*\.[a-z0-9]+\.search$/,
  description: "an OpenSearch instance type, such as m7g.large.search",
};

/** Engine of a domain: https://docs.aws.amazon.com/opensearch-service/latest/developerguide/what-is.html#choosing-version */
export const searchEngineVersion: Form = {
  pattern: /^OpenSearch_[0-9]+\.[0-9]+$/,
  description: "OpenSearch_ and a version, such as OpenSearch_2.19",
};

/** Kinds of UltraWarm nodes: https://docs.aws.amazon.com/opensearch-service/latest/developerguide/ultrawarm.html */
export const searchWarmInstanceTypes = [
  "ultrawarm1.medium.search",
  "ultrawarm1.large.search",
] as const;
export type SearchWarmInstanceType = (typeof searchWarmInstanceTypes)[number];

/** First part of the host name of a Cognito user pool; reserved words are left to Cognito: https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateUserPoolDomain.html */
export const cognitoDomainPrefix: Form = {
  pattern: /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
  description: "1 to 63 lower-case letters, digits and hyphens, no hyphen at either end",
};

/** Name of an OpenSearch domain: https://docs.aws.amazon.com/opensearch-service/latest/APIReference/API_CreateDomain.html */
export const searchDomainName: Form = {
  pattern: /^[a-z][a-z0-9-]{2,27}$/,
  description: "3 to 28 lower-case letters, digits and hyphens, beginning with a letter",
};
