import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { policyDocument } from "../core/iam";
import { type LogArgs, logGroup } from "../core/logs";

interface SearchLogsArgs extends LogArgs {
  /** ARN of the domain, put together from its parts as the domain is not there yet. */
  readonly domainArn: pulumi.Input<string>;
  /** Takes audit logs too, which only fine-grained access control writes. */
  readonly audit: boolean;
}

/**
 * A log group for each kind of log that a search domain writes, and the permission to write them, for which the domain
 * has to wait: it checks that it may write before it accepts a group.
 */
export function searchLogs(name: string, args: SearchLogsArgs, opts: pulumi.ResourceOptions) {
  const { logRetentionDays: retentionDays, ...inputs } = args;
  const type = "streaming:infra:SearchLogs";
  const parent = new pulumi.ComponentResource(type, name, { ...inputs, retentionDays }, opts);
  const { accountId } = aws.getCallerIdentityOutput({}, { parent });
  const kinds = {
    ES_APPLICATION_LOGS: "application",
    INDEX_SLOW_LOGS: "slow-index",
    SEARCH_SLOW_LOGS: "slow-search",
    ...(args.audit && { AUDIT_LOGS: "audit" }),
  };
  const logs = Object.entries(kinds).map(([logType, kind]) => ({
    logType,
    group: logGroup(`${name}-${kind}`, args, { parent }),
  }));

  // One policy for all groups: an account has room for ten in a region.
  // https://docs.aws.amazon.com/opensearch-service/latest/developerguide/createdomain-configure-slow-logs.html
  const permission = new aws.cloudwatch.LogResourcePolicy(
    name,
    {
      // A policy of this name would be overwritten, and Pulumi makes the names of groups unique in the account.
      policyName: pulumi.interpolate`${logs[0]?.group.name}`,
      policyDocument: policyDocument([
        {
          Effect: "Allow",
          Principal: { Service: "es.amazonaws.com" },
          Action: ["logs:CreateLogStream", "logs:PutLogEvents", "logs:PutLogEventsBatch"],
          Resource: logs.map(({ group }) => pulumi.interpolate`${group.arn}:*`),
          Condition: {
            StringEquals: { "aws:SourceAccount": accountId },
            ArnLike: { "aws:SourceArn": args.domainArn },
          },
        },
      ]),
    },
    { parent },
  );
  const publishingOptions = logs.map(({ logType, group }) => {
    return { logType, cloudwatchLogGroupArn: group.arn, enabled: true };
  });
  return { publishingOptions, permission };
}
