import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

/** A public address for a replay host, and an SSH port that is open to one network, in CIDR notation. */
export function replayAccess(
  name: string,
  args: {
    readonly instanceId: pulumi.Input<string>;
    readonly securityGroupId: pulumi.Input<string>;
    readonly clientCidr: string;
  },
  opts: pulumi.ComponentResourceOptions,
): pulumi.Output<string> {
  const parent = new pulumi.ComponentResource("streaming:infra:ReplayAccess", name, args, opts);
  const { instanceId, securityGroupId, clientCidr: cidrIpv4 } = args;
  const description = "SSH from the given network";
  const ssh = { ipProtocol: "tcp", fromPort: 22, toPort: 22 };
  new aws.vpc.SecurityGroupIngressRule(
    name,
    { securityGroupId, description, cidrIpv4, ...ssh },
    { parent },
  );
  const address = new aws.ec2.Eip(name, { domain: "vpc", tags: { Name: name } }, { parent });
  const { allocationId } = address;
  new aws.ec2.EipAssociation(name, { instanceId, allocationId }, { parent });
  return address.publicIp;
}
