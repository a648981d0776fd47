import type { PolicyResource } from "@pulumi/policy";
import { EipAssociation, Eip, Instance, LaunchTemplate, NatGateway } from "@pulumi/aws/ec2";
import { reference } from "./known";
import { resourcePolicy, stackPolicy, typesPolicy } from "./policy";
import { refersTo } from "./relation";
import { typeToken } from "./types";

/** The metadata options of an instance and of a launch template are alike. */
interface MetadataOptions {
  readonly httpEndpoint?: string;
  readonly httpTokens?: string;
}

export const instanceMetadata = typesPolicy([typeToken(Instance), typeToken(LaunchTemplate)], {
  name: "ec2-instance-metadata-v2",
  severity: "high",
  rule: "Let an instance's metadata be read with a session token only (IMDSv2).",
  reason:
    "With version 1 a program on the instance that can be made to fetch an address hands out the instance's credentials.",
  fix: "Set metadataOptions.httpTokens to required.",
  controls: ["EC2.8", "EC2.170"],
  source:
    "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html",
  *check(instance) {
    const options = instance["metadataOptions"] as MetadataOptions | undefined;
    if (options?.httpEndpoint !== "disabled" && options?.httpTokens !== "required") {
      yield {
        fact: `metadataOptions.httpTokens is ${options?.httpTokens ?? "not set"}`,
        limit: "it must be required",
      };
    }
  },
});

export const instancePublicAddress = resourcePolicy(Instance, {
  name: "ec2-instance-public-address",
  severity: "high",
  rule: "Give an EC2 instance no public address.",
  reason:
    "Whatever listens on it is tried from all over the world within minutes. Session Manager needs no way in.",
  fix: "Set associatePublicIpAddress to false and take a private subnet.",
  controls: ["EC2.9"],
  source: "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-instance-addressing.html",
  *check(instance) {
    // Without the setting the subnet decides.
    if (instance.associatePublicIpAddress !== false) {
      yield {
        fact: `associatePublicIpAddress is ${instance.associatePublicIpAddress ?? "not set"}`,
        limit: "it must be false",
      };
    }
  },
});

export const instanceProfile = resourcePolicy(Instance, {
  name: "ec2-instance-profile",
  severity: "medium",
  rule: "Give an EC2 instance a role, and no key for SSH.",
  reason:
    "With a role it fetches its credentials and Systems Manager reaches it; a key is one more secret, and needs an open port.",
  fix: "Set iamInstanceProfile and leave keyName out.",
  controls: ["SSM.1"],
  source:
    "https://docs.aws.amazon.com/systems-manager/latest/userguide/setup-instance-permissions.html",
  *check(instance) {
    if (!reference(instance, "iamInstanceProfile").set) {
      yield { fact: "iamInstanceProfile is not set", limit: "an instance needs a role" };
    }
    if (reference(instance, "keyName").set) {
      yield { fact: "keyName is set", limit: "nobody may come by SSH" };
    }
  },
});

export const instanceInterfaces = resourcePolicy(Instance, {
  name: "ec2-instance-interfaces",
  severity: "low",
  rule: "Give an EC2 instance one network interface that checks its traffic's addresses.",
  reason:
    "A second interface may join two networks that are meant to be apart; without the check an instance passes on the traffic of others.",
  fix: "Leave networkInterfaces out, and sourceDestCheck on.",
  controls: ["EC2.17", "EC2.180"],
  source: "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-eni.html",
  *check(instance) {
    const { sourceDestCheck } = instance;
    // Deprecated, but still what gives an instance more than one.
    const networkInterfaces =
      (instance as { readonly networkInterfaces?: readonly unknown[] }).networkInterfaces ?? [];
    if (networkInterfaces.length > 1) {
      yield {
        fact: `the instance has ${networkInterfaces.length} networkInterfaces`,
        limit: "the limit is 1",
      };
    }
    if (sourceDestCheck === false) {
      yield { fact: "sourceDestCheck is false", limit: "it must be on" };
    }
  },
});

export const launchTemplateExposure = resourcePolicy(LaunchTemplate, {
  name: "ec2-launch-template-public-address",
  severity: "high",
  rule: "Let a launch template give no public addresses.",
  reason: "Every instance that it starts would have one.",
  fix: "Set associatePublicIpAddress to false in each of networkInterfaces.",
  controls: ["EC2.25"],
  source: "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-instance-addressing.html",
  *check({ networkInterfaces = [] }) {
    for (const [index, { associatePublicIpAddress }] of networkInterfaces.entries()) {
      if (associatePublicIpAddress !== undefined && associatePublicIpAddress !== "false") {
        yield {
          fact: `networkInterfaces[${index}].associatePublicIpAddress is ${associatePublicIpAddress}`,
          limit: "it must be false",
        };
      }
    }
  },
});

export const addressInUse = stackPolicy([typeToken(Eip)], {
  name: "ec2-elastic-address-in-use",
  severity: "low",
  rule: "Attach every Elastic IP address to something.",
  reason: "An address is billed by the hour, and one that nothing uses is forgotten.",
  fix: "Give it to a NAT gateway, an instance or a network interface, or remove it.",
  controls: ["EC2.12"],
  source: "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/elastic-ip-addresses-eip.html",
  *check(resources) {
    const users = resources.filter(
      (resource) => resource.isType(NatGateway) || resource.isType(EipAssociation),
    );
    for (const address of resources.filter((resource) => resource.isType(Eip))) {
      const isUsed =
        isGiven(address, "instance") ||
        isGiven(address, "networkInterface") ||
        users.some((user) => refersTo(user, "allocationId", address, "allocationId"));
      if (!isUsed) {
        yield {
          resource: address,
          fact: "nothing uses this address",
          limit: "an address must be in use",
        };
      }
    }
  },
});

/**
 * Whether the program set a property. The service fills in what it did not: that is unknown in a preview, and made of no
 * other resource.
 */
function isGiven(resource: PolicyResource, property: string): boolean {
  const given = reference(resource.props, property);
  return given.set && (given.value !== undefined || property in resource.propertyDependencies);
}
