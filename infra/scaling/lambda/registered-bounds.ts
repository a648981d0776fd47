import {
  type ApplicationAutoScalingClient,
  DescribeScalableTargetsCommand,
  DescribeScalingActivitiesCommand,
} from "@aws-sdk/client-application-auto-scaling";

/** Smallest and largest capacity that a deployment or a schedule has registered. */
export interface RegisteredBounds {
  readonly min: number;
  readonly max: number;
}

/** A target as Application Auto Scaling has it. */
export interface RegisteredTarget {
  /** Undefined where the target's scheduled scaling is suspended. */
  readonly bounds: RegisteredBounds | undefined;
  /** Scaling activities of the last minutes that failed. */
  readonly failedActivities: number;
}

type Client = Pick<ApplicationAutoScalingClient, "send">;

const ServiceNamespace = "custom-resource";
/** An alarm looks at periods of five minutes. */
const LATELY = 5 * 60 * 1000;
/** Cause of an activity that shrinks by load: the function refuses these often, and none is urgent. */
const shrinks = /alarm \S+-in-\S+ in state ALARM/;

export async function registeredTargets(
  client: Client,
  urls: readonly string[],
  now: Date,
): Promise<ReadonlyMap<string, RegisteredTarget>> {
  const { ScalableTargets = [] } = await client.send(
    new DescribeScalableTargetsCommand({ ServiceNamespace, ResourceIds: [...urls] }),
  );
  return new Map(
    await Promise.all(
      urls.map(async (url): Promise<[string, RegisteredTarget]> => {
        const target = ScalableTargets.find(({ ResourceId }) => ResourceId === url);
        const { MinCapacity: min, MaxCapacity: max, SuspendedState } = target ?? {};
        const isFixed = SuspendedState?.ScheduledScalingSuspended === true;
        const bounds = min === undefined || max === undefined || isFixed ? undefined : { min, max };
        return [url, { bounds, failedActivities: await failedActivities(client, url, now) }];
      }),
    ),
  );
}

async function failedActivities(client: Client, url: string, now: Date): Promise<number> {
  const { ScalingActivities = [] } = await client.send(
    new DescribeScalingActivitiesCommand({ ServiceNamespace, ResourceId: url, MaxResults: 50 }),
  );
  return ScalingActivities.filter(
    ({ StatusCode, StartTime, Cause = "" }) =>
      StatusCode === "Failed" &&
      now.getTime() - (StartTime?.getTime() ?? 0) < LATELY &&
      !shrinks.test(Cause),
  ).length;
}
