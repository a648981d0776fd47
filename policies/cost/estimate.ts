import type { ApplicationArgs } from "@pulumi/aws/kinesisanalyticsv2";
import type { InstanceArgs } from "@pulumi/aws/ec2";
import type { StreamArgs } from "@pulumi/aws/kinesis";
import type { DomainArgs } from "@pulumi/aws/opensearch";
import type { Unwrap } from "@pulumi/pulumi";
import {
  applicationUsage,
  type CostItem,
  hoursPerMonth,
  instanceUsage,
  isPriced,
  monthlyCost,
  type PriceName,
  streamUsage,
  type Usage,
  used,
} from "./cost";
import { nodeGroups } from "../search/domain-nodes";
import { flinkScale } from "../flink/flink-configuration";
import { isSet, known } from "../engine/known";
import { sdkTokens } from "../engine/sdk-types";
import billing from "./billing.json";

/** A resource as a program declares it. */
export interface DeclaredResource {
  readonly type: string;
  readonly name: string;
  readonly props: Readonly<Record<string, unknown>>;
}

/**
 * What resources cost in a month because they are there. What depends on traffic, such as the data that a stream takes,
 * no program states; the sizing calculator does.
 *
 * @param region where the program does not say another one
 */
export function estimate(resources: readonly DeclaredResource[], region: string) {
  const items: (CostItem & { readonly resource: string })[] = [];
  // What has a price that the list does not know.
  const unpriced: { readonly resource: string; readonly what: string }[] = [];
  for (const { name: resource, type, props } of resources) {
    for (const usage of usageOf(type, props, resources)) {
      if (isPriced(usage.what)) {
        const own = known(() => props["region"] as string | undefined);
        items.push({ resource, ...monthlyCost(usage, own ?? region) });
      } else {
        unpriced.push({ resource, what: usage.what });
      }
    }
  }
  return { items, unpriced };
}

type Props = DeclaredResource["props"];

/** What a resource uses, by its type. Types that cost nothing by themselves are not in it. */
const usageByType: Readonly<
  Record<string, (props: Props, all: readonly DeclaredResource[]) => readonly Usage[]>
> = {
  "aws:kinesis/stream:Stream": (stream: Unwrap<StreamArgs>) =>
    known(() => stream.streamModeDetails?.streamMode) === "ON_DEMAND"
      ? fixed("kinesis.onDemandStreamHour", hoursPerMonth)
      : streamUsage({
          shards: stream.shardCount ?? 1,
          retentionHours: stream.retentionPeriod ?? 24,
          shardLevelMetrics: known(() => stream.shardLevelMetrics?.length) ?? 0,
        }),
  "aws:kinesis/streamConsumer:StreamConsumer": (_props, all) =>
    fixed("kinesis.fanOutConsumerShardHour", largestStream(all) * hoursPerMonth),
  "aws:kinesisanalyticsv2/application:Application": (props) =>
    applicationUsage(flinkScale(props as Unwrap<ApplicationArgs>)),
  "aws:opensearch/domain:Domain": domainCost,
  "aws:ec2/instance:Instance": instanceCost,
  "aws:ec2/vpcEndpoint:VpcEndpoint": (props, all) =>
    props["vpcEndpointType"] === "Interface"
      ? fixed("vpc.interfaceEndpointHour", endpointZones(props, all) * hoursPerMonth)
      : [],
  "aws:ebs/volume:Volume": ({ type = "gp2", size = 8, iops = 3000, throughput = 125 }) => {
    const isPlain =
      /^gp[23]$/.test(String(type)) && Number(iops) <= 3000 && Number(throughput) <= 125;
    return fixed(isPlain ? "ebs.gp3" : `ebs.${String(type)} with IOPS`, Number(size));
  },
  // The list has no price of these, which the verdict names then.
  "aws:apigateway/stage:Stage": (props) =>
    fixed("apigateway.cacheCluster", Number(props["cacheClusterEnabled"] === true)),
  "aws:dynamodb/table:Table": (props) =>
    fixed("dynamodb.provisionedCapacity", Number(props["billingMode"] !== "PAY_PER_REQUEST")),
  "aws:efs/fileSystem:FileSystem": (props) =>
    fixed("efs.provisionedThroughput", Number(props["throughputMode"] === "provisioned")),
  "aws:cloudwatch/metricAlarm:MetricAlarm": (props) =>
    fixed("cloudwatch.alarm", alarmMetrics(props)),
  ...alwaysUsed(billing.hourly, hoursPerMonth),
  ...alwaysUsed(billing.monthly, 1),
};

/** Types of which one costs the same whatever its properties are, by what it uses. */
function alwaysUsed(types: Readonly<Record<string, string>>, quantity: number) {
  return Object.fromEntries(
    Object.entries(types).flatMap(([what, names]) =>
      sdkTokens(names).map((type) => [type, () => fixed(what as PriceName, quantity)]),
    ),
  );
}

/** Types that cost something by themselves. */
export const billedTypes = Object.keys(usageByType);

/** Types that are not in the sum, by the reason. */
export const notInSum = Object.fromEntries(
  Object.entries(billing.notInSum).map(([reason, names]) => [reason, sdkTokens(names)]),
);

/** Types that are billed by the hour or the piece and have no price in the list. */
export const unpricedTypes: ReadonlySet<string> = new Set(sdkTokens(billing.unpriced));

function usageOf(type: string, props: Props, all: readonly DeclaredResource[]): readonly Usage[] {
  return unpricedTypes.has(type)
    ? [{ what: `${String(type.split(/[:/]/)[1])}.${String(type.split(":")[2])}`, quantity: 1 }]
    : (usageByType[type]?.(props, all) ?? []);
}

function fixed(what: Usage["what"], quantity: number): readonly Usage[] {
  return used([{ what, quantity }]);
}

/** A consumer's stream may be unknown in a preview: it is taken for the largest. */
function largestStream(all: readonly DeclaredResource[]): number {
  const streams = all.filter(({ type }) => type === "aws:kinesis/stream:Stream");
  return Math.max(1, ...streams.map(({ props }) => Number(props["shardCount"] ?? 1)));
}

function domainCost(domain: Unwrap<DomainArgs>): readonly Usage[] {
  const { ebsEnabled, volumeSize = 0 } = domain.ebsOptions ?? {};
  const dataNodes = domain.clusterConfig?.instanceCount ?? 1;
  return [
    ...nodeGroups(domain).flatMap(({ type = "m4.large.search", count = 0 }) =>
      instanceUsage(type, count),
    ),
    ...fixed("opensearch.gp3", ebsEnabled === true ? dataNodes * volumeSize : 0),
  ];
}

function instanceCost(
  instance: Unwrap<InstanceArgs>,
  all: readonly DeclaredResource[],
): readonly Usage[] {
  // Without a setting the provider fills the lists in, after a preview.
  const volumes = [
    known(() => instance.rootBlockDevice) ?? {},
    ...(known(() => instance.ebsBlockDevices) ?? []),
  ];
  // An image of Amazon Linux has 8 GiB.
  const size = volumes.reduce((sum, { volumeSize = 8 }) => sum + volumeSize, 0);
  const type = isSet(instance, "launchTemplate")
    ? (known(() => instance.instanceType) ?? typeByTemplate(instance, all))
    : (instance.instanceType ?? "m1.small");
  return [...(type ? instanceUsage(type, 1) : []), ...fixed("ebs.gp3", size)];
}

/** The type that an instance takes from its launch template; the type of a template elsewhere is unknown here. */
function typeByTemplate(
  instance: Unwrap<InstanceArgs>,
  all: readonly DeclaredResource[],
): string | undefined {
  const named = known(() => instance.launchTemplate?.id ?? instance.launchTemplate?.name);
  const templates = all.filter(({ type }) => type === "aws:ec2/launchTemplate:LaunchTemplate");
  const [template, ...others] = templates.filter(
    ({ props }) =>
      !named || known(() => props["id"]) === named || known(() => props["name"]) === named,
  );
  // Several may be meant while a new template's id is unknown in a preview.
  return others.length === 0
    ? known(() => template?.props["instanceType"] as string | undefined)
    : undefined;
}

/** One for each subnet; where those are unknown in a preview, one for each zone that the program has subnets in. */
function endpointZones(props: Props, all: readonly DeclaredResource[]): number {
  const subnets = known(() => props["subnetIds"]);
  if (Array.isArray(subnets)) {
    return subnets.length;
  }
  const zones = all
    .filter(({ type }) => type === "aws:ec2/subnet:Subnet")
    .map(({ props: subnet }) => known(() => subnet["availabilityZone"]));
  return Math.max(1, new Set(zones).size);
}

/** An alarm is billed by the metrics that it looks at. */
function alarmMetrics(props: Props): number {
  const queries = (props["metricQueries"] ?? []) as readonly Props[];
  return Math.max(1, queries.filter((query) => isSet(query, "metric")).length);
}
