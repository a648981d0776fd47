import * as aws from "@pulumi/aws";
import * as awsx from "@pulumi/awsx";
import * as pulumi from "@pulumi/pulumi";
import { allow, ServiceRole } from "../core/iam";
import {
  limits,
  logRetentionDays,
  natGatewayStrategies,
  type NatGatewayStrategy,
  subnetIdentifier,
  vpcIdentifier,
} from "../core/limits";
import { logGroup } from "../core/logs";
import { https } from "../core/security-group";
import { cidr, type Naming, ownName, Problems } from "../core/validate";
import { defaultEndpointServices, endpointPolicy, endpointServiceName } from "./endpoints";

/** A network of the component's own. */
export interface NewNetwork {
  /** The VPC's addresses in CIDR notation, with a prefix of 16 to 24 bits, such as 10.0.0.0/16. */
  readonly cidr: string;
  /**
   * Names of one to six availability zones, or how many: the first ones by name that offer the instance types and
   * endpoints, as they were when the network was created. Each gets a private and a public subnet.
   */
  readonly availabilityZones: readonly string[] | number;
  /** EC2 instance types that run in the private subnets; a named zone without one is refused. @default none */
  readonly instanceTypes?: readonly string[];
  /** How private subnets reach the internet; None needs `interfaceEndpoints`. */
  readonly natGateways: NatGatewayStrategy;
  /** Reaches the AWS services that the pipeline calls by private links, an hourly price for each service and zone. */
  readonly interfaceEndpoints: boolean;
  /** Services of these links, such as logs. @default what the pipeline calls from its private subnets */
  readonly endpointServices?: readonly string[];
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

function validate(name: string, args: NetworkArgs): void {
  const problems = new Problems();
  if ("existing" in args) {
    const { privateSubnetIds } = args.existing;
    const ids = {
      vpcId: vpcIdentifier,
      privateSubnetIds: subnetIdentifier,
      publicSubnetIds: subnetIdentifier,
    };
    problems.check(args.existing, ids, "existing.");
    problems.distinct("existing.privateSubnetIds", privateSubnetIds, limits.availabilityZones);
  } else {
    problems.check(args, {
      cidr: cidr(limits.vpcPrefixLength),
      natGateways: natGatewayStrategies,
    });
    if (typeof args.availabilityZones === "number") {
      problems.integer("availabilityZones", args.availabilityZones, limits.availabilityZones);
    } else {
      problems.distinct("availabilityZones", args.availabilityZones, limits.availabilityZones);
    }
    checkReachability(args, problems);
    problems.check(args, { logRetentionDays });
  }
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

/**
 * A VPC with private and public subnets, new or existing. Workloads live in the private ones; the public ones of a new
 * network hold nothing but NAT gateways, its default security group is closed and every connection is logged.
 *
 * @example
 * const network = new Network("network", {
 *   cidr: "10.0.0.0/16",
 *   availabilityZones: 2,
 *   natGateways: "Single",
 *   interfaceEndpoints: false,
 *   logRetentionDays: 30,
 * });
 */
export class Network extends pulumi.ComponentResource {
  readonly vpcId: pulumi.Output<string>;
  /** One subnet for each availability zone, in the order of the zones. */
  readonly privateSubnetIds: pulumi.Output<string[]>;
  /** Likewise; of an existing network those that it was given. */
  readonly publicSubnetIds: pulumi.Output<string[]>;
  /** How many private subnets there are, known before they are. */
  readonly subnetCount: number;

  /** @throws Error that lists every invalid argument. */
  constructor(name: string, args: NetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    super("streaming:infra:Network", name, args, opts);
    validate(name, args);

    const child = { parent: this };
    if ("existing" in args) {
      const { vpcId, privateSubnetIds, publicSubnetIds = [] } = args.existing;
      this.vpcId = pulumi.output(vpcId);
      this.privateSubnetIds = pulumi.output([...privateSubnetIds]);
      this.publicSubnetIds = pulumi.output([...publicSubnetIds]);
      this.subnetCount = privateSubnetIds.length;
    } else {
      const endpoints = zonesOfEndpoints(args, child);
      const zones = this.#zones(name, args, endpoints);
      const vpc = this.#vpc(name, args, zones);
      // Known when the zones are, before anything is created in it.
      this.vpcId = pulumi.all([vpc.vpcId, zones]).apply(([vpcId]) => vpcId);
      this.privateSubnetIds = vpc.privateSubnetIds;
      this.publicSubnetIds = vpc.publicSubnetIds;
      this.subnetCount = zoneCount(args);
      // Adopts the security group that comes with the VPC and, having no rules here, leaves it without any.
      new aws.ec2.DefaultSecurityGroup(`${name}-default`, { vpcId: this.vpcId }, child);
      this.#logFlows(name, args);
      this.#linkServices(name, args, vpc, zones, endpoints);
    }
    this.registerOutputs({
      vpcId: this.vpcId,
      privateSubnetIds: this.privateSubnetIds,
      publicSubnetIds: this.publicSubnetIds,
    });
  }

  /** The zones as named, or the first of those that offered everything when the network was created. */
  #zones(name: string, args: NewNetwork, endpoints: EndpointZones): pulumi.Output<string[]> {
    const { availabilityZones } = args;
    if (typeof availabilityZones !== "number") {
      return offers(args, { parent: this }).apply((found) =>
        checkedZones(availabilityZones, found),
      );
    }
    const suitable = offers(args, { parent: this }, endpoints).apply(([open, ...others]) =>
      [...(open?.zones ?? [])]
        .sort()
        .filter((zone) => others.every(({ zones }) => zones.includes(zone))),
    );
    // Kept in the state from the first deployment on: a zone that opens later moves no subnet.
    const { output: kept } = new pulumi.Stash(
      `${name}-zones`,
      { input: suitable },
      { parent: this, ignoreChanges: ["input"] },
    ) as { readonly output: pulumi.Output<string[]> };
    return pulumi.all([kept, suitable]).apply(([first, later]) => {
      const zones = [...new Set([...first, ...later])];
      if (zones.length >= availabilityZones) return zones.slice(0, availabilityZones);
      throw new Error(
        `availabilityZones must be at most ${zones.length}, the zones that offer everything (${zones.join(", ")}); got ${availabilityZones}`,
      );
    });
  }

  #vpc(name: string, args: NewNetwork, zones: pulumi.Output<string[]>): awsx.ec2.Vpc {
    // Zones are known when AWS has answered, while awsx takes plain names: each stands for the zone of its place.
    const places = Array.from({ length: zoneCount(args) }, (_, index) => `zone-${index}`);
    return new awsx.ec2.Vpc(
      name,
      {
        cidrBlock: args.cidr,
        availabilityZoneNames: places,
        // Eight blocks, of which each zone has the one of its place: another zone moves none.
        availabilityZoneCidrMask: Number(args.cidr.split("/")[1]) + 3,
        natGateways: { strategy: args.natGateways },
        // The layout is the same whatever the strategy: a change from None to Single must not move a subnet.
        subnetStrategy: "Auto",
        subnetSpecs: [{ type: "Private" }, { type: "Public" }],
        // Private names of interface endpoints need both.
        enableDnsHostnames: true,
        enableDnsSupport: true,
      },
      { parent: this, transforms: [placedSubnet(places, zones)] },
    );
  }

  #logFlows(name: string, args: NewNetwork): void {
    const child = { parent: this };
    const log = logGroup(`${name}-flow-logs`, args, child);
    // https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html
    const role = new ServiceRole(
      `${name}-flow-logs`,
      {
        service: "vpc-flow-logs.amazonaws.com",
        statements: [
          allow(
            ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
            [log.arn, pulumi.interpolate`${log.arn}:*`],
          ),
          // Lists groups, hence every group.
          allow(["logs:DescribeLogGroups"], ["*"]),
        ],
      },
      child,
    );
    new aws.ec2.FlowLog(
      `${name}-flow-logs`,
      {
        vpcId: this.vpcId,
        trafficType: "ALL",
        logDestinationType: "cloud-watch-logs",
        logDestination: log.arn,
        iamRoleArn: role.arn,
      },
      { parent: this, dependsOn: [...role.ready] },
    );
  }

  #linkServices(
    name: string,
    args: NewNetwork,
    vpc: awsx.ec2.Vpc,
    zones: pulumi.Output<string[]>,
    endpoints: EndpointZones,
  ): void {
    const child = { parent: this };
    const { vpcId } = this;
    const { region } = aws.getRegionOutput({}, child);
    // The gateway costs nothing, keeps archive traffic off the NAT gateways, and serves Amazon Linux's packages.
    new aws.ec2.VpcEndpoint(
      `${name}-s3`,
      {
        vpcId,
        vpcEndpointType: "Gateway",
        serviceName: pulumi.interpolate`com.amazonaws.${region}.s3`,
        policy: endpointPolicy("s3", child),
        routeTableIds: vpc.routeTables.apply((tables) => tables.map((table) => table.id)),
      },
      child,
    );
    if (!args.interfaceEndpoints) return;

    const { id: securityGroupId } = new aws.ec2.SecurityGroup(
      `${name}-endpoints`,
      { description: "Interface endpoints of AWS services", vpcId },
      child,
    );
    new aws.vpc.SecurityGroupIngressRule(
      `${name}-endpoints`,
      { securityGroupId, description: "HTTPS from the VPC", cidrIpv4: args.cidr, ...https },
      child,
    );
    for (const [service, offered] of endpoints) {
      new aws.ec2.VpcEndpoint(
        `${name}-${service}`,
        {
          vpcId,
          vpcEndpointType: "Interface",
          serviceName: endpointServiceName(service, region),
          policy: endpointPolicy(service, child),
          subnetIds: pulumi
            .all([this.privateSubnetIds, zones, offered])
            .apply(([ids, names, ofService]) =>
              ids.filter((_, index) => ofService.includes(names[index] ?? "")),
            ),
          securityGroupIds: [securityGroupId],
          privateDnsEnabled: true,
        },
        child,
      );
    }
  }
}

/** Number of zones, known before their names are. */
export function zoneCount({ availabilityZones }: Pick<NewNetwork, "availabilityZones">): number {
  return typeof availabilityZones === "number" ? availabilityZones : availabilityZones.length;
}

/** What a zone must do, and the zones that do. */
interface Offer {
  readonly must: string;
  readonly zones: readonly string[];
}

/** Zones with an interface endpoint, by service, such as logs. */
type EndpointZones = ReadonlyMap<string, pulumi.Output<string[]>>;

function zonesOfEndpoints(
  { interfaceEndpoints, endpointServices = defaultEndpointServices }: NewNetwork,
  opts: pulumi.InvokeOptions,
): EndpointZones {
  if (!interfaceEndpoints) return new Map();
  const { region } = aws.getRegionOutput({}, opts);
  return new Map(
    endpointServices.map((service) => {
      const args = { serviceName: endpointServiceName(service, region), serviceType: "Interface" };
      return [service, aws.ec2.getVpcEndpointServiceOutput(args, opts).availabilityZones];
    }),
  );
}

/**
 * The zones that are open to the account, then those with each instance type, then with each endpoint. They differ
 * between accounts: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-regions-availability-zones.html
 */
function offers(
  { instanceTypes = [] }: NewNetwork,
  opts: pulumi.InvokeOptions,
  endpoints: EndpointZones = new Map(),
): pulumi.Output<Offer[]> {
  // Not those that an account opts into, such as Local Zones.
  const regular = [{ name: "opt-in-status", values: ["opt-in-not-required"] }];
  const open = aws.getAvailabilityZonesOutput({ state: "available", filters: regular }, opts).names;
  return pulumi.all([
    { must: "be open to the account", zones: open },
    ...instanceTypes.map((type) => {
      const filters = [{ name: "instance-type", values: [type] }];
      const locationType = "availability-zone";
      const found = aws.ec2.getInstanceTypeOfferingsOutput({ locationType, filters }, opts);
      return { must: `offer ${type}`, zones: found.locations };
    }),
    ...[...endpoints].map(([service, zones]) => ({
      must: `have an endpoint for ${service}`,
      zones,
    })),
  ]);
}

/** @throws Error that names each zone that does not do what it must. */
function checkedZones(zones: readonly string[], found: readonly Offer[]): string[] {
  const problems = new Problems();
  for (const { must, zones: allowed } of found) {
    const others = zones.filter((zone) => !allowed.includes(zone));
    problems.require(
      others.length === 0,
      `availabilityZones must ${must}; got ${others.join(", ")}. Choose from ${allowed.filter((zone) => found[0]?.zones.includes(zone)).join(", ")}`,
    );
  }
  problems.throwIfAny("The network cannot be created");
  return [...zones];
}

/**
 * Puts each subnet into the zone of its place. awsx lets public subnets hand out public addresses, which nothing here
 * needs: a NAT gateway brings its own.
 */
export function placedSubnet(
  places: readonly string[],
  zones: pulumi.Input<readonly string[]>,
): pulumi.ResourceTransform {
  return ({ type, props, opts }) => {
    if (type !== "aws:ec2/subnet:Subnet") return undefined;
    const { availabilityZone: place } = props as { readonly availabilityZone: string };
    const availabilityZone = pulumi.output(zones).apply((names) => names[places.indexOf(place)]);
    return { props: { ...props, availabilityZone, mapPublicIpOnLaunch: false }, opts };
  };
}
