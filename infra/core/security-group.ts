import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";

/** The only protocol that anything here speaks, for the rules of security groups. */
export const https = { ipProtocol: "tcp", fromPort: 443, toPort: 443 } as const;

/** A security group whose members call AWS services by HTTPS and are not called. */
export function callerGroup(
  name: string,
  args: { readonly description: string; readonly vpcId: pulumi.Input<string> },
  opts: pulumi.CustomResourceOptions,
): aws.ec2.SecurityGroup {
  const group = new aws.ec2.SecurityGroup(name, args, opts);
  const securityGroupId = group.id;
  const description = "HTTPS to AWS services";
  const cidrIpv4 = "0.0.0.0/0";
  const rule = { securityGroupId, description, cidrIpv4, ...https };
  new aws.vpc.SecurityGroupEgressRule(name, rule, opts);
  return group;
}
