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
      yield { fact: "associatePublicIpAddress is not set" };
    }
    for (const path of pathsOf(type, publicAddressNames)) {
      for (const { path: place, block, property } of placesAt(resource, path)) {
        const value = block[property] as string | boolean | undefined;
        if (isPresent(value) && !["false", "DISABLED"].includes(String(value))) {
          yield { fact: `${place} is ${String(value)}` };
        }
      }
    }
  },
});

export const instanceProfile = resourcePolicy("ec2-instance-profile", Instance, {
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
  *check(resource) {
    // Deprecated, but still what gives an instance more than one.
    const { length } = (resource["networkInterfaces"] ?? []) as readonly unknown[];
    yield* atMost(length, 1, `the instance has ${length} networkInterfaces`);
    yield* mustBe("sourceDestCheck", (resource["sourceDestCheck"] ?? true) as boolean, true);
  },
});
