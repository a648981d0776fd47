import {
  type ApplicationAutoScalingClient,
  DescribeScalableTargetsCommand,
} from "@aws-sdk/client-application-auto-scaling";

/** Smallest and largest capacity that are registered at present, by a deployment or a schedule. */
export interface RegisteredBounds {
  readonly min: number;
  readonly max: number;
}

/** Reads the bounds of targets by their URLs; those whose scheduled scaling is suspended have none. */
export async function registeredBounds(
  client: Pick<ApplicationAutoScalingClient, "send">,
  urls: readonly string[],
): Promise<ReadonlyMap<string, RegisteredBounds>> {
  const { ScalableTargets = [] } = await client.send(
    new DescribeScalableTargetsCommand({
      ServiceNamespace: "custom-resource",
      ResourceIds: [...urls],
    }),
  );
  return new Map(
    ScalableTargets.flatMap(
      ({ ResourceId, MinCapacity, MaxCapacity, SuspendedState }): [string, RegisteredBounds][] =>
        ResourceId === undefined ||
        MinCapacity === undefined ||
        MaxCapacity === undefined ||
        SuspendedState?.ScheduledScalingSuspended === true
          ? []
          : [[ResourceId, { min: MinCapacity, max: MaxCapacity }]],
    ),
  );
}
