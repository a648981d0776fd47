import { expect } from "chai";
import * as pulumi from "@pulumi/pulumi";
import { Network, placedSubnet } from "../../../infra/network/network";
import type { NewNetwork } from "../../../infra/network/network";
import { deploy, refusal } from "../../support/mocks";
import { statementFor } from "../policy-documents";

const endpointType = "aws:ec2/vpcEndpoint:VpcEndpoint";
const valid: NewNetwork = {
  cidr: "10.1.0.0/16",
  availabilityZones: ["us-east-1a", "us-east-1b"],
  natGateways: "Single",
  interfaceEndpoints: false,
  logRetentionDays: 7,
};

function network(changes: Partial<NewNetwork> = {}) {
  return deploy(() => new Network("network", { ...valid, ...changes }));
}

describe("Network", () => {
  it("gives each zone a private and a public subnet, laid out alike whatever the gateways", async () => {
    for (const natGateways of ["Single", "OnePerAz"] as const) {
      const { inputs } = (await network({ natGateways })).one("awsx:ec2:Vpc");
      expect(inputs).to.deep.equal({
        cidrBlock: "10.1.0.0/16",
        availabilityZoneNames: ["zone-0", "zone-1"],
        availabilityZoneCidrMask: 19,
        natGateways: { strategy: natGateways },
        subnetStrategy: "Auto",
        subnetSpecs: [{ type: "Private" }, { type: "Public" }],
        enableDnsHostnames: true,
        enableDnsSupport: true,
      });
    }
  });

  it("closes the default security group", async () => {
    const { inputs } = (await network()).one("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup");
    expect(inputs).to.deep.equal({ vpcId: "network-id" });
  });

  it("logs every flow", async () => {
    const deployment = await network({ kmsKeyArn: "arn:key" });
    expect(deployment.one("aws:ec2/flowLog:FlowLog").inputs).to.include({
      vpcId: "network-id",
      trafficType: "ALL",
      logDestination: "arn:aws:test:us-east-1:123456789012:network-flow-logs",
    });
    expect(deployment.one("aws:cloudwatch/logGroup:LogGroup").inputs).to.include({
      retentionInDays: 7,
      kmsKeyId: "arn:key",
    });
    const { policy } = deployment.one("aws:iam/rolePolicy:RolePolicy").inputs;
    expect(statementFor(policy, "logs:PutLogEvents").Resource).to.deep.equal([
      "arn:aws:test:us-east-1:123456789012:network-flow-logs",
      "arn:aws:test:us-east-1:123456789012:network-flow-logs:*",
    ]);
  });

  it("reaches S3 through a gateway in every route table, and other services over the internet", async () => {
    const endpoints = (await network()).ofType(endpointType);
    expect(endpoints).to.have.length(1);
    expect(endpoints[0]?.inputs).to.deep.include({
      vpcId: "network-id",
      vpcEndpointType: "Gateway",
      serviceName: "com.amazonaws.us-east-1.s3",
      routeTableIds: ["rtb-a", "rtb-x"],
    });
  });

  it("lets principals of this account reach its resources alone, and packages of Amazon in S3", async () => {
    const endpoints = (await network({ interfaceEndpoints: true })).ofType(endpointType);
    for (const { inputs } of endpoints) {
      const { Statement: statements } = JSON.parse(String(inputs["policy"])) as {
        Statement: Record<string, unknown>[];
      };
      const [own, packages] = statements;
      expect(own?.["Condition"]).to.deep.equal({
        StringEquals: {
          "aws:PrincipalAccount": "123456789012",
          "aws:ResourceAccount": "123456789012",
        },
      });
      expect(statements).to.have.length(inputs["vpcEndpointType"] === "Gateway" ? 2 : 1);
      if (packages === undefined) continue;
      expect(packages["Action"]).to.equal("s3:GetObject");
      expect(packages["Resource"])
        .to.include("arn:aws:s3:::al2023-repos-us-east-1-de612dc2/*")
        .and.not.include("arn:aws:s3:::*");
    }
  });

  it("links the services that it is given", async () => {
    const links = (
      await network({ interfaceEndpoints: true, endpointServices: ["logs", "sts"] })
    ).ofType(endpointType);
    expect(links.map(({ inputs }) => inputs["serviceName"])).to.have.members(
      ["s3", "logs", "sts"].map((service) => `com.amazonaws.us-east-1.${service}`),
    );
  });

  it("reaches every service that the pipeline calls without the internet, where asked", async () => {
    const deployment = await network({ natGateways: "None", interfaceEndpoints: true });
    const links = deployment
      .ofType(endpointType)
      .filter(({ inputs }) => inputs["vpcEndpointType"] === "Interface");
    expect(links.map(({ inputs }) => inputs["serviceName"])).to.have.members(
      ["ec2", "kinesis-streams", "logs", "monitoring", "ssm", "ssmmessages"].map(
        (service) => `com.amazonaws.us-east-1.${service}`,
      ),
    );
    for (const { inputs } of links) {
      expect(inputs).to.deep.include({
        privateDnsEnabled: true,
        securityGroupIds: ["network-endpoints-id"],
        subnetIds: ["subnet-a", "subnet-b"],
      });
    }
    expect(
      deployment.one("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule").inputs,
    ).to.include({ cidrIpv4: "10.1.0.0/16", ipProtocol: "tcp", fromPort: 443, toPort: 443 });
  });

  it("links services in China by the names that they have there", async () => {
    const china = await deploy(
      () => new Network("network", { ...valid, natGateways: "None", interfaceEndpoints: true }),
      {
        functions: {
          "aws:index/getRegion:getRegion": { region: "cn-north-1" },
          "aws:ec2/getVpcEndpointService:getVpcEndpointService": {
            availabilityZones: valid.availabilityZones,
          },
        },
      },
    );
    const names = china.ofType(endpointType).map(({ inputs }) => inputs["serviceName"]);
    expect(names).to.have.members([
      "com.amazonaws.cn-north-1.logs",
      "com.amazonaws.cn-north-1.s3",
      "com.amazonaws.cn-north-1.ssm",
      "com.amazonaws.cn-north-1.ssmmessages",
      "cn.com.amazonaws.cn-north-1.ec2",
      "cn.com.amazonaws.cn-north-1.kinesis-streams",
      "cn.com.amazonaws.cn-north-1.monitoring",
    ]);
  });

  it("refuses zones that are closed to the account or lack an instance type", async () => {
    const zones = ["us-east-1a", "us-east-1z"];
    const message = await refusal(
      () =>
        new Network("network", { ...valid, availabilityZones: zones, instanceTypes: ["t4g.nano"] }),
    );
    expect(message)
      .to.match(
        /availabilityZones must be open to the account; got us-east-1z\. Choose from us-east-1a, /,
      )
      .and.match(
        /availabilityZones must offer t4g\.nano; got us-east-1z\. Choose from us-east-1a, /,
      );
  });

  it("takes the first zones by name that offer everything, and keeps all of them in the state", async () => {
    const lacking: Record<string, readonly string[]> = {
      "aws:index/getAvailabilityZones:getAvailabilityZones": [
        "us-east-1c",
        "us-east-1a",
        "us-east-1b",
        "us-east-1d",
      ],
      "aws:ec2/getInstanceTypeOfferings:getInstanceTypeOfferings": [
        "us-east-1b",
        "us-east-1c",
        "us-east-1d",
      ],
      "aws:ec2/getVpcEndpointService:getVpcEndpointService": [
        "us-east-1a",
        "us-east-1c",
        "us-east-1d",
      ],
    };
    const answers = Object.fromEntries(
      Object.entries(lacking).map(([token, zones]) => [
        token,
        { names: zones, locations: zones, availabilityZones: zones },
      ]),
    );
    const args = { ...valid, interfaceEndpoints: true, instanceTypes: ["t4g.nano"] };
    const make = (availabilityZones: number) => () =>
      new Network("network", { ...args, availabilityZones });
    const deployment = await deploy(make(2), { functions: answers });
    expect(deployment.one("pulumi:index:Stash").inputs).to.deep.equal({
      input: ["us-east-1c", "us-east-1d"],
    });
    const program = (): Network =>
      new Network("network", { ...args, interfaceEndpoints: false, availabilityZones: 4 });
    expect(await refusal(program, { functions: answers })).to.contain(
      "availabilityZones must be at most 3, the zones that offer everything (us-east-1b, us-east-1c, us-east-1d); got 4",
    );
  });

  it("lists everything that is wrong", async () => {
    expect(
      await refusal(
        () =>
          new Network("network", {
            cidr: "10.0.0.0/8",
            availabilityZones: ["us-east-1a", "us-east-1a"],
            natGateways: "None",
            interfaceEndpoints: false,
            logRetentionDays: 0,
          }),
      ),
    ).to.match(
      /^Network "network" has invalid arguments:\n- cidr .*16 to 24.*"10\.0\.0\.0\/8"\n- availabilityZones .* differ .* us-east-1a, us-east-1a\n- natGateways must not be None .* Set interfaceEndpoints to true.*\n- logRetentionDays must be one of 1, .*; got 0$/,
    );
  });

  it("lists what is missing where no types require it", async () => {
    const message = /^Network "network" has invalid arguments:\n- availabilityZones .* got none$/m;
    expect(await refusal(() => new Network("network", {} as never))).to.match(message);
  });

  it("takes an existing network as it is and makes nothing", async () => {
    const existing = {
      vpcId: "vpc-0123456789abcdef0",
      privateSubnetIds: ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
    };
    const { resources, outputs } = await deploy(() => {
      const found = new Network("network", { existing });
      const { vpcId, privateSubnetIds, publicSubnetIds, subnetCount } = found;
      return { vpcId, privateSubnetIds, publicSubnetIds, subnetCount };
    });
    expect(resources.map(({ type }) => type)).to.deep.equal(["streaming:infra:Network"]);
    expect(outputs).to.deep.equal({ ...existing, publicSubnetIds: [], subnetCount: 2 });
  });

  it("refuses an existing network that cannot be", async () => {
    const message = await refusal(
      () =>
        new Network("network", {
          existing: { vpcId: "main", privateSubnetIds: [], publicSubnetIds: ["subnet-a"] },
        }),
    );
    expect(message.split("\n")).to.deep.equal([
      'Network "network" has invalid arguments:',
      '- existing.vpcId must be the id of a VPC, such as vpc-0123456789abcdef0; got "main"',
      '- existing.publicSubnetIds must be the id of a subnet, such as subnet-0123456789abcdef0; got "subnet-a"',
      "- existing.privateSubnetIds must be 1 to 6 values that differ from each other; got none",
    ]);
  });
});

describe("placedSubnet", () => {
  const transformed = (type: string) =>
    placedSubnet(
      ["zone-0", "zone-1"],
      ["us-east-1c", "us-east-1d"],
    )({
      custom: true,
      type,
      name: "subnet",
      props: { availabilityZone: "zone-1", mapPublicIpOnLaunch: true, cidrBlock: "10.0.0.0/24" },
      opts: {},
    }) as pulumi.ResourceTransformResult | undefined;

  it("puts a subnet into the zone of its place, without public addresses", async () => {
    const { availabilityZone, ...others } = transformed("aws:ec2/subnet:Subnet")?.props as {
      availabilityZone: pulumi.Output<string>;
    };
    expect(others).to.deep.equal({ mapPublicIpOnLaunch: false, cidrBlock: "10.0.0.0/24" });
    const found = await new Promise((resolve) => availabilityZone.apply(resolve));
    expect(found).to.equal("us-east-1d");
  });

  it("leaves everything else alone", () => {
    expect(transformed("aws:ec2/vpc:Vpc")).to.equal(undefined);
  });
});
