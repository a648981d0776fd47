import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { keptChild } from "../core/component";
import { keyOwner } from "../core/encryption-key";
import { actions, allow, policyDocument, type Statement } from "../core/iam";
import { present } from "../core/present";
import { type SearchDomainArgs, searchZones, validateSearchArguments } from "./args";
import { https } from "../core/security-group";
import { type LogArgs, logGroup } from "../core/logs";

/** The version with which the project's index templates, job and local stack are tested. */
const testedEngine = "OpenSearch_2.19";

/**
 * An OpenSearch domain, in private subnets or public for given clients: HTTPS only, encrypted at rest and between
 * nodes, with fine-grained access control by IAM roles and its logs in CloudWatch.
 *
 * In a VPC members of `clientSecurityGroupIds` reach it over the network; a role with `writeStatements` may
 * send signed requests; what those may do inside is up to the domain's own roles, such as a `SearchBootstrap` makes.
 *
 * In a VPC the account needs the service-linked role AWSServiceRoleForAmazonOpenSearchService, once for all domains:
 * `aws iam create-service-linked-role --aws-service-name opensearchservice.amazonaws.com`, or
 * `createServiceLinkedRole` in one program of the account.
 *
 * @example
 * new SearchDomain("search", {
 *   domainName: "trips-dev",
 *   instanceType: "m7g.large.search",
 *   instanceCount: 2,
 *   volumeGiB: 50,
 *   vpc: { vpcId: network.vpcId, subnetIds: network.privateSubnetIds, subnetCount: 2 },
 *   masterUserArn: role.arn,
 *   logRetentionDays: 30,
 * });
 */
export class SearchDomain extends pulumi.ComponentResource {
  readonly domainName: pulumi.Output<string>;
  readonly arn: pulumi.Output<string>;
  /** URL of the REST API, without a slash at the end; known when clients can reach it. */
  readonly endpoint: pulumi.Output<string>;
  /** URL of OpenSearch Dashboards. */
  readonly dashboardsUrl: pulumi.Output<string>;
  /** Security groups whose members may reach the domain; none where it is public. */
  readonly clientSecurityGroupIds: readonly pulumi.Output<string>[];
  /** Over how many availability zones the data nodes spread. */
  readonly zones: number;

  /** @throws Error that lists every invalid argument. */
  constructor(name: string, args: SearchDomainArgs, opts?: pulumi.ComponentResourceOptions) {
    super("streaming:infra:SearchDomain", name, args, opts);
    validateSearchArguments(name, args);

    const encryptAtRest = args.encryptAtRest ?? true;
    const child = { parent: this };
    const zones = searchZones(args);
    // domain.arn in the domain's own policy would make the domain wait for itself.
    const domainArn = searchDomainArn(args.domainName, child);

    const members = args.vpc && searchMembers(name, args.vpc.vpcId, child);
    const serviceLinkedRole =
      args.createServiceLinkedRole &&
      new aws.iam.ServiceLinkedRole(
        name,
        { awsServiceName: "opensearchservice.amazonaws.com" },
        // Domains of other programs may need it when this one is gone.
        { parent: this, retainOnDelete: true },
      );

    const { logRetentionDays, kmsKeyArn } = args;
    const logs = searchLogs(
      `${name}-logs`,
      { domainArn, audit: encryptAtRest, logRetentionDays, kmsKeyArn },
      child,
    );
    const domain = new aws.opensearch.Domain(
      name,
      {
        domainName: args.domainName,
        engineVersion: args.engineVersion ?? testedEngine,
        clusterConfig: clusterConfiguration(args, zones),
        ebsOptions: volumes(args.volumeGiB),
        ...(args.vpc &&
          members && {
            vpcOptions: {
              subnetIds: pulumi.output(args.vpc.subnetIds).apply((ids) => ids.slice(0, zones)),
              securityGroupIds: [members.nodesId],
            },
          }),
        encryptAtRest: {
          enabled: encryptAtRest,
          ...(encryptAtRest && kmsKeyArn !== undefined && { kmsKeyId: kmsKeyArn }),
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
        // Said in any case: left out it would stay as it was, with a user pool that is gone.
        cognitoOptions: {
          enabled: args.signIn !== undefined,
          userPoolId: args.signIn?.userPoolId ?? "",
          identityPoolId: args.signIn?.identityPoolId ?? "",
          roleArn: args.signIn?.roleArn ?? "",
        },
        accessPolicies: accessPolicy(args, domainArn, child),
        logPublishingOptions: logs.publishingOptions,
        softwareUpdateOptions: { autoSoftwareUpdateEnabled: true },
        offPeakWindowOptions: { enabled: true },
      },
      {
        ...keptChild(this, args.protectData),
        replacementTrigger: keyOwner(encryptAtRest ? kmsKeyArn : undefined),
        // Two domains of one name cannot be.
        deleteBeforeReplace: true,
        dependsOn: present<pulumi.Resource>(logs.permission, serviceLinkedRole),
        // Nodes in three zones take more than an hour now and then, and replacing them and moving shards even longer.
        customTimeouts: { create: "120m", update: "180m", delete: "90m" },
      },
    );

    this.domainName = domain.domainName;
    this.zones = zones;
    this.arn = domain.arn;
    const host = pulumi
      .all([domain.endpoint, ...(members?.ruleIds ?? [])])
      .apply(([endpoint]) => endpoint);
    this.endpoint = pulumi.interpolate`https://${host}`;
    this.dashboardsUrl = pulumi.interpolate`${this.endpoint}/_dashboards`;
    this.clientSecurityGroupIds = members === undefined ? [] : [members.clientsId];
    this.registerOutputs({
      domainName: this.domainName,
      arn: this.arn,
      endpoint: this.endpoint,
      dashboardsUrl: this.dashboardsUrl,
      clientSecurityGroupIds: this.clientSecurityGroupIds,
    });
  }

  /** What the master user needs to put settings in place. */
  adminStatements(): Statement[] {
    return this.#requests("ESHttpGet ESHttpPost ESHttpPut");
  }

  /** What a principal needs to read documents and open the dashboards, besides a role in the domain. */
  readStatements(): Statement[] {
    return this.#requests("ESHttpGet ESHttpHead ESHttpPost");
  }

  /** What a principal needs to read and write documents. */
  writeStatements(): Statement[] {
    return this.#requests("ESHttpDelete ESHttpGet ESHttpHead ESHttpPost ESHttpPut");
  }

  #requests(methods: string): Statement[] {
    return [allow(actions({ es: methods }), [pulumi.interpolate`${this.arn}/*`])];
  }
}

/** The nodes of a domain and how they spread. */
function clusterConfiguration(
  args: SearchDomainArgs,
  zones: number,
): aws.types.input.opensearch.DomainClusterConfig {
  const dedicatedMasters = args.dedicatedMasters ?? 0;
  return {
    instanceType: args.instanceType,
    instanceCount: args.instanceCount,
    zoneAwarenessEnabled: zones > 1,
    ...(zones > 1 && { zoneAwarenessConfig: { availabilityZoneCount: zones } }),
    dedicatedMasterEnabled: dedicatedMasters > 0,
    ...(dedicatedMasters > 0 && {
      dedicatedMasterCount: dedicatedMasters,
      dedicatedMasterType: args.dedicatedMasterType,
    }),
    // Said in any case: AWS has another default for a new domain than for one that is changed.
    multiAzWithStandbyEnabled: args.standby ?? false,
    ...(args.warm !== undefined && {
      warmEnabled: true,
      warmCount: args.warm.instanceCount,
      warmType: args.warm.instanceType,
    }),
  };
}

/**
 * Volumes with the least IOPS and MiB per second that the service takes for their size, up to what every instance type of
 * such volumes has. Left out, an enlarged volume would keep those of the smaller one and be refused:
 * https://github.com/hashicorp/terraform-provider-aws/issues/39136
 */
function volumes(volumeSize: number): aws.types.input.opensearch.DomainEbsOptions {
  return {
    ebsEnabled: true,
    volumeType: "gp3",
    volumeSize,
    iops: Math.min(16_000, Math.max(3_000, 3 * volumeSize)),
    throughput: volumeSize < 170 ? 125 : Math.min(593, Math.max(250, Math.ceil(volumeSize / 4))),
  };
}

/** The ARN that a domain of this account will have, put together from its parts. */
export function searchDomainArn(
  domainName: pulumi.Input<string>,
  opts: pulumi.InvokeOptions,
): pulumi.Output<string> {
  const { accountId } = aws.getCallerIdentityOutput({}, opts);
  const { partition } = aws.getPartitionOutput({}, opts);
  const { region } = aws.getRegionOutput({}, opts);
  return pulumi.interpolate`arn:${partition}:es:${region}:${accountId}:domain/${domainName}`;
}

/** Who may send signed requests to a domain. */
export function accessPolicy(
  { publicAccess }: SearchDomainArgs,
  domainArn: pulumi.Output<string>,
  opts: pulumi.InvokeOptions,
): pulumi.Output<string> {
  const { accountId } = aws.getCallerIdentityOutput({}, opts);
  const { partition } = aws.getPartitionOutput({}, opts);
  return policyDocument([
    {
      Effect: "Allow",
      Action: "es:ESHttp*",
      Resource: pulumi.interpolate`${domainArn}/*`,
      ...(publicAccess === undefined
        ? // Leaves the decision to the IAM policies of the account's principals; addresses have no say in a VPC.
          { Principal: { AWS: pulumi.interpolate`arn:${partition}:iam::${accountId}:root` } }
        : {
            Principal: { AWS: [...publicAccess.principalArns] },
            Condition: { IpAddress: { "aws:SourceIp": [...publicAccess.clientCidrs] } },
          }),
    },
  ]);
}

/** Security groups of the nodes and of their clients, who reach the nodes by HTTPS alone once the rules are known. */
function searchMembers(
  name: string,
  vpcId: pulumi.Input<string>,
  opts: pulumi.CustomResourceOptions,
) {
  const clients = new aws.ec2.SecurityGroup(
    `${name}-clients`,
    { description: "Clients of the search domain", vpcId },
    opts,
  );
  const nodes = new aws.ec2.SecurityGroup(
    `${name}-nodes`,
    { description: "Nodes of the search domain", vpcId },
    opts,
  );
  const between = (
    group: aws.ec2.SecurityGroup,
    description: string,
    other: aws.ec2.SecurityGroup,
  ) => ({ securityGroupId: group.id, description, referencedSecurityGroupId: other.id, ...https });
  const ingress = new aws.vpc.SecurityGroupIngressRule(
    `${name}-nodes`,
    between(nodes, "HTTPS from clients", clients),
    opts,
  );
  const egress = new aws.vpc.SecurityGroupEgressRule(
    `${name}-clients`,
    between(clients, "HTTPS to the domain", nodes),
    opts,
  );
  return { clientsId: clients.id, nodesId: nodes.id, ruleIds: [ingress.id, egress.id] };
}

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
function searchLogs(name: string, args: SearchLogsArgs, opts: pulumi.ResourceOptions) {
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
