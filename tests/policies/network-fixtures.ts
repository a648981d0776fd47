import {
  DefaultSecurityGroup,
  DefaultSubnet,
  Eip,
  FlowLog,
  LaunchTemplate,
  ManagedPrefixList,
  ManagedPrefixListEntry,
  NatGateway,
  NetworkAcl,
  NetworkAclRule,
  NetworkInterface,
  SecurityGroup,
  Subnet,
  Vpc,
  VpcEndpoint,
} from "@pulumi/aws/ec2";
import { SecurityGroupIngressRule } from "@pulumi/aws/vpc";
import { resource, unknownString } from "../support/policy";

const id = unknownString;

export const vpc = resource(Vpc, "network", { cidrBlock: "10.0.0.0/16" });

const inVpc = { dependencies: { vpcId: [vpc] } };

export const subnet = resource(Subnet, "private", {
  vpcId: id,
  availabilityZone: "eu-central-1a",
  mapPublicIpOnLaunch: false,
});

export const defaultSubnet = resource(DefaultSubnet, "default", {
  availabilityZone: "eu-central-1a",
  mapPublicIpOnLaunch: false,
});

export const networkInterface = resource(NetworkInterface, "way-in", { subnetId: id });

export const defaultGroup = {
  ...resource(DefaultSecurityGroup, "default", { vpcId: id }),
  ...inVpc,
};

export const flowLog = {
  ...resource(FlowLog, "flows", { vpcId: id, trafficType: "ALL" }),
  ...inVpc,
};

export const endpoints = ["ec2", "ssm"].map((service) => ({
  ...resource(VpcEndpoint, service, {
    vpcId: id,
    vpcEndpointType: "Interface",
    serviceName: `com.amazonaws.eu-central-1.${service}`,
    subnetIds: [id],
  }),
  ...inVpc,
}));

export const securityGroup = resource(SecurityGroup, "nodes", {
  ingress: [{ protocol: "tcp", fromPort: 443, toPort: 443, cidrBlocks: ["10.0.0.0/16"] }],
});

export const ingressRule = resource(SecurityGroupIngressRule, "https", {
  securityGroupId: id,
  referencedSecurityGroupId: id,
  ipProtocol: "tcp",
  fromPort: 443,
  toPort: 443,
});

export const address = resource(Eip, "address", {});

export const natGateway = {
  ...resource(NatGateway, "way-out", { allocationId: id, subnetId: id }),
  dependencies: { allocationId: [address] },
};

export const networkAcl = resource(NetworkAcl, "edge", {
  vpcId: id,
  ingress: [
    {
      action: "allow",
      protocol: "tcp",
      ruleNo: 100,
      cidrBlock: "0.0.0.0/0",
      fromPort: 443,
      toPort: 443,
    },
  ],
});

export const networkAclRule = resource(NetworkAclRule, "web", {
  networkAclId: id,
  ruleNumber: 110,
  ruleAction: "allow",
  protocol: "tcp",
  cidrBlock: "0.0.0.0/0",
  fromPort: 443,
  toPort: 443,
});

export const prefixList = resource(ManagedPrefixList, "offices", {
  addressFamily: "IPv4",
  maxEntries: 5,
  entries: [{ cidr: "198.51.100.0/24" }],
});

export const prefixListEntry = resource(ManagedPrefixListEntry, "branch", {
  prefixListId: id,
  cidr: "203.0.113.0/24",
});

export const launchTemplate = resource(LaunchTemplate, "workers", {
  metadataOptions: { httpTokens: "required" },
  networkInterfaces: [{ associatePublicIpAddress: "false" }],
  blockDeviceMappings: [{ deviceName: "/dev/xvda", ebs: { encrypted: "true", kmsKeyId: id } }],
});

export const network = [
  vpc,
  subnet,
  defaultSubnet,
  networkInterface,
  defaultGroup,
  flowLog,
  ...endpoints,
  securityGroup,
  ingressRule,
  address,
  natGateway,
  networkAcl,
  networkAclRule,
  prefixList,
  prefixListEntry,
  launchTemplate,
];
