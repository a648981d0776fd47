import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { keptChild } from "../core/component";
import { keyOwner } from "../core/encryption-key";
import { actions, allow, type Statement } from "../core/iam";
import { present } from "../core/present";
import { accessPolicy, searchDomainArn, searchMembers } from "./access";
import { type SearchDomainArgs, searchZones, validateSearchArguments } from "./args";
import { searchLogs } from "./logs";

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
        ebsOptions: { ebsEnabled: true, volumeType: "gp3", volumeSize: args.volumeGiB },
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
