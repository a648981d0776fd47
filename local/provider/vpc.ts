import type { ConstructRequest } from "@pulumi/pulumi/proto/provider_pb";
import { Registered, type Registrar } from "./registrar";
import type { Subnet, SubnetSpec } from "./subnet-layout";
import { fromStruct, isObject, mapValues, reveal, type Values } from "./values";
import { vpcPlan } from "./vpc-plan";

/** Makes the resources of an `awsx.ec2.Vpc`, as awsx itself does, and names them likewise. */
export async function constructVpc(
  registrar: Registrar,
  request: ConstructRequest,
): Promise<{ urn: string; outputs: Outputs }> {
  const name = request.getName();
  const inputs = reveal(fromStruct(request.getInputs())) as Values;
  const { vpcInputs, zones, natStrategy, subnets } = vpcPlan(name, inputs);
  const component = await registrar.component(inputs);
  const tags = isObject(inputs["tags"]) ? inputs["tags"] : {};
  const tagged = (label: string, more: Values = {}): Values => ({ Name: label, ...tags, ...more });

  const vpc = await registrar.resource("aws:ec2/vpc:Vpc", name, {
    parent: component,
    inputs: { ...vpcInputs, tags: tagged(name) },
  });
  const internetGateway = await registrar.resource(
    "aws:ec2/internetGateway:InternetGateway",
    name,
    {
      parent: vpc,
      inputs: { vpcId: vpc, tags: tagged(name) },
    },
  );

  const made: MadeSubnet[] = [];
  for (const subnet of subnets) {
    const label = `${name}-${subnet.name}-${subnet.zone + 1}`;
    const { type, tags: own } = subnet.spec;
    const resource = await registrar.resource("aws:ec2/subnet:Subnet", label, {
      parent: vpc,
      inputs: {
        vpcId: vpc,
        availabilityZone: zones[subnet.zone],
        cidrBlock: subnet.cidrBlock,
        mapPublicIpOnLaunch: type === "Public",
        tags: tagged(label, { SubnetType: type, ...own }),
      },
    });
    const routeTable = await registrar.resource("aws:ec2/routeTable:RouteTable", label, {
      parent: resource,
      inputs: { vpcId: vpc, tags: tagged(label, { SubnetType: type }) },
    });
    const association = await registrar.resource(
      "aws:ec2/routeTableAssociation:RouteTableAssociation",
      label,
      { parent: routeTable, inputs: { subnetId: resource, routeTableId: routeTable } },
    );
    made.push({ ...subnet, label, resource, routeTable, association });
  }

  const eips: Registered[] = [];
  const natGateways: Registered[] = [];
  const natZones = { None: 0, Single: 1, OnePerAz: zones.length }[natStrategy];
  for (const subnet of ofType(made, "Public").filter(({ zone }) => zone < natZones)) {
    const label = `${name}-${subnet.zone + 1}`;
    const parent = subnet.resource;
    const eip = await registrar.resource("aws:ec2/eip:Eip", label, {
      parent,
      inputs: { domain: "vpc", tags: tagged(label) },
    });
    const inputs = { subnetId: subnet.resource, allocationId: eip, tags: tagged(label) };
    eips.push(eip);
    natGateways.push(
      await registrar.resource("aws:ec2/natGateway:NatGateway", label, { parent, inputs }),
    );
  }

  const routes: Registered[] = [];
  for (const { spec, zone, label, routeTable } of made) {
    const target =
      spec.type === "Public"
        ? { gatewayId: internetGateway }
        : { natGatewayId: natGateways[zone] ?? natGateways[0] };
    if (spec.type === "Isolated" || Object.values(target)[0] === undefined) continue;
    const inputs = { routeTableId: routeTable, destinationCidrBlock: "0.0.0.0/0", ...target };
    routes.push(
      await registrar.resource("aws:ec2/route:Route", label, { parent: routeTable, inputs }),
    );
  }

  const subnetsOf = (type: SubnetSpec["type"]): readonly Registered[] =>
    ofType(made, type).map(({ resource }) => resource);
  const parts = {
    vpc,
    internetGateway,
    subnets: made.map(({ resource }) => resource),
    publicSubnets: subnetsOf("Public"),
    privateSubnets: subnetsOf("Private"),
    isolatedSubnets: subnetsOf("Isolated"),
    eips,
    natGateways,
    routes,
    routeTables: made.map(({ routeTable }) => routeTable),
    routeTableAssociations: made.map(({ association }) => association),
    vpcEndpoints: [],
  };
  const outputs = outputsOf(parts);
  await registrar.outputs(component, outputs.values);
  return { urn: component.urn, outputs };
}

interface Parts extends Readonly<Record<string, Registered | readonly Registered[]>> {
  readonly vpc: Registered;
  readonly publicSubnets: readonly Registered[];
  readonly privateSubnets: readonly Registered[];
  readonly isolatedSubnets: readonly Registered[];
}

interface Outputs {
  readonly values: Values;
  /** The resources that each value comes from. */
  readonly dependencies: Readonly<Record<string, readonly string[]>>;
}

/** The component's outputs: its parts, and the ids of the VPC and of the subnets. */
function outputsOf(parts: Parts): Outputs {
  const ids = {
    vpcId: parts.vpc,
    publicSubnetIds: parts.publicSubnets,
    privateSubnetIds: parts.privateSubnets,
    isolatedSubnetIds: parts.isolatedSubnets,
  };
  const each = (part: Registered | readonly Registered[], map: (one: Registered) => unknown) =>
    part instanceof Registered ? map(part) : part.map(map);
  return {
    values: {
      ...mapValues(parts, (part) => each(part, ({ reference }) => reference)),
      ...mapValues(ids, (part) => each(part, ({ knownId }) => knownId)),
    },
    dependencies: mapValues({ ...parts, ...ids }, (part) => [part].flat().map(({ urn }) => urn)),
  };
}

interface MadeSubnet extends Subnet {
  readonly label: string;
  readonly resource: Registered;
  readonly routeTable: Registered;
  readonly association: Registered;
}

function ofType(subnets: readonly MadeSubnet[], type: SubnetSpec["type"]): readonly MadeSubnet[] {
  return subnets.filter(({ spec }) => spec.type === type);
}
