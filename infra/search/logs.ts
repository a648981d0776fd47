import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { policyDocument } from "../core/iam";

export interface SearchLogsArgs {
  /** ARN of the domain, put together from its parts as the domain is not there yet. */
  readonly domainArn: pulumi.Input<string>;
  /** Takes audit logs too, which only fine-grained access control writes. */
  readonly audit: boolean;
  /** Days for which logs are kept. */
  readonly retentionDays: number;
  /** ARN of the KMS key that encrypts the logs. @default CloudWatch's own key */
  readonly kmsKeyArn: pulumi.Input<string> | undefined;
}

/** A log group for each kind of log that a search domain writes, and the permission to write them. */
export class SearchLogs extends pulumi.ComponentResource {
  /** Log publishing options of the domain. */
  readonly publishingOptions: aws.types.input.opensearch.DomainLogPublishingOption[];
  /** The domain checks that it may write before it accepts a group, so it has to wait for this. */
  readonly permission: pulumi.Resource;

  constructor(name: string, args: SearchLogsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("streaming:infra:SearchLogs", name, args, opts);

    const { accountId } = aws.getCallerIdentityOutput({}, { parent: this });
    const kinds = {
      ES_APPLICATION_LOGS: "application",
      INDEX_SLOW_LOGS: "slow-index",
      SEARCH_SLOW_LOGS: "slow-search",
      ...(args.audit && { AUDIT_LOGS: "audit" }),
    };
    const logs = Object.entries(kinds).map(([logType, kind]) => ({
      logType,
      group: new aws.cloudwatch.LogGroup(
        `${name}-${kind}`,
        { retentionInDays: args.retentionDays, kmsKeyId: args.kmsKeyArn },
        { parent: this },
      ),
    }));

    // One policy for all groups: an account has room for ten in a region.
    // https://docs.aws.amazon.com/opensearch-service/latest/developerguide/createdomain-configure-slow-logs.html
    this.permission = new aws.cloudwatch.LogResourcePolicy(
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
      { parent: this },
    );
    this.publishingOptions = logs.map(({ logType, group }) => ({
      logType,
      cloudwatchLogGroupArn: group.arn,
      enabled: true,
    }));
    this.registerOutputs({ publishingOptions: this.publishingOptions });
  }
}
