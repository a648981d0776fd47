import type * as pulumi from "@pulumi/pulumi";
import {
  dedicatedMasterCounts,
  limits,
  logRetentionDays,
  searchDomainName,
  searchEngineVersion,
  searchInstanceType,
  searchWarmInstanceTypes,
  type SearchWarmInstanceType,
} from "../core/limits";
import { cidr, type Naming, ownName, Problems } from "../core/validate";

export interface SearchDomainArgs {
  /** Name of the domain: 3 to 28 lower-case letters, digits and hyphens, beginning with a letter. */
  readonly domainName: pulumi.Input<string>;
  /** Engine and version, such as OpenSearch_2.19. @default OpenSearch_2.19, which is tested */
  readonly engineVersion?: string;
  /** Instance type of the data nodes, such as m7g.large.search. */
  readonly instanceType: string;
  /** Number of data nodes, 1 to 80; even where there are two zones, a multiple of three keeps three balanced. */
  readonly instanceCount: number;
  /** GiB of each data node's gp3 volume, 10 to 24,576; the instance type may allow less. */
  readonly volumeGiB: number;
  /** Dedicated master nodes: 0, 3 or 5. @default 0 */
  readonly dedicatedMasters?: number;
  /** Instance type of the dedicated masters. Needed where there are any. */
  readonly dedicatedMasterType?: string | undefined;
  /**
   * Keeps one of three zones as a standby that takes over within a minute. Needs three zones, data nodes in multiples
   * of three, dedicated masters, no T instances, and indices with two replicas. @default false
   */
  readonly standby?: boolean;
  /** UltraWarm nodes, which hold read-only indices in S3. Need dedicated masters and no T instances. @default none */
  readonly warm?: {
    readonly instanceType: SearchWarmInstanceType;
    /** 2 to 150; with `standby` a multiple of three. */
    readonly instanceCount: number;
  };
  /** The domain's place in a VPC; this or `publicAccess`. A domain cannot move from one to the other. */
  readonly vpc?: {
    /** VPC of the subnets. */
    readonly vpcId: pulumi.Input<string>;
    /** Private subnets, one for each availability zone; the domain takes as many as it can spread over. */
    readonly subnetIds: pulumi.Input<pulumi.Input<string>[]>;
    /** How many subnets there are, so that the spread is known before the subnets are. */
    readonly subnetCount: number;
  };
  /** Puts the domain onto the internet, for given clients alone; this or `vpc`. */
  readonly publicAccess?: {
    /** Networks of the clients in CIDR notation, with prefixes of 8 to 32 bits. */
    readonly clientCidrs: readonly string[];
    /** ARNs of the IAM roles and users of the clients. */
    readonly principalArns: readonly pulumi.Input<string>[];
    /** Availability zones over which the data nodes spread, 1 to 3. */
    readonly zones: number;
  };
  /** ARN of the IAM role that administers the domain: it may read and write every index and map other roles. */
  readonly masterUserArn: pulumi.Input<string>;
  /** Sign-in to OpenSearch Dashboards through Cognito, such as a `SearchSignIn`. @default by IAM alone */
  readonly signIn?:
    | {
        readonly userPoolId: pulumi.Input<string>;
        readonly identityPoolId: pulumi.Input<string>;
        /** ARN of the role with which the domain manages its client of the user pool. */
        readonly roleArn: pulumi.Input<string>;
      }
    | undefined;
  /**
   * Creates the service-linked role that the account needs for its domains in VPCs. There is one in an account: a second
   * program that creates it fails. @default false: the account has it
   */
  readonly createServiceLinkedRole?: boolean;
  /**
   * Encrypts data at rest. Fine-grained access control needs it and goes off with it.
   * @default true
   */
  readonly encryptAtRest?: boolean;
  /** ARN of the KMS key that encrypts data and logs. @default the AWS managed key aws/es */
  readonly kmsKeyArn?: pulumi.Input<string> | undefined;
  /** Days for which the domain's logs are kept, one of those CloudWatch Logs offers. */
  readonly logRetentionDays: number;
  /** Keeps the domain when it leaves the program or the stack is destroyed. @default false */
  readonly protectData?: boolean;
}

/** Types of data nodes with disks of their own: https://docs.aws.amazon.com/opensearch-service/latest/developerguide/supported-instance-types.html */
const withoutVolumes = /^(i3|i4g|i4i|i8g|im4gn|oi2|r6gd|r7gd|r8gd)\./;
/** Types without encryption at rest: https://docs.aws.amazon.com/opensearch-service/latest/developerguide/encryption-at-rest.html */
const withoutEncryption = /^(m3|r3|t2)\./;

/** GiB of the largest volume of the smallest types: https://docs.aws.amazon.com/opensearch-service/latest/developerguide/limits.html */
const largestVolumes: Readonly<Record<string, number>> = {
  "t3.small.search": 100,
  "t3.medium.search": 200,
};
/** Data nodes beyond which T instances cannot be dedicated masters: https://docs.aws.amazon.com/opensearch-service/latest/developerguide/limits.html */
const mostNodesOfTMasters = 10;

/** Zones over which the domain spreads: two, three, or none but its own. */
export function searchZones({
  vpc,
  publicAccess,
  instanceCount,
}: Pick<SearchDomainArgs, "vpc" | "publicAccess" | "instanceCount">): number {
  return Math.min(vpc?.subnetCount ?? publicAccess?.zones ?? 1, instanceCount, 3);
}

/** @throws Error that lists every invalid argument. */
export function validateSearchArguments(name: string, args: SearchDomainArgs): void {
  const problems = new Problems();
  const { dedicatedMasters = 0, dedicatedMasterType } = args;
  problems.check(args, {
    domainName: searchDomainName,
    engineVersion: searchEngineVersion,
    instanceType: searchInstanceType,
    instanceCount: limits.searchInstanceCount,
    volumeGiB: limits.searchVolumeGiB,
    dedicatedMasters: dedicatedMasterCounts,
    dedicatedMasterType: searchInstanceType,
    logRetentionDays,
  });
  problems.require(
    dedicatedMasters === 0 || dedicatedMasterType !== undefined,
    "dedicatedMasterType is missing; say which instances the dedicated masters use",
  );
  validatePlace(args, problems);
  checkTopology(args, problems);
  problems.throwIfAny(`SearchDomain "${name}" has invalid arguments`);
}

function validatePlace(
  { vpc, publicAccess, signIn, encryptAtRest }: SearchDomainArgs,
  problems: Problems,
) {
  problems.require(
    (vpc === undefined) !== (publicAccess === undefined),
    "Set exactly one of vpc and publicAccess",
  );
  if (vpc !== undefined) {
    problems.integer("vpc.subnetCount", vpc.subnetCount, limits.availabilityZones);
  }
  if (publicAccess !== undefined) {
    const { clientCidrs, principalArns } = publicAccess;
    problems.distinct("publicAccess.clientCidrs", clientCidrs, limits.searchClients);
    const rules = {
      clientCidrs: cidr(limits.searchClientPrefixLength),
      zones: limits.searchZones,
    };
    problems.check(publicAccess, rules, "publicAccess.");
    problems.integer(
      "number of publicAccess.principalArns",
      principalArns.length,
      limits.searchClients,
    );
  }
  checkSignIn({ signIn: signIn !== undefined, encryptAtRest: encryptAtRest ?? true }, problems);
}

/** Sign-in needs fine-grained access control, which needs encryption at rest. */
export function checkSignIn(
  args: { readonly signIn: boolean; readonly encryptAtRest: boolean },
  problems: Problems,
  name: Naming<keyof typeof args> = ownName,
): void {
  problems.require(
    !args.signIn || args.encryptAtRest,
    `${name("signIn")} needs fine-grained access control: set ${name("encryptAtRest")} to true`,
  );
}

/** Whether an instance type is burstable. */
function isT(type: string): boolean {
  return /^t[0-9]/.test(type);
}

/** Arguments that the checks of the layout of nodes name. */
type TopologyName =
  | "dedicatedMasters"
  | "dedicatedMasterType"
  | "instanceCount"
  | "instanceType"
  | "standby"
  | "volumeGiB"
  | "warm.instanceCount"
  | "warm.instanceType";

/** How nodes may be laid out, where each number alone may be right. */
export function checkTopology(
  args: Pick<
    SearchDomainArgs,
    | "dedicatedMasters"
    | "dedicatedMasterType"
    | "encryptAtRest"
    | "instanceCount"
    | "instanceType"
    | "publicAccess"
    | "standby"
    | "volumeGiB"
    | "vpc"
    | "warm"
  >,
  problems: Problems,
  name: Naming<TopologyName> = ownName,
): void {
  const { standby = false, warm, instanceCount, instanceType, dedicatedMasters = 0 } = args;
  const masterType = dedicatedMasters > 0 ? args.dedicatedMasterType : undefined;
  problems.require(
    !withoutVolumes.test(instanceType),
    `${name("instanceType")} must be a type with EBS volumes, such as m7g.large.search; ${instanceType} has instance storage`,
  );
  const types: (readonly [TopologyName, string])[] = [["instanceType", instanceType]];
  if (masterType !== undefined) types.push(["dedicatedMasterType", masterType]);
  for (const [key, type] of types) {
    problems.require(
      args.encryptAtRest === false || !withoutEncryption.test(type),
      `${name(key)} must be a type that encrypts data at rest, such as m7g.large.search; got ${type}`,
    );
  }
  const largest = largestVolumes[instanceType] ?? Infinity;
  problems.require(
    !(args.volumeGiB > largest),
    `${name("volumeGiB")} must be at most ${largest} with ${name("instanceType")} ${instanceType}; got ${args.volumeGiB}`,
  );
  problems.require(
    !(instanceCount > mostNodesOfTMasters) || masterType === undefined || !isT(masterType),
    `${name("dedicatedMasterType")} must not be a T instance type with more than ${mostNodesOfTMasters} data nodes; got ${String(masterType)}`,
  );
  problems.require(
    searchZones(args) !== 2 || instanceCount % 2 === 0,
    `${name("instanceCount")} must be even in two availability zones; got ${instanceCount}`,
  );
  const needsMasters = (key: "standby" | "warm.instanceCount", steady: typeof types): void => {
    problems.require(
      dedicatedMasters > 0,
      `${name(key)} needs ${name("dedicatedMasters")} 3 or 5; got 0`,
    );
    for (const [typeKey, type] of steady) {
      problems.require(
        !isT(type),
        `${name(typeKey)} must not be a T instance type with ${name(key)}; got ${type}`,
      );
    }
  };
  if (warm !== undefined) {
    problems.oneOf(name("warm.instanceType"), warm.instanceType, searchWarmInstanceTypes);
    problems.integer(name("warm.instanceCount"), warm.instanceCount, limits.searchWarmCount);
    needsMasters("warm.instanceCount", types.slice(0, 1));
  }
  if (standby) {
    const zones = args.vpc?.subnetCount ?? args.publicAccess?.zones ?? 1;
    problems.require(zones >= 3, `${name("standby")} needs three availability zones; got ${zones}`);
    problems.require(
      instanceCount % 3 === 0,
      `${name("instanceCount")} must be a multiple of three with ${name("standby")}; got ${instanceCount}`,
    );
    const warmNodes = warm?.instanceCount ?? 0;
    problems.require(
      warmNodes % 3 === 0,
      `${name("warm.instanceCount")} must be a multiple of three with ${name("standby")}; got ${warmNodes}`,
    );
    needsMasters("standby", types);
  }
}
