import { Eip, EipAssociation, Instance, LaunchTemplate, NetworkInterface } from "@pulumi/aws/ec2";
import { isPresent, isSet } from "../engine/known";
import { resourcePolicy, typesPolicy } from "../engine/policy";
import { pathsOf, placesAt, typesWith, typeToken } from "../engine/sdk-types";
import { atMost, mustBe, mustBeSet } from "../engine/violation";

/** The metadata options of an instance and of a launch template are alike. */
type MetadataOptions = Readonly<Partial<Record<"httpEndpoint" | "httpTokens", string>>>;

export const metadata = typesPolicy("ec2-instance-metadata-v2", [Instance, LaunchTemplate], {
  remedy: (instance) =>
    isFromTemplate(instance) ? {} : { metadataOptions: { httpTokens: "required" } },
  *check(instance) {
    const { httpEndpoint, httpTokens } = (instance["metadataOptions"] ?? {}) as MetadataOptions;
    if (!isFromTemplate(instance) && httpEndpoint !== "disabled") {
      yield* mustBe("metadataOptions.httpTokens", httpTokens, "required");
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
    for (const property of ["instance", "instanceId", "networkInterfaceId"]) {
      if (addressTypes.includes(type) && isSet(resource, property)) {
        yield { fact: `${property} is set`, limit: "the instance would have a public address" };
      }
    }
    // Without the setting the subnet decides, unless an interface of its own has its addresses already.
    if (
      type === typeToken(Instance) &&
      !isSet(resource, "primaryNetworkInterface") &&
      !isSet(resource, "networkInterfaces")
    ) {
      yield* mustBeSet(resource, "associatePublicIpAddress");
    }
    for (const path of pathsOf(type, publicAddressNames)) {
      for (const { path: place, block, property } of placesAt(resource, path)) {
        const value = block[property] as string | boolean | undefined;
        if (isPresent(value) && !["false", "DISABLED"].includes(String(value))) {
          yield `${place} is ${String(value)}`;
        }
      }
    }
  },
});

export const instanceProfile = resourcePolicy("ec2-instance-profile", Instance, {
  *check(instance) {
    if (!isSet(instance, "iamInstanceProfile")) {
      yield { fact: "iamInstanceProfile is not set", limit: "an instance needs a role" };
    }
    if (isSet(instance, "keyName")) {
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
