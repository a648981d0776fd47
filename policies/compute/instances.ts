import { Eip, EipAssociation, Instance, LaunchTemplate, NetworkInterface } from "@pulumi/aws/ec2";
import { isPresent, isSet, reference } from "../engine/known";
import { resourcePolicy, typesPolicy } from "../engine/policy";
import { pathsOf, placesAt, typesWith, typeToken } from "../engine/sdk-types";
import { atMost, mustBe } from "../engine/violation";

/** The metadata options of an instance and of a launch template are alike. */
interface MetadataOptions {
  readonly httpEndpoint?: string;
  readonly httpTokens?: string;
}

export const metadata = typesPolicy("ec2-instance-metadata-v2", [Instance, LaunchTemplate], {
  severity: "high",
  rule: "Let an instance's metadata be read with a session token only (IMDSv2).",
  reason:
    "With version 1 a program on the instance that can be made to fetch an address hands out the instance's credentials.",
  fix: "Set metadataOptions.httpTokens to required.",
  controls: ["EC2.8", "EC2.170"],
  source:
    "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html",
  remedy: (instance) =>
    isFromTemplate(instance) ? {} : { metadataOptions: { httpTokens: "required" } },
  *check(instance) {
    const options = instance["metadataOptions"] as MetadataOptions | undefined;
    if (isFromTemplate(instance)) {
      return;
    }
    if (options?.httpEndpoint !== "disabled") {
      yield* mustBe("metadataOptions.httpTokens", options?.httpTokens, "required");
    }
  },
});

/** Whether the options are those of a launch template. */
function isFromTemplate(instance: object): boolean {
  return !isSet(instance, "metadataOptions") && isSet(instance, "launchTemplate");
}

/** Switches that give what they belong to a public address; subnets have a policy of their own. */
const publicAddressNames = ["assignPublicIp", "associatePublicIpAddress", "publiclyAccessible"];

const addressTypes = [Eip, EipAssociation].map(typeToken);
const addressable = [...typesWith(...publicAddressNames), ...addressTypes];

export const publicAddress = typesPolicy("ec2-instance-public-address", addressable, {
  severity: "high",
  rule: "Give an EC2 instance, a launch template, a task or a database no public address.",
  reason:
    "Whatever listens on it is tried from all over the world within minutes. Session Manager needs no way in.",
  fix: "Set associatePublicIpAddress (assignPublicIp, publiclyAccessible) to false, take a private subnet, and name the instance in no Eip and no EipAssociation.",
  controls: ["EC2.9", "EC2.25"],
  source: "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-instance-addressing.html",
  *check(resource, _config, { type }) {
    for (const property of addressTypes.includes(type)
      ? ["instance", "instanceId", "networkInterfaceId"]
      : []) {
      if (reference(resource, property).set) {
        yield { fact: `${property} is set`, limit: "the instance would have a public address" };
      }
    }
    // Without the setting the subnet decides, unless an interface of its own has its addresses already.
    const isOpen =
      type === typeToken(Instance) &&
      !isSet(resource, "primaryNetworkInterface") &&
      !isSet(resource, "networkInterfaces") &&
      !isSet(resource, "associatePublicIpAddress");
    if (isOpen) {
      yield { fact: "associatePublicIpAddress is not set", limit: "it must be false" };
    }
    for (const path of pathsOf(type, publicAddressNames)) {
      for (const { path: place, block, property } of placesAt(resource, path)) {
        const value = block[property] as string | boolean | undefined;
        if (isPresent(value) && !["false", "DISABLED"].includes(String(value))) {
          yield { fact: `${place} is ${String(value)}`, limit: "it must be false" };
        }
      }
    }
  },
});

export const instanceProfile = resourcePolicy("ec2-instance-profile", Instance, {
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
      yield { fact: "keyName is set", limit: "no access by SSH" };
    }
  },
});

export const interfaces = typesPolicy("ec2-instance-interfaces", [Instance, NetworkInterface], {
  severity: "low",
  rule: "Give an EC2 instance one network interface that checks its traffic's addresses.",
  reason:
    "A second interface may join two networks that are meant to be apart; without the check an instance passes on the traffic of others.",
  fix: "Leave networkInterfaces out, and sourceDestCheck on.",
  controls: ["EC2.17", "EC2.180"],
  source: "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-eni.html",
  *check(resource) {
    // Deprecated, but still what gives an instance more than one.
    const { length } = (resource["networkInterfaces"] ?? []) as readonly unknown[];
    yield* atMost(length, 1, `the instance has ${length} networkInterfaces`);
    yield* mustBe("sourceDestCheck", (resource["sourceDestCheck"] ?? true) as boolean, true);
  },
});
