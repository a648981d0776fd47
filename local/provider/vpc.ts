import type { UntypedServiceImplementation } from "@grpc/grpc-js";
import * as wire from "@pulumi/pulumi/proto/provider_pb";
import { Registered, Registrar } from "./registrar";
import { commonHandlers, unary } from "./service";
import type { Subnet, SubnetSpec } from "./subnet-layout";
import { fromStruct, isObject, reveal, toStruct, type Values } from "./values";
import { VPC_TYPE, vpcPlan } from "./vpc-plan";

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
            `add it to local/provider/vpc.ts or declare its resources with @pulumi/aws.`,
        );
      }
      const registrar = new Registrar(request, awsVersion);
      try {
        const { urn, outputs } = await constructVpc(registrar, request);
        return new wire.ConstructResponse().setUrn(urn).setState(toStruct(outputs));
      } finally {
        registrar.close();
      }
    }),
  };
}

async function constructVpc(
  registrar: Registrar,
  request: wire.ConstructRequest,
): Promise<{ urn: string; outputs: Values }> {
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

  const references = (resources: readonly Registered[]): unknown[] =>
    resources.map(({ reference }) => reference);
  const ids = (type: SubnetSpec["type"]): string[] =>
    ofType(made, type).map(({ resource }) => resource.knownId);
  const subnetsOf = (type: SubnetSpec["type"]): unknown[] =>
    references(ofType(made, type).map(({ resource }) => resource));
  const outputs: Values = {
    vpcId: vpc.knownId,
    vpc: vpc.reference,
    internetGateway: internetGateway.reference,
    subnets: references(made.map(({ resource }) => resource)),
    publicSubnets: subnetsOf("Public"),
    privateSubnets: subnetsOf("Private"),
    isolatedSubnets: subnetsOf("Isolated"),
    publicSubnetIds: ids("Public"),
    privateSubnetIds: ids("Private"),
    isolatedSubnetIds: ids("Isolated"),
    eips: references(eips),
    natGateways: references(natGateways),
    routes: references(routes),
    routeTables: references(made.map(({ routeTable }) => routeTable)),
    routeTableAssociations: references(made.map(({ association }) => association)),
    vpcEndpoints: [],
  };
  await registrar.outputs(component, outputs);
  return { urn: component.urn, outputs };
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
