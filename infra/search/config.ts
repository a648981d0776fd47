import type { ConfigReader } from "../core/config-reader";
import {
  cognitoDomainPrefix,
  dedicatedMasterCounts,
  limits,
  roleArn,
  searchInstanceType,
  searchWarmInstanceTypes,
} from "../core/limits";
import { checkSignIn, checkTopology } from "./args";

/** The search domain of a stack, and who reads it. */
export type SearchConfig = ReturnType<typeof readSearch>;

export function readSearch(read: ConfigReader) {
  const warmCount = read.integer("searchWarmCount", { ...limits.searchWarmCount, min: 0 });
  const warmType = read.oneOf("searchWarmType", searchWarmInstanceTypes);
  return {
    instanceType: read.form("searchInstanceType", searchInstanceType),
    instanceCount: read.integer("searchInstanceCount", limits.searchInstanceCount),
    volumeGiB: read.integer("searchVolumeGiB", limits.searchVolumeGiB),
    dedicatedMasters: read.choice("searchDedicatedMasters", dedicatedMasterCounts),
    dedicatedMasterType: read.form("searchDedicatedMasterType", searchInstanceType),
    standby: read.boolean("searchStandby"),
    ...(warmCount > 0 && { warm: { instanceType: warmType, instanceCount: warmCount } }),
    createServiceLinkedRole: read.boolean("createSearchServiceLinkedRole"),
    indexShards: read.integer("searchIndexShards", limits.searchIndexShards),
    /** Days for which daily snapshots are kept; 0 takes none. */
    snapshotDays: read.integer("searchSnapshotDays", { ...limits.searchSnapshotDays, min: 0 }),
    readerRoleArns: read.forms("searchReaderRoleArns", limits.searchReaders, roleArn),
    adminRoleArns: read.forms("searchAdminRoleArns", limits.searchReaders, roleArn),
    /** First part of the sign-in page's host name, where people sign in to the dashboards through Cognito. */
    signInPrefix: read.optionalForm("searchSignInPrefix", cognitoDomainPrefix),
  };
}

/** What each number allows alone and all of them do not together. */
export function checkSearch(
  search: SearchConfig,
  subnetCount: number,
  encryptAtRest: boolean,
  read: ConfigReader,
): void {
  const { problems } = read;
  checkSignIn(
    { signIn: search.signInPrefix !== undefined, encryptAtRest },
    problems,
    read.names({ signIn: "searchSignInPrefix", encryptAtRest: "encryptAtRest" }),
  );
  const vpc = { vpcId: "", subnetIds: [], subnetCount };
  checkTopology(
    { ...search, encryptAtRest, vpc },
    problems,
    read.names({
      dedicatedMasters: "searchDedicatedMasters",
      dedicatedMasterType: "searchDedicatedMasterType",
      instanceCount: "searchInstanceCount",
      instanceType: "searchInstanceType",
      standby: "searchStandby",
      volumeGiB: "searchVolumeGiB",
      "warm.instanceCount": "searchWarmCount",
      "warm.instanceType": "searchWarmType",
    }),
  );
}
