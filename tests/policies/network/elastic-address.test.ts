import { Eip, EipAssociation } from "@pulumi/aws/ec2";
import { LoadBalancer } from "@pulumi/aws/lb";
import { expect } from "chai";
import { addressInUse } from "../../../policies/network/networks";
import { evaluateStack, resource, type TestResource, unknownString } from "../../support/policy";
import { address, natGateway } from "../network-fixtures";

describe("ec2-elastic-address-in-use", () => {
  const host: TestResource = { type: "aws:ec2/instance:Instance", name: "host", props: {} };

  for (const { title, stack, violations } of [
    { title: "accepts the address of a NAT gateway", stack: [address, natGateway], violations: 0 },
    {
      title: "accepts the address of an instance that is there",
      stack: [resource(Eip, "address", { instance: "i-1" })],
      violations: 0,
    },
    {
      title: "accepts the address of an interface that is yet to be made",
      stack: [
        {
          ...resource(Eip, "address", { networkInterface: unknownString }),
          dependencies: { networkInterface: [host] },
        },
        host,
      ],
      violations: 0,
    },
    {
      title: "accepts the address of a load balancer, deep inside one of its blocks",
      stack: [
        address,
        {
          ...resource(LoadBalancer, "entrance", {
            loadBalancerType: "network",
            subnetMappings: [{ subnetId: unknownString, allocationId: unknownString }],
          }),
          dependencies: { subnetMappings: [address] },
        },
      ],
      violations: 0,
    },
    {
      title: "accepts an address that is associated by its number",
      stack: [
        address,
        {
          ...resource(EipAssociation, "entrance", { publicIp: unknownString }),
          dependencies: { publicIp: [address] },
        },
      ],
      violations: 0,
    },
    { title: "refuses an address that nothing uses", stack: [address], violations: 1 },
    {
      title: "refuses it in a preview, too, in which the service has yet to say that nothing does",
      stack: [resource(Eip, "address", { instance: unknownString })],
      violations: 1,
    },
  ]) {
    it(title, async () => {
      const outcome = await evaluateStack(addressInUse, stack);
      expect(outcome.violations).to.have.length(violations);
    });
  }
});
