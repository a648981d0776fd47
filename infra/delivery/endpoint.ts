import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { https } from "../core/security-group";
import { policyDocument } from "../core/iam";
import { Problems } from "../core/validate";

export interface DeliveryEndpointArgs {
  readonly vpcId: pulumi.Input<string>;
  /** One subnet in each zone to reach Firehose from. */
  readonly subnetIds: pulumi.Input<pulumi.Input<string>[]>;
  /** Security groups whose members may put records; at least one. */
  readonly clientSecurityGroupIds: readonly pulumi.Input<string>[];
  /** ARNs of the delivery streams that can be reached through it, such as `DeliveryStream.arn`; at least one. */
  readonly deliveryStreamArns: readonly pulumi.Input<string>[];
}

/**
 * A private way to Firehose for those who put records from inside a VPC: an interface endpoint that lets given
 * security groups put records to given delivery streams, and nothing else. A VPC has one such endpoint.
 *
 * @example
 * new DeliveryEndpoint("firehose", {
 *   vpcId: network.vpcId,
 *   subnetIds: network.privateSubnetIds,
 *   clientSecurityGroupIds: [clients.id],
 *   deliveryStreamArns: [archive.arn],
 * });
 */
export class DeliveryEndpoint extends pulumi.ComponentResource {
  readonly id: pulumi.Output<string>;

  /** @throws Error that lists every invalid argument. */
  constructor(name: string, args: DeliveryEndpointArgs, opts?: pulumi.ComponentResourceOptions) {
    super("streaming:infra:DeliveryEndpoint", name, args, opts);
    const problems = new Problems();
    for (const key of ["clientSecurityGroupIds", "deliveryStreamArns"] as const) {
      problems.require(args[key].length > 0, `${key} must name at least one; got none`);
    }
    problems.throwIfAny(`DeliveryEndpoint "${name}" has invalid arguments`);

    const { region } = aws.getRegionOutput({}, { parent: this });
    const { accountId } = aws.getCallerIdentityOutput({}, { parent: this });
    const securityGroup = new aws.ec2.SecurityGroup(
      name,
      { description: "Clients of the private endpoint of Firehose", vpcId: args.vpcId },
      { parent: this },
    );
    args.clientSecurityGroupIds.forEach((clientSecurityGroupId, index) => {
      new aws.vpc.SecurityGroupIngressRule(
        `${name}-client-${index}`,
        {
          securityGroupId: securityGroup.id,
          description: "HTTPS from clients",
          referencedSecurityGroupId: clientSecurityGroupId,
          ...https,
        },
        { parent: this },
      );
    });
    const endpoint = new aws.ec2.VpcEndpoint(
      name,
      {
        vpcId: args.vpcId,
        serviceName: pulumi.interpolate`com.amazonaws.${region}.kinesis-firehose`,
        vpcEndpointType: "Interface",
        privateDnsEnabled: true,
        subnetIds: args.subnetIds,
        securityGroupIds: [securityGroup.id],
        policy: policyDocument([
          {
            Effect: "Allow",
            Principal: "*",
            Action: ["firehose:PutRecord", "firehose:PutRecordBatch"],
            Resource: [...args.deliveryStreamArns],
            // The endpoint is for this account's principals; its streams are named above.
            Condition: { StringEquals: { "aws:PrincipalAccount": accountId } },
          },
        ]),
      },
      { parent: this },
    );

    this.id = endpoint.id;
    this.registerOutputs({ id: this.id });
  }
}
