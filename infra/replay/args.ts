import type * as pulumi from "@pulumi/pulumi";
import type { Workload } from "../delivery/workloads";
import type { Statement } from "../core/iam";
import {
  inputUrl,
  limits,
  logRetentionDays,
  replayInstanceType,
  sshPublicKey,
} from "../core/limits";
import { Problems } from "../core/validate";

export interface ReplayHostArgs {
  /** Path of the producer's command line, a TypeScript file; it is bundled into one file. */
  readonly producerPath: string;
  /** Name of the stream that the producer writes. */
  readonly streamName: pulumi.Input<string>;
  /** What the producer may do, such as `EventStream.writeStatements()`. */
  readonly statements: readonly Statement[];
  /** What `replay` sends unless it is told: trips of a file, or trades that it makes up. @default taxi */
  readonly workload?: Workload;
  /** EC2 instance type with a Graviton processor, such as t4g.small. */
  readonly instanceType: string;
  /** Name of the bucket that takes the producer. */
  readonly codeBucketName: pulumi.Input<string>;
  /** ARN of that bucket. */
  readonly codeBucketArn: pulumi.Input<string>;
  /** Event time in seconds by which records of a shard may be out of order, 0 to 86,400: what the job expects. @default 60 */
  readonly maxDisorderSeconds?: number;
  /** Replays at the first boot, without anybody logging in. @default somebody types `replay` */
  readonly start?:
    | undefined
    | {
        /** Objects to replay, such as s3://bucket/prefix/; the role may read them. */
        readonly input: string;
        /** How many times faster than it happened, 0 to 1,000,000; 0 is as fast as possible. */
        readonly speedup: number;
      };
  /** A way in from outside beside Session Manager. @default none, and no public address */
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
  /** Days for which the host's log is kept, one of those CloudWatch Logs offers. */
  readonly logRetentionDays: number;
  /** VPC of the subnets. */
  readonly vpcId: pulumi.Input<string>;
  /** Private subnets; the host stands in the first. */
  readonly subnetIds: pulumi.Input<pulumi.Input<string>[]>;
  /** Security groups to join beside the host's own, such as the clients of a domain. */
  readonly securityGroupIds?: readonly pulumi.Input<string>[];
  /** Encrypts the volume. @default true */
  readonly encryptAtRest?: boolean;
  /** ARN of the KMS key that encrypts code bucket, volume and log. @default the services' own keys */
  readonly kmsKeyArn?: pulumi.Input<string> | undefined;
}

export const defaultMaxDisorderSeconds = 60;

/** @throws Error that lists every invalid argument. */
export function validateReplayArguments(name: string, args: ReplayHostArgs): void {
  const problems = new Problems();
  problems.matches("instanceType", args.instanceType, replayInstanceType);
  problems.integer(
    "maxDisorderSeconds",
    args.maxDisorderSeconds ?? defaultMaxDisorderSeconds,
    limits.maxDisorderSeconds,
  );
  if (args.start !== undefined) {
    problems.matches("start.input", args.start.input, inputUrl);
    problems.integer("start.speedup", args.start.speedup, limits.replaySpeedup);
  }
  if (args.ssh !== undefined) {
    problems.matches("ssh.publicKey", args.ssh.publicKey, sshPublicKey);
    problems.cidr("ssh.clientCidr", args.ssh.clientCidr, limits.sshClientPrefixLength);
  }
  problems.oneOf("logRetentionDays", args.logRetentionDays, logRetentionDays);
  problems.throwIfAny(`ReplayHost "${name}" has invalid arguments`);
}
