import type { PolicyResource } from "@pulumi/policy";
import { Eip, EipAssociation, NatGateway } from "@pulumi/aws/ec2";
import { reference } from "../engine/known";
import { relationPolicy } from "../engine/policy";
import { isMadeOf, ofType, refersTo } from "../engine/relation";

export const addressInUse = relationPolicy("ec2-elastic-address-in-use", Eip, {
  severity: "low",
  rule: "Attach every Elastic IP address to something.",
  reason: "An address is billed by the hour, and one that nothing uses is forgotten.",
  fix: "Give it to a NAT gateway, an instance or a network interface, or remove it.",
  controls: ["EC2.12"],
  source: "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/elastic-ip-addresses-eip.html",
  *check(address, resources) {
    const users = [...ofType(resources, NatGateway), ...ofType(resources, EipAssociation)];
    const isUsed =
      isGiven(address, "instance") ||
      isGiven(address, "networkInterface") ||
      users.some((user) => refersTo(user, "allocationId", address, "allocationId")) ||
      // Load balancers and further addresses of a gateway name it deep inside a block.
      resources.some((one) => one !== address && isMadeFrom(one, address));
    if (!isUsed) {
      yield { fact: "nothing uses this address", limit: "an address must be in use" };
    }
  },
});

function isMadeFrom(resource: PolicyResource, address: PolicyResource): boolean {
  return Object.keys(resource.propertyDependencies).some((property) =>
    isMadeOf(resource, property, address),
  );
}

/**
 * Whether the program set a property. The service fills in what it did not: that is unknown in a preview, and made of no
 * other resource.
 */
function isGiven(resource: PolicyResource, property: string): boolean {
  const given = reference(resource.props, property);
  return given.set && (given.value !== undefined || property in resource.propertyDependencies);
}
