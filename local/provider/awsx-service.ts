import type { UntypedServiceImplementation } from "@grpc/grpc-js";
import * as wire from "@pulumi/pulumi/proto/provider_pb";
import { registrar as registrarOf, type Registered } from "./registrar";
import { commonHandlers, unary } from "./service";
import { fromStruct, isObject, mapValues, reveal, toStruct, type Values } from "./values";
import { VPC_TYPE, vpcPlan, type SubnetType } from "./vpc-plan";

/** The package `awsx` of this machine: the one component `awsx.ec2.Vpc`, made of aws resources. */
export function awsxService({
  version,
  awsVersion,
  admit,
}: {
  readonly version: string;
  readonly awsVersion: string;
  /** Throws when the asking engine is none of ours. */
  readonly admit: () => void;
}): UntypedServiceImplementation {
  return {
    ...commonHandlers(version),
    handshake: unary(() => {
      admit();
      return new wire.ProviderHandshakeResponse().setAcceptSecrets(true);
    }),
    configure: unary(() => new wire.ConfigureResponse().setAcceptsecrets(true)),
    construct: unary(async (request: wire.ConstructRequest) => {
      admit();
      if (request.getType() !== VPC_TYPE) {
        throw new Error(
          `${request.getType()} is not known to the local awsx provider, which has only ${VPC_TYPE}: ` +
            `add it to local/provider/awsx-service.ts or declare its resources with @pulumi/aws.`,
        );
      }
      const registrar = registrarOf(request, awsVersion);
      try {
        const { urn, values, outputs } = await constructVpc(registrar, request);
        const response = new wire.ConstructResponse().setUrn(urn).setState(toStruct(values));
        for (const [name, made] of Object.entries(outputs)) {
          const dependencies = new wire.ConstructResponse.PropertyDependencies();
          const urns = [made].flat().map((one) => one.urn);
          response.getStatedependenciesMap().set(name, dependencies.setUrnsList(urns));
        }
        return response;
      } finally {
        registrar.close();
      }
    }),
  };
}

/** Makes the resources of an `awsx.ec2.Vpc`, as awsx itself does, and names them likewise. */
async function constructVpc(
  registrar: ReturnType<typeof registrarOf>,
  request: wire.ConstructRequest,
) {
  const name = request.getName();
  const inputs = reveal(fromStruct(request.getInputs())) as Values;
  const { vpcInputs, zones, natStrategy, subnets } = vpcPlan(name, inputs);
  const component = await registrar.component(inputs);
  const tags = isObject(inputs["tags"]) ? inputs["tags"] : {};
  const tagged = (label: string, more: Values = {}): Values => ({ Name: label, ...tags, ...more });
  const make = (type: string, label: string, parent: Registered, own: Values) =>
    registrar.resource(type, label, parent, own);

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

  const subnetsOf = (wanted: SubnetType): Registered[] =>
    made.filter(({ type }) => type === wanted).map(({ subnet }) => subnet);
  const outputs: Record<string, Registered | Registered[]> = {
    vpc,
    internetGateway,
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
    vpcId: vpc,
    publicSubnetIds: subnetsOf("Public"),
    privateSubnetIds: subnetsOf("Private"),
    isolatedSubnetIds: [],
  };
  const values = mapValues(outputs, (output, name) => {
    const value = (one: Registered) => (/Ids?$/.test(name) ? one.knownId : one.reference);
    return Array.isArray(output) ? output.map(value) : value(output);
  });
  await registrar.outputs(component, values);
  return { urn: component.urn, values, outputs };
}
