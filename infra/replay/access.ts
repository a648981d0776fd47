import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

export interface ReplayAccessArgs {
  readonly instanceId: pulumi.Input<string>;
  readonly securityGroupId: pulumi.Input<string>;
  /** The only network that gets to the SSH port, in CIDR notation. */
  readonly clientCidr: string;
}

/** A public address for a replay host, and an SSH port that is open to one network. */
export class ReplayAccess extends pulumi.ComponentResource {
  readonly publicIp: pulumi.Output<string>;

  constructor(name: string, args: ReplayAccessArgs, opts?: pulumi.ComponentResourceOptions) {
    super("streaming:infra:ReplayAccess", name, args, opts);

    new aws.vpc.SecurityGroupIngressRule(
      name,
      {
        securityGroupId: args.securityGroupId,
        description: "SSH from the given network",
        cidrIpv4: args.clientCidr,
        ipProtocol: "tcp",
        fromPort: 22,
        toPort: 22,
      },
      { parent: this },
    );
    const address = new aws.ec2.Eip(
      name,
      { domain: "vpc", tags: { Name: name } },
      { parent: this },
    );
    new aws.ec2.EipAssociation(
      name,
      { instanceId: args.instanceId, allocationId: address.allocationId },
      { parent: this },
    );

    this.publicIp = address.publicIp;
    this.registerOutputs({ publicIp: this.publicIp });
  }
}
