import type * as aws from "@pulumi/aws";
import { type SearchDomainArgs, searchZones } from "./args";

/** The nodes of a domain and how they spread. */
export function clusterConfiguration(
  args: SearchDomainArgs,
): aws.types.input.opensearch.DomainClusterConfig {
  const zones = searchZones(args);
  const dedicatedMasters = args.dedicatedMasters ?? 0;
  return {
    instanceType: args.instanceType,
    instanceCount: args.instanceCount,
    zoneAwarenessEnabled: zones > 1,
    ...(zones > 1 && { zoneAwarenessConfig: { availabilityZoneCount: zones } }),
    dedicatedMasterEnabled: dedicatedMasters > 0,
    ...(dedicatedMasters > 0 && {
      dedicatedMasterCount: dedicatedMasters,
      ...(args.dedicatedMasterType !== undefined && {
        dedicatedMasterType: args.dedicatedMasterType,
      }),
    }),
    // Said in any case: AWS has another default for a new domain than for one that is changed.
    multiAzWithStandbyEnabled: args.standby ?? false,
    ...(args.warm !== undefined && {
      warmEnabled: true,
      warmCount: args.warm.instanceCount,
      warmType: args.warm.instanceType,
    }),
  };
}

/**
 * Sign-in through Cognito, said in any case: left out it would stay as it was, with a user pool that is gone.
 */
export function signInOptions({
  signIn,
}: SearchDomainArgs): aws.types.input.opensearch.DomainCognitoOptions {
  return signIn === undefined
    ? { enabled: false, userPoolId: "", identityPoolId: "", roleArn: "" }
    : {
        enabled: true,
        userPoolId: signIn.userPoolId,
        identityPoolId: signIn.identityPoolId,
        roleArn: signIn.roleArn,
      };
}
