import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { bundle } from "./bundle";
import { https } from "./https";
import { allow, ServiceRole, type Statement, useKey } from "./iam";
import { replayInstanceType } from "./limits";
import { replayUserData } from "./replay-user-data";
import { Problems } from "./validate";

export interface ReplayHostArgs {
  /** Path of the producer's command line, a TypeScript file; it is bundled into one file. */
  readonly producerPath: string;
  /** Name of the stream that the producer writes. */
  readonly streamName: pulumi.Input<string>;
  /** What the producer may do, such as `EventStream.writeStatements()`. */
  readonly statements: readonly Statement[];
  /** EC2 instance type with a Graviton processor, such as t4g.small. */
  readonly instanceType: string;
  /** Name of the bucket that takes the producer. */
  readonly codeBucketName: pulumi.Input<string>;
  /** ARN of that bucket. */
  readonly codeBucketArn: pulumi.Input<string>;
  /** VPC of the subnets. */
  readonly vpcId: pulumi.Input<string>;
  /** Private subnets; the host stands in the first. */
  readonly subnetIds: pulumi.Input<pulumi.Input<string>[]>;
  /** Security groups to join beside the host's own, such as the clients of a domain. */
  readonly securityGroupIds?: readonly pulumi.Input<string>[];
  /** Encrypts the volume. @default true */
  readonly encryptAtRest?: boolean;
  /** ARN of the KMS key that encrypts code bucket and volume. @default the services' own keys */
  readonly kmsKeyArn?: pulumi.Input<string> | undefined;
}

/** Amazon's pointer to the newest Amazon Linux 2023 image; the minimal image lacks the SSM agent. */
const imageParameter = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64";

/** What a host needs for Session Manager, without the parameters that AmazonSSMManagedInstanceCore can read. */
const sessionManager = allow(
  [
    "ssm:UpdateInstanceInformation",
    "ssmmessages:CreateControlChannel",
    "ssmmessages:CreateDataChannel",
    "ssmmessages:OpenControlChannel",
    "ssmmessages:OpenDataChannel",
  ],
  // No resource but * is accepted:
  // https://docs.aws.amazon.com/systems-manager/latest/userguide/getting-started-create-iam-instance-profile.html
  ["*"],
);

/**
 * An EC2 instance that replays events into a stream from close by. It has no public address and no open port; people
 * come in through Session Manager and type `replay --help`. It holds no state: a new producer or a new image of Amazon
 * Linux replaces it.
 *
 * @example
 * new ReplayHost("replay", {
 *   producerPath: "producer/cli.ts",
 *   streamName: events.name,
 *   statements: events.writeStatements(),
 *   instanceType: "t4g.small",
 *   codeBucketName: artifacts.bucketName,
 *   codeBucketArn: artifacts.arn,
 *   vpcId: network.vpcId,
 *   subnetIds: network.privateSubnetIds,
 * });
 */
export class ReplayHost extends pulumi.ComponentResource {
  readonly instanceId: pulumi.Output<string>;
  /** Opens a shell on the host in the browser. */
  readonly sessionManagerUrl: pulumi.Output<string>;

  /** @throws Error that lists every invalid argument. */
  constructor(name: string, args: ReplayHostArgs, opts?: pulumi.ComponentResourceOptions) {
    super("streaming:infra:ReplayHost", name, args, opts);
    validate(name, args);

    const { region } = aws.getRegionOutput({}, { parent: this });
    const image = aws.ssm.getParameterOutput({ name: imageParameter }, { parent: this });
    const encryptAtRest = args.encryptAtRest ?? true;

    const producer = bundle(args.producerPath);
    const producerObject = new aws.s3.BucketObjectv2(
      `${name}-producer`,
      {
        bucket: args.codeBucketName,
        key: `producer/${producer.sha256}.js`,
        source: new pulumi.asset.StringAsset(producer.text),
        contentType: "text/javascript",
      },
      { parent: this },
    );

    const role = new ServiceRole(
      `${name}-role`,
      {
        service: "ec2.amazonaws.com",
        statements: [
          sessionManager,
          allow(
            ["s3:GetObject"],
            [pulumi.interpolate`${args.codeBucketArn}/${producerObject.key}`],
          ),
          // Amazon Linux's package repositories are buckets of Amazon's and readable by everybody; no statement.
          ...useKey(args.kmsKeyArn, ["kms:Decrypt"], "s3", region),
          ...args.statements,
        ],
      },
      { parent: this },
    );
    const profile = new aws.iam.InstanceProfile(name, { role: role.name }, { parent: this });

    const securityGroup = new aws.ec2.SecurityGroup(
      name,
      { description: "Replay host", vpcId: args.vpcId },
      { parent: this },
    );
    new aws.vpc.SecurityGroupEgressRule(
      name,
      {
        securityGroupId: securityGroup.id,
        description: "HTTPS to AWS services",
        cidrIpv4: "0.0.0.0/0",
        ...https,
      },
      { parent: this },
    );

    const instance = new aws.ec2.Instance(
      name,
      {
        // Not `value`, which is secret in every parameter and would hide the image in plans.
        ami: image.insecureValue,
        instanceType: args.instanceType,
        subnetId: pulumi.output(args.subnetIds).apply((ids) => ids[0] ?? ""),
        associatePublicIpAddress: false,
        vpcSecurityGroupIds: [securityGroup.id, ...(args.securityGroupIds ?? [])],
        iamInstanceProfile: profile.name,
        metadataOptions: {
          httpEndpoint: "enabled",
          httpTokens: "required",
          // Containers on the host, one hop further, stay without the host's credentials.
          httpPutResponseHopLimit: 1,
        },
        rootBlockDevice: {
          volumeType: "gp3",
          volumeSize: 20,
          encrypted: encryptAtRest,
          ...(encryptAtRest && args.kmsKeyArn !== undefined && { kmsKeyId: args.kmsKeyArn }),
        },
        userData: pulumi
          .all([args.codeBucketName, producerObject.key, args.streamName, region])
          .apply(([bucketName, key, streamName, regionName]) =>
            replayUserData({
              bucketName,
              key,
              sha256: producer.sha256,
              streamName,
              region: regionName,
            }),
          ),
        // The script runs at the first boot only; changing it in place would change nothing.
        userDataReplaceOnChange: true,
        tags: { Name: name },
      },
      // The first boot downloads with the role's permissions.
      { parent: this, dependsOn: [...role.ready] },
    );

    this.instanceId = instance.id;
    this.sessionManagerUrl = pulumi.interpolate`https://${region}.console.aws.amazon.com/systems-manager/session-manager/${instance.id}?region=${region}`;
    this.registerOutputs({
      instanceId: this.instanceId,
      sessionManagerUrl: this.sessionManagerUrl,
    });
  }
}

function validate(name: string, args: ReplayHostArgs): void {
  const problems = new Problems();
  problems.matches("instanceType", args.instanceType, replayInstanceType);
  problems.throwIfAny(`ReplayHost "${name}" has invalid arguments`);
}
