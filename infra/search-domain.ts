import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { https } from "./https";
import { allow, policyDocument, type Statement } from "./iam";
import {
  dedicatedMasterCounts,
  limits,
  logRetentionDays,
  searchDomainName,
  searchInstanceType,
} from "./limits";
import { SearchLogs } from "./search-logs";
import { Problems } from "./validate";

export interface SearchDomainArgs {
  /** Name of the domain: 3 to 28 lower-case letters, digits and hyphens, beginning with a letter. */
  readonly domainName: string;
  /** Instance type of the data nodes, such as m7g.large.search. */
  readonly instanceType: string;
  /** Number of data nodes, 1 to 80; a multiple of the number of zones in use keeps them balanced. */
  readonly instanceCount: number;
  /** GiB of each data node's gp3 volume, 10 to 24,576; the instance type may allow less. */
  readonly volumeGiB: number;
  /** Dedicated master nodes: 0, 3 or 5. @default 0 */
  readonly dedicatedMasters?: number;
  /** Instance type of the dedicated masters. Needed where there are any. */
  readonly dedicatedMasterType?: string | undefined;
  /** VPC of the subnets. */
  readonly vpcId: pulumi.Input<string>;
  /** Private subnets, one for each availability zone; the domain takes as many as it can spread over. */
  readonly subnetIds: pulumi.Input<pulumi.Input<string>[]>;
  /** How many subnets there are, so that the spread is known before the subnets are. */
  readonly subnetCount: number;
  /** ARN of the IAM role that administers the domain: it may read and write every index and map other roles. */
  readonly masterUserArn: pulumi.Input<string>;
  /**
   * Encrypts data at rest. Fine-grained access control needs it and goes off with it.
   * @default true
   */
  readonly encryptAtRest?: boolean;
  /** ARN of the KMS key that encrypts data and logs. @default the AWS managed key aws/es */
  readonly kmsKeyArn?: pulumi.Input<string> | undefined;
  /** Days for which the domain's logs are kept, one of those CloudWatch Logs offers. */
  readonly logRetentionDays: number;
  /** Keeps the domain when it leaves the program or the stack is destroyed. @default false */
  readonly protectData?: boolean;
}

/**
 * An OpenSearch domain in private subnets: HTTPS only, encrypted at rest and between nodes, with fine-grained access
 * control by IAM roles and its logs in CloudWatch.
 *
 * Whoever belongs to `clientSecurityGroupId` reaches it over the network; whoever holds `writeStatements` may send
 * signed requests; what those may do inside is up to the domain's own roles.
 *
 * The account needs the service-linked role AWSServiceRoleForAmazonOpenSearchService, once and for all domains:
 * `aws iam create-service-linked-role --aws-service-name opensearchservice.amazonaws.com`. It is not created here, as
 * the second stack of an account could not create it again.
 *
 * @example
 * new SearchDomain("search", {
 *   domainName: "trips-dev",
 *   instanceType: "m7g.large.search",
 *   instanceCount: 2,
 *   volumeGiB: 50,
 *   vpcId: network.vpcId,
 *   subnetIds: network.privateSubnetIds,
 *   subnetCount: 2,
 *   masterUserArn: role.arn,
 *   logRetentionDays: 30,
 * });
 */
export class SearchDomain extends pulumi.ComponentResource {
  readonly domainName: pulumi.Output<string>;
  readonly arn: pulumi.Output<string>;
  /** URL of the REST API, without a slash at the end. */
  readonly endpoint: pulumi.Output<string>;
  /** URL of OpenSearch Dashboards, reachable from inside the VPC. */
  readonly dashboardsUrl: pulumi.Output<string>;
  /** Security group whose members the domain lets in. */
  readonly clientSecurityGroupId: pulumi.Output<string>;

  /** @throws Error that lists every invalid argument. */
  constructor(name: string, args: SearchDomainArgs, opts?: pulumi.ComponentResourceOptions) {
    super("streaming:infra:SearchDomain", name, args, opts);
    validate(name, args);

    const encryptAtRest = args.encryptAtRest ?? true;
    const protectData = args.protectData ?? false;
    const dedicatedMasters = args.dedicatedMasters ?? 0;
    // A domain spreads over two or three zones, or stays in one.
    const zones = Math.min(args.subnetCount, args.instanceCount, 3);
    const { accountId } = aws.getCallerIdentityOutput({}, { parent: this });
    const { partition } = aws.getPartitionOutput({}, { parent: this });
    const { region } = aws.getRegionOutput({}, { parent: this });
    // Put together from its parts: domain.arn in the domain's own policy would make the domain wait for itself.
    const domainArn = pulumi.interpolate`arn:${partition}:es:${region}:${accountId}:domain/${args.domainName}`;

    const clients = new aws.ec2.SecurityGroup(
      `${name}-clients`,
      { description: `Clients of the domain ${args.domainName}`, vpcId: args.vpcId },
      { parent: this },
    );
    const nodes = new aws.ec2.SecurityGroup(
      `${name}-nodes`,
      { description: `Nodes of the domain ${args.domainName}`, vpcId: args.vpcId },
      { parent: this },
    );
    new aws.vpc.SecurityGroupIngressRule(
      `${name}-nodes`,
      {
        securityGroupId: nodes.id,
        description: "HTTPS from clients",
        referencedSecurityGroupId: clients.id,
        ...https,
      },
      { parent: this },
    );
    new aws.vpc.SecurityGroupEgressRule(
      `${name}-clients`,
      {
        securityGroupId: clients.id,
        description: "HTTPS to the domain",
        referencedSecurityGroupId: nodes.id,
        ...https,
      },
      { parent: this },
    );

    const logs = new SearchLogs(
      `${name}-logs`,
      {
        domainName: args.domainName,
        domainArn,
        audit: encryptAtRest,
        retentionDays: args.logRetentionDays,
        kmsKeyArn: args.kmsKeyArn,
      },
      { parent: this },
    );
    const domain = new aws.opensearch.Domain(
      name,
      {
        domainName: args.domainName,
        engineVersion: "OpenSearch_2.19",
        clusterConfig: {
          instanceType: args.instanceType,
          instanceCount: args.instanceCount,
          zoneAwarenessEnabled: zones > 1,
          ...(zones > 1 && { zoneAwarenessConfig: { availabilityZoneCount: zones } }),
          dedicatedMasterEnabled: dedicatedMasters > 0,
          ...(dedicatedMasters > 0 && {
            dedicatedMasterCount: dedicatedMasters,
            dedicatedMasterType: args.dedicatedMasterType,
          }),
        },
        ebsOptions: { ebsEnabled: true, volumeType: "gp3", volumeSize: args.volumeGiB },
        vpcOptions: {
          subnetIds: pulumi.output(args.subnetIds).apply((ids) => ids.slice(0, zones)),
          securityGroupIds: [nodes.id],
        },
        encryptAtRest: {
          enabled: encryptAtRest,
          ...(encryptAtRest && args.kmsKeyArn !== undefined && { kmsKeyId: args.kmsKeyArn }),
        },
        nodeToNodeEncryption: { enabled: true },
        domainEndpointOptions: {
          enforceHttps: true,
          tlsSecurityPolicy: "Policy-Min-TLS-1-2-PFS-2023-10",
        },
        advancedSecurityOptions: {
          enabled: encryptAtRest,
          ...(encryptAtRest && {
            internalUserDatabaseEnabled: false,
            masterUserOptions: { masterUserArn: args.masterUserArn },
          }),
        },
        // Leaves the decision to the IAM policies of the account's principals.
        accessPolicies: policyDocument([
          {
            Effect: "Allow",
            Principal: { AWS: pulumi.interpolate`arn:${partition}:iam::${accountId}:root` },
            Action: "es:ESHttp*",
            Resource: pulumi.interpolate`${domainArn}/*`,
          },
        ]),
        logPublishingOptions: logs.publishingOptions,
        softwareUpdateOptions: { autoSoftwareUpdateEnabled: true },
        offPeakWindowOptions: { enabled: true },
      },
      {
        parent: this,
        protect: protectData,
        retainOnDelete: protectData,
        dependsOn: [logs.permission],
      },
    );

    this.domainName = domain.domainName;
    this.arn = domain.arn;
    this.endpoint = pulumi.interpolate`https://${domain.endpoint}`;
    this.dashboardsUrl = pulumi.interpolate`https://${domain.endpoint}/_dashboards`;
    this.clientSecurityGroupId = clients.id;
    this.registerOutputs({
      domainName: this.domainName,
      arn: this.arn,
      endpoint: this.endpoint,
      dashboardsUrl: this.dashboardsUrl,
      clientSecurityGroupId: this.clientSecurityGroupId,
    });
  }

  /** What a principal needs to read and write documents. */
  writeStatements(): Statement[] {
    return [
      allow(
        ["es:ESHttpDelete", "es:ESHttpGet", "es:ESHttpHead", "es:ESHttpPost", "es:ESHttpPut"],
        [pulumi.interpolate`${this.arn}/*`],
      ),
    ];
  }
}

function validate(name: string, args: SearchDomainArgs): void {
  const problems = new Problems();
  const { dedicatedMasters = 0, dedicatedMasterType } = args;
  problems.matches("domainName", args.domainName, searchDomainName);
  problems.matches("instanceType", args.instanceType, searchInstanceType);
  problems.integer("instanceCount", args.instanceCount, limits.searchInstanceCount);
  problems.integer("volumeGiB", args.volumeGiB, limits.searchVolumeGiB);
  problems.integer("subnetCount", args.subnetCount, limits.availabilityZones);
  problems.oneOf("dedicatedMasters", dedicatedMasters, dedicatedMasterCounts);
  if (dedicatedMasterType !== undefined) {
    problems.matches("dedicatedMasterType", dedicatedMasterType, searchInstanceType);
  } else {
    problems.require(
      dedicatedMasters === 0,
      "dedicatedMasterType is missing; say which instances the dedicated masters use",
    );
  }
  problems.oneOf("logRetentionDays", args.logRetentionDays, logRetentionDays);
  problems.throwIfAny(`SearchDomain "${name}" has invalid arguments`);
}
