import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { tenDefaultTags } from "../core/private-bucket";
import { consoleUrl } from "../core/partition";
import { bundleFile } from "../core/bundle";
import { logGroup } from "../core/logs";
import { componentInputs } from "../core/component";
import { keyOwner } from "../core/encryption-key";
import { actions, allow, publishMetrics, ServiceRole, type Statement, useKey } from "../core/iam";
import {
  inputUrl,
  limits,
  logRetentionDays,
  replayInstanceType,
  sshPublicKey,
} from "../core/limits";
import { callerGroup } from "../core/security-group";
import { cidr, Problems } from "../core/validate";
import { replayUserData } from "./user-data";

export interface ReplayHostArgs {
  /** Path of the producer's command line, a TypeScript file; it is bundled into one file. */
  readonly producerPath: string;
  /** Name of the stream that the producer writes. */
  readonly streamName: pulumi.Input<string>;
  /** What the producer may do, such as `EventStream.writeStatements()`. */
  readonly statements: readonly Statement[];
  /** Options that `replay` passes to the producer before the caller's own, such as --workload trades. @default none */
  readonly producerArguments?: readonly string[];
  /** EC2 instance type with a Graviton processor, such as t4g.small. */
  readonly instanceType: string;
  /** Name of the bucket that takes the producer. */
  readonly codeBucketName: pulumi.Input<string>;
  /** ARN of that bucket. */
  readonly codeBucketArn: pulumi.Input<string>;
  /** Event time in seconds by which records of a shard may be out of order, 0 to 86,400: what the job expects. @default 60 */
  readonly maxDisorderSeconds?: number;
  /**
   * Replays from the first boot, without a login. The position is kept in the code bucket, so that another host in place of
   * a lost one continues there. @default `replay` is started by hand
   */
  readonly start?:
    | undefined
    | {
        /** Objects to replay, such as s3://bucket/prefix/; the role may read them. */
        readonly input: string;
        /** How many times faster than it happened, 0 to 1,000,000; 0 is as fast as possible. */
        readonly speedup: number;
      };
  /** Objects besides `start.input` that the role may read, up to 10 such as s3://bucket/prefix/. @default none */
  readonly readableInputs?: readonly string[];
  /** Access from outside in addition to Session Manager. @default none, and no public address */
  readonly ssh?:
    | undefined
    | {
        /** Public key in OpenSSH's form, ED25519 or RSA. */
        readonly publicKey: string;
        /** The network from which to come, in CIDR notation with a prefix of 16 to 32 bits. */
        readonly clientCidr: string;
        /** Public subnet in which the host then stands. */
        readonly subnetId: pulumi.Input<string>;
      };
  /**
   * What has to read the stream before the first record comes, such as a Firehose stream, which begins with the records
   * that come after its creation. @default none
   */
  readonly startAfter?: readonly pulumi.Resource[];
  /** Days for which the host's log is kept, one of those CloudWatch Logs offers. */
  readonly logRetentionDays: number;
  /** VPC of the subnets. */
  readonly vpcId: pulumi.Input<string>;
  /** Private subnets; the host stands in the first. */
  readonly subnetIds: pulumi.Input<pulumi.Input<string>[]>;
  /** Security groups to join besides the host's own, such as the clients of a domain. */
  readonly securityGroupIds?: readonly pulumi.Input<string>[];
  /** Encrypts the volume. @default true */
  readonly encryptAtRest?: boolean;
  /** ARN of the KMS key that encrypts code bucket, volume and log. @default the services' own keys */
  readonly kmsKeyArn?: pulumi.Input<string> | undefined;
}

const defaultMaxDisorderSeconds = 60;

function validate(name: string, args: ReplayHostArgs): void {
  const { start, ssh, readableInputs = [] } = args;
  const problems = new Problems();
  problems.check(args, {
    instanceType: replayInstanceType,
    maxDisorderSeconds: limits.maxDisorderSeconds,
    readableInputs: inputUrl,
    logRetentionDays,
  });
  problems.distinct("readableInputs", readableInputs, limits.replayReadableInputs);
  problems.check(start ?? {}, { input: inputUrl, speedup: limits.replaySpeedup }, "start.");
  const clientCidr = cidr(limits.sshClientPrefixLength);
  problems.check(ssh ?? {}, { publicKey: sshPublicKey, clientCidr }, "ssh.");
  problems.throwIfAny(`ReplayHost "${name}" has invalid arguments`);
}

/** Amazon's pointer to the newest Amazon Linux 2023 image; the minimal image lacks the SSM agent. */
const imageParameter = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64";

/**
 * An EC2 instance that replays events into a stream from close by. It has no public address and no open port unless
 * `ssh` gives it both; people come in through Session Manager and type `replay --help`, or the replay starts automatically.
 * It holds no state but the position of that replay, which is in the code bucket as well, under `replay/`, stream and input:
 * without that object the replay starts from the beginning. A new producer or another start replaces the host, with the
 * newest image of Amazon Linux. That image alone does not; `pulumi up --replace` with the URN of the instance renews it.
 * EC2 moves it off failed hardware by default, with its volume:
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-recover.html
 * Its log and the use of memory and disk go to CloudWatch.
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
    super(
      "streaming:infra:ReplayHost",
      name,
      componentInputs(args, "producerPath", "startAfter"),
      opts,
    );
    validate(name, args);

    const child = { parent: this };
    const { region } = aws.getRegionOutput({}, child);
    const { partition } = aws.getPartitionOutput({}, child);
    const image = aws.ssm.getParameterOutput({ name: imageParameter }, child);
    const encryptAtRest = args.encryptAtRest ?? true;

    const producer = bundleFile(args.producerPath);
    const producerObject = new aws.s3.BucketObjectv2(
      `${name}-producer`,
      {
        bucket: args.codeBucketName,
        key: `producer/${producer.sha256}.js`,
        source: new pulumi.asset.FileAsset(producer.path),
        contentType: "text/javascript",
        overrideProvider: tenDefaultTags(),
      },
      child,
    );

    const log = logGroup(`${name}-logs`, args, child);
    const { start, readableInputs = [] } = args;
    // Another stream or input has a position of its own.
    const positionFolder = pulumi.interpolate`replay/${args.streamName}/${encodeURIComponent(start?.input.slice("s3://".length) ?? "")}`;
    const role = new ServiceRole(
      `${name}-role`,
      {
        service: "ec2.amazonaws.com",
        statements: [
          sessionManagerStatement,
          ...agentStatements(log.arn),
          ...(start ? [start.input, ...readableInputs] : readableInputs).flatMap((input) =>
            inputStatements(input, partition),
          ),
          ...(start ? positionStatements(args.codeBucketArn, positionFolder) : []),
          allow(
            ["s3:GetObject"],
            [pulumi.interpolate`${args.codeBucketArn}/${producerObject.key}`],
          ),
          // Amazon Linux's package repositories are buckets of Amazon's and readable by everybody; no statement.
          ...useKey(
            args.kmsKeyArn,
            start ? ["kms:Decrypt", "kms:GenerateDataKey"] : ["kms:Decrypt"],
            "s3",
            region,
          ),
          ...args.statements,
        ],
      },
      child,
    );
    const profile = new aws.iam.InstanceProfile(name, { role: role.name }, child);

    const description = "Replay host";
    const securityGroup = callerGroup(name, { description, vpcId: args.vpcId }, child);

    const keyPair = args.ssh && new aws.ec2.KeyPair(name, { publicKey: args.ssh.publicKey }, child);
    const instance = new aws.ec2.Instance(
      name,
      {
        // Not `value`, which is secret in every parameter and would hide the image in plans.
        ami: image.insecureValue,
        instanceType: args.instanceType,
        subnetId: args.ssh?.subnetId ?? pulumi.output(args.subnetIds).apply((ids) => ids[0] ?? ""),
        // With SSH the Elastic IP takes the place of this one; false would differ from what AWS reports afterwards.
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
          .output({
            bucketName: args.codeBucketName,
            key: producerObject.key,
            streamName: args.streamName,
            region,
            logGroupName: log.name,
            positionFolder,
          })
          .apply(({ positionFolder: folder, ...known }) =>
            replayUserData({
              ...known,
              sha256: producer.sha256,
              maxDisorderSeconds: args.maxDisorderSeconds ?? defaultMaxDisorderSeconds,
              producerArguments: args.producerArguments ?? [],
              start: start && { ...start, positionFolder: folder },
            }),
          ),
        // The script runs at the first boot only; changing it in place would change nothing.
        userDataReplaceOnChange: true,
        tags: { Name: name },
      },
      // The first boot downloads with the role's permissions.
      {
        parent: this,
        dependsOn: [...role.ready, ...(args.startAfter ?? [])],
        // Amazon publishes an image every other week: an unrelated update would interrupt a replay.
        ignoreChanges: ["ami"],
        replacementTrigger: keyOwner(encryptAtRest ? args.kmsKeyArn : undefined),
        // Its last position, which the next host takes, is in the bucket when it has stopped.
        deleteBeforeReplace: true,
      },
    );

    this.instanceId = instance.id;
    const reached = { instanceId: instance.id, securityGroupId: securityGroup.id };
    const { ssh } = args;
    this.publicIp =
      ssh && replayAccess(`${name}-ssh`, { ...reached, clientCidr: ssh.clientCidr }, child);
    this.sessionManagerUrl = consoleUrl(
      region,
      pulumi.interpolate`systems-manager/session-manager/${instance.id}?region=${region}`,
    );
    this.registerOutputs({
      instanceId: this.instanceId,
      sessionManagerUrl: this.sessionManagerUrl,
      ...(this.publicIp && { publicIp: this.publicIp }),
    });
  }
}

/** A public address for a replay host, and an SSH port that is open to one network, in CIDR notation. */
function replayAccess(
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

/** What a host needs for Session Manager, without the parameters that AmazonSSMManagedInstanceCore can read. */
const sessionManagerStatement = allow(
  actions({
    ssm: "UpdateInstanceInformation",
    ssmmessages: "CreateControlChannel CreateDataChannel OpenControlChannel OpenDataChannel",
  }),
  // No resource but * is accepted:
  // https://docs.aws.amazon.com/systems-manager/latest/userguide/getting-started-create-iam-instance-profile.html
  ["*"],
);

/**
 * What the CloudWatch agent needs to send metrics of its own namespace and the log.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/create-iam-roles-for-cloudwatch-agent.html
 */
function agentStatements(logGroupArn: pulumi.Input<string>): Statement[] {
  return [
    publishMetrics("CWAgent"),
    allow(
      ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
      [pulumi.interpolate`${logGroupArn}:*`],
    ),
  ];
}

/** Lists and reads the objects of an input, and no others. */
function inputStatements(input: string, partition: pulumi.Input<string>): Statement[] {
  const [, bucket = "", prefix = ""] = inputUrl.pattern.exec(input) ?? [];
  const arn = pulumi.interpolate`arn:${partition}:s3:::${bucket}`;
  return [
    allow(["s3:ListBucket"], [arn], { StringLike: { "s3:prefix": `${prefix}*` } }),
    allow(["s3:GetObject"], [pulumi.interpolate`${arn}/${prefix}*`]),
  ];
}

/** Reads and writes the position of a replay; a missing one is not found only where its folder is listed. */
function positionStatements(bucketArn: pulumi.Input<string>, folder: pulumi.Input<string>) {
  return [
    allow(["s3:ListBucket"], [bucketArn], {
      StringEquals: { "s3:prefix": pulumi.interpolate`${folder}/` },
    }),
    allow(["s3:GetObject", "s3:PutObject"], [pulumi.interpolate`${bucketArn}/${folder}/position`]),
  ];
}
