import type * as pulumi from "@pulumi/pulumi";
import type { StackConfig } from "./config";
import type { Network } from "../network/network";

/** Where the programs lie that run in the pipeline. */
export interface PipelinePaths {
  /** The Flink job's jar. */
  readonly jobJar: string;
  /** The producer's command line. */
  readonly producer: string;
}

/** The configuration of a stack and what it deploys. */
export type PipelineArgs = StackConfig & { readonly paths: PipelinePaths };

/** What most parts of a pipeline are told alike. */
export interface Common {
  readonly encryptAtRest: boolean;
  /** Undefined where AWS's own keys encrypt. */
  readonly kmsKeyArn: pulumi.Output<string> | undefined;
  readonly logRetentionDays: number;
  readonly protectData: boolean;
}

export function commonArguments(
  { encryption, logRetentionDays, protectData }: StackConfig,
  kmsKeyArn: pulumi.Output<string> | undefined,
): Common {
  return { encryptAtRest: encryption.encryptAtRest, kmsKeyArn, logRetentionDays, protectData };
}

/** Where hosts, applications and functions stand. */
export function privateSubnets({ vpcId, privateSubnetIds }: Network) {
  return { vpcId, subnetIds: privateSubnetIds };
}
