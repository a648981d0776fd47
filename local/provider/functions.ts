import { createHash } from "node:crypto";
import { partitionOf, type Place } from "./outputs";
import type { Values } from "./values";

/** The public parameters with AWS's newest machine images. */
const IMAGE_PARAMETERS = "/aws/service/ami-";

/**
 * The provider functions that a program may call, by token.
 *
 * They answer for the account and region of the plan alone, never for what a real account holds.
 */
const FUNCTIONS: Readonly<Record<string, (args: Values, place: Place) => Values>> = {
  "aws:index/getRegion:getRegion": (_, { region }) => ({
    id: region,
    region,
    name: region,
    description: region,
    endpoint: `ec2.${region}.${partitionOf(region).dnsSuffix}`,
  }),
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
  "aws:index/getAvailabilityZones:getAvailabilityZones": (_, { region }) => {
    const names = zonesOf(region);
    const zoneIds = names.map((_, index) => `${region}-az${index + 1}`);
    return { id: region, region, names, zoneIds, groupNames: [region] };
  },
  // Offline every zone has everything.
  "aws:ec2/getVpcEndpointService:getVpcEndpointService": (args, { region }) => ({
    ...args,
    id: String(args["serviceName"]),
    availabilityZones: zonesOf(region),
  }),
  "aws:ec2/getInstanceTypeOfferings:getInstanceTypeOfferings": (args, { region }) => ({
    ...args,
    id: region,
    region,
    locations: zonesOf(region),
  }),
  "aws:ssm/getParameter:getParameter": (args, { region }) => {
    const name = String(args["name"]);
    if (!name.startsWith(IMAGE_PARAMETERS)) {
      throw new Error(
        `ssm.getParameter: "${name}" is not known to the local AWS provider, which has only the ` +
          `public image parameters (${IMAGE_PARAMETERS}…).`,
      );
    }
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
  const { region } = args;
  return call(args, typeof region === "string" ? { ...place, region } : place);
}

/** As many zones as a region has at most. */
function zonesOf(region: string): string[] {
  return ["a", "b", "c", "d", "e", "f"].map((zone) => `${region}${zone}`);
}
