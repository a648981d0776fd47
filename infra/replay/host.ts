import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { bundleOnce } from "../core/bundle";
import { componentInputs } from "../core/component";
import { keyOwner } from "../core/encryption-key";
import { https } from "../core/network-rules";
import { allow, ServiceRole, useKey } from "../core/iam";
import { defaultMaxDisorderSeconds, type ReplayHostArgs, validateReplayArguments } from "./args";
import { ReplayAccess } from "./access";
import { agentStatements, inputStatements, sessionManagerStatement } from "./permissions";
import { replayUserData } from "./user-data";

/** Amazon's pointer to the newest Amazon Linux 2023 image; the minimal image lacks the SSM agent. */
const imageParameter = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64";

/**
 * An EC2 instance that replays events into a stream from close by. It has no public address and no open port unless
 * `ssh` gives it both; people come in through Session Manager and type `replay --help`, or the replay starts by itself.
 * It holds no state: a new producer or another start replaces it, with the newest image of Amazon Linux. That image alone
 * does not; `pulumi up --replace` with the URN of the instance renews it. Its log and the use of memory and disk go to
 * CloudWatch.
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
 *   logRetentionDays: 30,
 * });
 */
export class ReplayHost extends pulumi.ComponentResource {
  readonly instanceId: pulumi.Output<string>;
  /** Opens a shell on the host in the browser. */
  readonly sessionManagerUrl: pulumi.Output<string>;
  /** Public address of a host with `ssh`. */
  readonly publicIp: pulumi.Output<string> | undefined;

  /** @throws Error that lists every invalid argument. */
  constructor(name: string, args: ReplayHostArgs, opts?: pulumi.ComponentResourceOptions) {
    super("streaming:infra:ReplayHost", name, componentInputs(args, "producerPath"), opts);
    validateReplayArguments(name, args);

    const { region } = aws.getRegionOutput({}, { parent: this });
    const { partition } = aws.getPartitionOutput({}, { parent: this });
    const image = aws.ssm.getParameterOutput({ name: imageParameter }, { parent: this });
    const encryptAtRest = args.encryptAtRest ?? true;

    const producer = bundleOnce(args.producerPath);
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

    const logGroup = new aws.cloudwatch.LogGroup(
      `${name}-logs`,
      { retentionInDays: args.logRetentionDays, kmsKeyId: args.kmsKeyArn },
      { parent: this },
    );
    const role = new ServiceRole(
      `${name}-role`,
      {
        service: "ec2.amazonaws.com",
        statements: [
          sessionManagerStatement,
          ...agentStatements(logGroup.arn),
          ...inputStatements(args.start?.input, partition),
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

    const keyPair =
      args.ssh && new aws.ec2.KeyPair(name, { publicKey: args.ssh.publicKey }, { parent: this });
    const instance = new aws.ec2.Instance(
      name,
      {
        // Not `value`, which is secret in every parameter and would hide the image in plans.
        ami: image.insecureValue,
        instanceType: args.instanceType,
        subnetId: args.ssh?.subnetId ?? pulumi.output(args.subnetIds).apply((ids) => ids[0] ?? ""),
        // With SSH the Elastic IP takes the place of this one; false would differ from what AWS tells afterwards.
        associatePublicIpAddress: args.ssh !== undefined,
        ...(keyPair !== undefined && { keyName: keyPair.keyName }),
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
          .all([args.codeBucketName, producerObject.key, args.streamName, region, logGroup.name])
          .apply(([bucketName, key, streamName, regionName, logGroupName]) =>
            replayUserData({
              bucketName,
              key,
              sha256: producer.sha256,
              streamName,
              region: regionName,
              maxDisorderSeconds: args.maxDisorderSeconds ?? defaultMaxDisorderSeconds,
              logGroupName,
              workload: args.workload ?? "taxi",
              start: args.start,
            }),
          ),
        // The script runs at the first boot only; changing it in place would change nothing.
        userDataReplaceOnChange: true,
        tags: { Name: name },
      },
      // The first boot downloads with the role's permissions.
      {
        parent: this,
        dependsOn: [...role.ready],
        // Amazon publishes an image every other week: an update of something else would begin the replay anew.
        ignoreChanges: ["ami"],
        replacementTrigger: keyOwner(encryptAtRest ? args.kmsKeyArn : undefined),
      },
    );

    const access =
      args.ssh &&
      new ReplayAccess(
        `${name}-ssh`,
        {
          instanceId: instance.id,
          securityGroupId: securityGroup.id,
          clientCidr: args.ssh.clientCidr,
        },
        { parent: this },
      );

    this.instanceId = instance.id;
    this.publicIp = access?.publicIp;
    this.sessionManagerUrl = pulumi.interpolate`https://${region}.console.aws.amazon.com/systems-manager/session-manager/${instance.id}?region=${region}`;
    this.registerOutputs({
      instanceId: this.instanceId,
      sessionManagerUrl: this.sessionManagerUrl,
      ...(this.publicIp && { publicIp: this.publicIp }),
    });
  }
}
