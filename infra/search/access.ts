import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { https } from "../core/security-group";
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

/** Security groups of the nodes and of their clients, who reach the nodes by HTTPS alone once the rules are known. */
export function searchMembers(
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
