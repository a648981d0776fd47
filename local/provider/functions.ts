import { createHash } from "node:crypto";
import { partitionOf, type Place } from "./outputs";
import type { Values } from "./values";

type ProviderFunction = (args: Values, place: Place) => Values;

/** The public parameters with AWS's newest machine images. */
const IMAGE_PARAMETERS = "/aws/service/ami-";

/**
 * The provider functions that a program may call, by token.
 *
 * They answer for the account and region of the plan alone, never for what a real account holds.
 */
const FUNCTIONS: Readonly<Record<string, ProviderFunction>> = {
  "aws:index/getRegion:getRegion": (args, place) => {
    const region = regionOf(args, place);
    const { dnsSuffix } = partitionOf(region);
    return {
      id: region,
      region,
      name: region,
      description: region,
      endpoint: `ec2.${region}.${dnsSuffix}`,
    };
  },
  "aws:index/getCallerIdentity:getCallerIdentity": (_, { account, region }) => ({
    id: account,
    accountId: account,
    arn: `arn:${partitionOf(region).partition}:iam::${account}:root`,
    userId: account,
  }),
  "aws:index/getPartition:getPartition": (_, { region }) => {
    const { partition, dnsSuffix } = partitionOf(region);
    const reverseDnsPrefix = dnsSuffix.split(".").reverse().join(".");
    return { id: partition, partition, dnsSuffix, reverseDnsPrefix };
  },
  "aws:index/getAvailabilityZones:getAvailabilityZones": (args, place) => {
    const region = regionOf(args, place);
    const names = zonesOf(region);
    const zoneIds = names.map((_, index) => `${region}-az${index + 1}`);
    return { id: region, region, names, zoneIds, groupNames: [region] };
  },
  // Offline every zone has everything.
  "aws:ec2/getVpcEndpointService:getVpcEndpointService": (args, place) => ({
    ...args,
    id: String(args["serviceName"]),
    availabilityZones: zonesOf(regionOf(args, place)),
  }),
  "aws:ec2/getInstanceTypeOfferings:getInstanceTypeOfferings": (args, place) => {
    const region = regionOf(args, place);
    return { ...args, id: region, region, locations: zonesOf(region) };
  },
  "aws:ssm/getParameter:getParameter": (args, place) => {
    const name = String(args["name"]);
    if (!name.startsWith(IMAGE_PARAMETERS)) {
      throw new Error(
        `ssm.getParameter: "${name}" is not known to the local AWS provider, which has only the ` +
          `public image parameters (${IMAGE_PARAMETERS}…).`,
      );
    }
    const region = regionOf(args, place);
    const digest = createHash("sha256").update(`${name} ${region}`).digest("hex");
    const value = `ami-0${digest.slice(0, 16)}`;
    const arn = `arn:${partitionOf(region).partition}:ssm:${region}::parameter${name}`;
    return { id: name, name, arn, type: "String", value, insecureValue: value, version: 1, region };
  },
};

/**
 * @throws when the function is not among those that the local provider knows.
 */
export function callFunction(token: string, args: Values, place: Place): Values {
  const call = FUNCTIONS[token];
  if (call === undefined) {
    throw new Error(
      `The function ${token} is not known to the local AWS provider: add it to local/provider/functions.ts.`,
    );
  }
  return call(args, place);
}

function regionOf(args: Values, place: Place): string {
  return typeof args["region"] === "string" ? args["region"] : place.region;
}

/** As many zones as a region has at most. */
function zonesOf(region: string): string[] {
  return ["a", "b", "c", "d", "e", "f"].map((zone) => `${region}${zone}`);
}
