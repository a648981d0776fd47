import type { ConstructRequest } from "@pulumi/pulumi/proto/provider_pb";
import type { Registered, Registrar } from "./registrar";
import { fromStruct, isObject, mapValues, reveal, type Values } from "./values";
import { vpcPlan, type SubnetType } from "./vpc-plan";

/** What a component returns: its values, and the resources that each value comes from. */
interface Outputs {
  readonly values: Values;
  readonly dependencies: Readonly<Record<string, readonly string[]>>;
}

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
  const make = (type: string, label: string, parent: Registered, own: Values) =>
    registrar.resource(type, label, { parent, inputs: own });

  const ofVpc = { ...vpcInputs, tags: tagged(name) };
  const vpc = await make("aws:ec2/vpc:Vpc", name, component, ofVpc);
  const ofGateway = { vpcId: vpc, tags: tagged(name) };
  const gatewayType = "aws:ec2/internetGateway:InternetGateway";
  const internetGateway = await make(gatewayType, name, vpc, ofGateway);

  const made: { label: string; type: SubnetType; zone: number; subnet: Registered }[] = [];
  const routeTables: Registered[] = [];
  const routeTableAssociations: Registered[] = [];
  for (const { type, zone, cidrBlock } of subnets) {
    const label = `${name}-${type.toLowerCase()}-${zone + 1}`;
    const tagsOf = tagged(label, { SubnetType: type });
    const subnet = await make("aws:ec2/subnet:Subnet", label, vpc, {
      vpcId: vpc,
      availabilityZone: zones[zone],
      cidrBlock,
      mapPublicIpOnLaunch: type === "Public",
      tags: tagsOf,
    });
    const ofTable = { vpcId: vpc, tags: tagsOf };
    const routeTable = await make("aws:ec2/routeTable:RouteTable", label, subnet, ofTable);
    const associationType = "aws:ec2/routeTableAssociation:RouteTableAssociation";
    const ofAssociation = { subnetId: subnet, routeTableId: routeTable };
    const association = await make(associationType, label, routeTable, ofAssociation);
    made.push({ label, type, zone, subnet });
    routeTables.push(routeTable);
    routeTableAssociations.push(association);
  }

  const eips: Registered[] = [];
  const natGateways: Registered[] = [];
  const natZones = { None: 0, Single: 1, OnePerAz: zones.length }[natStrategy];
  for (const { type, zone, subnet } of made) {
    if (type !== "Public" || zone >= natZones) continue;
    const label = `${name}-${zone + 1}`;
    const ofEip = { domain: "vpc", tags: tagged(label) };
    const eip = await make("aws:ec2/eip:Eip", label, subnet, ofEip);
    const ofNat = { subnetId: subnet, allocationId: eip, tags: tagged(label) };
    eips.push(eip);
    natGateways.push(await make("aws:ec2/natGateway:NatGateway", label, subnet, ofNat));
  }

  const routes: Registered[] = [];
  for (const [place, { label, type, zone }] of made.entries()) {
    const routeTable = routeTables[place];
    const natGatewayId = natGateways[zone] ?? natGateways[0];
    const target = type === "Public" ? { gatewayId: internetGateway } : { natGatewayId };
    if (routeTable === undefined || (type === "Private" && natGatewayId === undefined)) continue;
    const ofRoute = { routeTableId: routeTable, destinationCidrBlock: "0.0.0.0/0", ...target };
    routes.push(await make("aws:ec2/route:Route", label, routeTable, ofRoute));
  }

  const subnetsOf = (wanted: SubnetType): readonly Registered[] =>
    made.filter(({ type }) => type === wanted).map(({ subnet }) => subnet);
  const lists = {
    subnets: made.map(({ subnet }) => subnet),
    publicSubnets: subnetsOf("Public"),
    privateSubnets: subnetsOf("Private"),
    isolatedSubnets: [],
    eips,
    natGateways,
    routes,
    routeTables,
    routeTableAssociations,
    vpcEndpoints: [],
  };
  const idLists = {
    publicSubnetIds: lists.publicSubnets,
    privateSubnetIds: lists.privateSubnets,
    isolatedSubnetIds: [],
  };
  const urns = (all: readonly Registered[]): readonly string[] => all.map(({ urn }) => urn);
  const outputs: Outputs = {
    values: {
      vpc: vpc.reference,
      internetGateway: internetGateway.reference,
      ...mapValues(lists, (all) => all.map(({ reference }) => reference)),
      vpcId: vpc.knownId,
      ...mapValues(idLists, (all) => all.map(({ knownId }) => knownId)),
    },
    dependencies: {
      vpc: [vpc.urn],
      internetGateway: [internetGateway.urn],
      ...mapValues(lists, urns),
      vpcId: [vpc.urn],
      ...mapValues(idLists, urns),
    },
  };
  await registrar.outputs(component, outputs.values);
  return { urn: component.urn, outputs };
}
