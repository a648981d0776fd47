import type * as pulumi from "@pulumi/pulumi";
import type { DeliveryStreamArgs } from "../delivery/args";
import type { DeliveryStream } from "../delivery/delivery-stream";
import { indexOf } from "../delivery/workloads";
import type { EventStream } from "../stream/event-stream";
import type { ServiceRole } from "../core/iam";
import type { Network } from "../network/network";
import { type Common, type PipelineArgs, privateSubnets } from "./common";
import type { SearchDomainArgs } from "../search/args";
import type { SearchBootstrapArgs } from "../search/bootstrap/bootstrap";
import type { SearchDomain } from "../search/domain";
import type { SearchSignIn } from "../search/sign-in";

/** What a delivery into the domain connects. */
export interface EventsDeliveryParts {
  readonly network: Network;
  readonly events: EventStream;
  readonly domain: SearchDomain;
  readonly logBucketName: pulumi.Output<string>;
}

/** The domain and who is let in. */
export interface SearchParties {
  readonly network: Network;
  readonly domain: SearchDomain;
  /** The domain's master user. */
  readonly admin: ServiceRole;
  /** The job, which writes. */
  readonly job: ServiceRole;
  readonly signIn: SearchSignIn | undefined;
  /** What delivers events as they are. */
  readonly eventsDelivery: DeliveryStream | undefined;
}

/** How events get into the domain as they are: sooner than into the archive, a new index each day. */
export const eventsBuffer = { bufferMiB: 5, bufferSeconds: 60 };

export function eventsDeliveryArguments(
  { job, delivery }: PipelineArgs,
  { kmsKeyArn, logRetentionDays, protectData }: Common,
  { network, events, domain, logBucketName }: EventsDeliveryParts,
): DeliveryStreamArgs {
  const { transform, indexName } = indexOf(job.workload);
  return {
    ...eventsBuffer,
    source: { streamArn: events.arn, statements: events.readStatements() },
    transform,
    search: {
      domainArn: domain.arn,
      indexName,
      rotation: "OneDay",
      subnetIds: network.privateSubnetIds,
      securityGroupIds: domain.clientSecurityGroupIds,
    },
    expirationDays: delivery.expirationDays,
    logRetentionDays,
    kmsKeyArn,
    logBucketName,
    protectData,
  };
}

/** @param admin - the domain's master user. */
export function searchArguments(
  { search }: PipelineArgs,
  { encryptAtRest, kmsKeyArn, logRetentionDays, protectData }: Common,
  network: Network,
  admin: ServiceRole,
  signIn: SearchSignIn | undefined,
): SearchDomainArgs {
  const { userPoolId, identityPoolId, roleArn } = signIn ?? {};
  return {
    ...search,
    vpc: { ...privateSubnets(network), subnetCount: network.subnetCount },
    masterUserArn: admin.arn,
    ...(userPoolId &&
      identityPoolId &&
      roleArn && { signIn: { userPoolId, identityPoolId, roleArn } }),
    encryptAtRest,
    kmsKeyArn,
    logRetentionDays,
    protectData,
  };
}

/** What is put into the domain before the job starts. */
export function searchSettingsArguments(
  args: PipelineArgs,
  { encryptAtRest, kmsKeyArn, logRetentionDays }: Common,
  { network, admin, domain, job, signIn, eventsDelivery }: SearchParties,
): SearchBootstrapArgs {
  return {
    endpoint: domain.endpoint,
    masterRole: admin,
    statements: domain.adminStatements(),
    vpc: {
      subnetIds: network.privateSubnetIds,
      securityGroupIds: domain.clientSecurityGroupIds,
    },
    replicas: domain.zones - 1,
    accessControl: encryptAtRest,
    writerRoleArns: [job.arn],
    deliveryRoleArns: eventsDelivery ? [eventsDelivery.roleArn] : [],
    readerRoleArns: [...args.search.readerRoleArns, ...(signIn ? [signIn.userRoleArn] : [])],
    logRetentionDays,
    kmsKeyArn,
  };
}
