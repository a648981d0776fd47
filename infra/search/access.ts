import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { https } from "../core/network-rules";
import { policyDocument } from "../core/iam";
import type { SearchDomainArgs } from "./args";

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

/** Who reaches the nodes of a domain in a VPC over the network. */
export interface SearchMembers {
  readonly clientsId: pulumi.Output<string>;
  readonly nodesId: pulumi.Output<string>;
  /** The rules between them; when these are known, clients get through. */
  readonly ruleIds: readonly pulumi.Output<string>[];
}

/** Security groups of the nodes and of their clients, who reach the nodes by HTTPS and nothing else. */
export function searchMembers(
  name: string,
  vpcId: pulumi.Input<string>,
  opts: pulumi.CustomResourceOptions,
): SearchMembers {
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
  const ingress = new aws.vpc.SecurityGroupIngressRule(
    `${name}-nodes`,
    {
      securityGroupId: nodes.id,
      description: "HTTPS from clients",
      referencedSecurityGroupId: clients.id,
      ...https,
    },
    opts,
  );
  const egress = new aws.vpc.SecurityGroupEgressRule(
    `${name}-clients`,
    {
      securityGroupId: clients.id,
      description: "HTTPS to the domain",
      referencedSecurityGroupId: nodes.id,
      ...https,
    },
    opts,
  );
  return { clientsId: clients.id, nodesId: nodes.id, ruleIds: [ingress.id, egress.id] };
}
