import type * as pulumi from "@pulumi/pulumi";
import {
  limits,
  logRetentionDays,
  natGatewayStrategies,
  type NatGatewayStrategy,
  subnetIdentifier,
  vpcIdentifier,
} from "../core/limits";
import { type Naming, ownName, Problems } from "../core/validate";

/** A network of the component's own. */
export interface NewNetwork {
  /** The VPC's addresses in CIDR notation, with a prefix of 16 to 24 bits, such as 10.0.0.0/16. */
  readonly cidr: string;
  /** Names of one to six availability zones; each gets a private and a public subnet. */
  readonly availabilityZones: readonly string[];
  /** How private subnets reach the internet; None needs `interfaceEndpoints`. */
  readonly natGateways: NatGatewayStrategy;
  /** Reaches the AWS services that the pipeline calls by private links, an hourly price for each service and zone. */
  readonly interfaceEndpoints: boolean;
  /** Days for which flow logs are kept, one of those CloudWatch Logs offers. */
  readonly logRetentionDays: number;
  /** ARN of the KMS key that encrypts the flow log. @default CloudWatch's own key */
  readonly kmsKeyArn?: pulumi.Input<string> | undefined;
}

/** A network that is there already and stays as it is: routes, links to AWS services and logs are its owner's. */
export interface ExistingNetwork {
  readonly vpcId: string;
  /** One to six private subnets, each in another availability zone, with a way to the services of AWS. */
  readonly privateSubnetIds: readonly string[];
  /** Public subnets, for what needs a public address. @default none */
  readonly publicSubnetIds?: readonly string[];
}

export type NetworkArgs = NewNetwork | { readonly existing: ExistingNetwork };

/** @throws Error that lists every invalid argument. */
export function validateNetworkArguments(name: string, args: NetworkArgs): void {
  const problems = new Problems();
  if ("existing" in args) validateExisting(args.existing, problems);
  else validateNew(args, problems);
  problems.throwIfAny(`Network "${name}" has invalid arguments`);
}

/** Private subnets must reach the services of AWS. */
export function checkReachability(
  { natGateways, interfaceEndpoints }: Pick<NewNetwork, "natGateways" | "interfaceEndpoints">,
  problems: Problems,
  name: Naming<"natGateways" | "interfaceEndpoints"> = ownName,
): void {
  problems.require(
    natGateways !== "None" || interfaceEndpoints,
    `${name("natGateways")} must not be None without ${name("interfaceEndpoints")}: private subnets could not reach AWS. Set ${name("interfaceEndpoints")} to true, or ${name("natGateways")} to Single`,
  );
}

function validateNew(args: NewNetwork, problems: Problems): void {
  problems.cidr("cidr", args.cidr, limits.vpcPrefixLength);
  problems.distinct("availabilityZones", args.availabilityZones, limits.availabilityZones);
  problems.oneOf("natGateways", args.natGateways, natGatewayStrategies);
  checkReachability(args, problems);
  problems.oneOf("logRetentionDays", args.logRetentionDays, logRetentionDays);
}

function validateExisting(existing: ExistingNetwork, problems: Problems): void {
  const { privateSubnetIds, publicSubnetIds = [] } = existing;
  problems.matches("existing.vpcId", existing.vpcId, vpcIdentifier);
  problems.distinct("existing.privateSubnetIds", privateSubnetIds, limits.availabilityZones);
  for (const id of [...privateSubnetIds, ...publicSubnetIds]) {
    problems.matches("existing subnet", id, subnetIdentifier);
  }
}
