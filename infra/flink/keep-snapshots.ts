import { CloudWatchClient, PutMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import {
  CreateApplicationSnapshotCommand,
  DeleteApplicationSnapshotCommand,
  DescribeApplicationCommand,
  DescribeApplicationVersionCommand,
  KinesisAnalyticsV2Client,
  paginateListApplicationSnapshots,
  type SnapshotDetails,
} from "@aws-sdk/client-kinesis-analytics-v2";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { metricFamilies } from "../watch/metrics";

/** What the schedule sends. */
export interface SnapshotSettings {
  readonly application: string;
  /** Hours from one snapshot to the next. */
  readonly everyHours: number;
  /** Snapshots that are kept, and releases whose newest snapshot is kept. */
  readonly keep: number;
}

export interface Services {
  readonly flink: KinesisAnalyticsV2Client;
  readonly cloudWatch: Pick<CloudWatchClient, "send">;
}

export async function handler(settings: SnapshotSettings): Promise<void> {
  const client = {
    requestHandler: new NodeHttpHandler({ connectionTimeout: 2_000, requestTimeout: 5_000 }),
  };
  const services = {
    flink: new KinesisAnalyticsV2Client(client),
    cloudWatch: new CloudWatchClient(client),
  };
  await keepSnapshots(settings, services, new Date());
}

/** Publishes the age of the newest snapshot and, where the next one is due, deletes surplus ones and takes it. */
export async function keepSnapshots(
  { application, everyHours, keep }: SnapshotSettings,
  { flink, cloudWatch }: Services,
  now: Date,
): Promise<void> {
  const ageSeconds = ({ SnapshotCreationTimestamp: time }: SnapshotDetails): number =>
    (now.getTime() - (time?.getTime() ?? 0)) / 1000;
  const snapshots: SnapshotDetails[] = [];
  const pages = paginateListApplicationSnapshots(
    { client: flink, pageSize: 50 },
    { ApplicationName: application },
  );
  for await (const { SnapshotSummaries = [] } of pages) snapshots.push(...SnapshotSummaries);
  snapshots.sort((one, other) => ageSeconds(one) - ageSeconds(other));
  const ready = snapshots.filter(({ SnapshotStatus }) => SnapshotStatus === "READY");

  // Published before anything that can fail.
  const [newest] = ready;
  const Dimensions = [{ Name: "Application", Value: application }];
  await cloudWatch.send(
    new PutMetricDataCommand({
      Namespace: metricFamilies.snapshots.namespace,
      MetricData: [
        { MetricName: "Count", Dimensions, Value: snapshots.length },
        ...(newest ? [{ MetricName: "Age", Dimensions, Value: ageSeconds(newest) }] : []),
      ],
    }),
  );

  const isRecent = snapshots.some(
    (one) =>
      (one.SnapshotStatus === "READY" || one.SnapshotStatus === "CREATING") &&
      ageSeconds(one) < everyHours * 3600,
  );
  if (isRecent) return;
  const { ApplicationDetail } = await flink.send(
    new DescribeApplicationCommand({ ApplicationName: application }),
  );
  if (ApplicationDetail?.ApplicationStatus !== "RUNNING") return;

  const { SnapshotName: restored } =
    ApplicationDetail.ApplicationConfigurationDescription?.RunConfigurationDescription
      ?.ApplicationRestoreConfigurationDescription ?? {};
  const releases = await newestOfReleases(flink, application, ready, keep);
  const kept = new Set([
    restored,
    ...[...ready.slice(0, keep), ...releases].map(({ SnapshotName }) => SnapshotName),
  ]);
  // First, as the service takes no snapshot of an application that has as many as it may have.
  for (const { SnapshotName, SnapshotStatus, SnapshotCreationTimestamp } of snapshots) {
    const isSurplus = SnapshotStatus === "FAILED" || SnapshotStatus === "READY";
    if (!isSurplus || kept.has(SnapshotName)) continue;
    await flink.send(
      new DeleteApplicationSnapshotCommand({
        ApplicationName: application,
        SnapshotName,
        SnapshotCreationTimestamp,
      }),
    );
  }
  await flink.send(
    new CreateApplicationSnapshotCommand({
      ApplicationName: application,
      SnapshotName: `scheduled-${now.toISOString().replaceAll(":", "-")}`,
    }),
  );
}

/** The newest snapshot of each of the last releases, to go back to. Scaling makes versions of the same code. */
async function newestOfReleases(
  flink: KinesisAnalyticsV2Client,
  application: string,
  newestFirst: readonly SnapshotDetails[],
  count: number,
): Promise<readonly SnapshotDetails[]> {
  const byCode = new Map<string, SnapshotDetails>();
  const versions = new Set<number | undefined>();
  for (const snapshot of newestFirst) {
    const { ApplicationVersionId } = snapshot;
    if (byCode.size === count) break;
    if (versions.has(ApplicationVersionId)) continue;
    versions.add(ApplicationVersionId);
    const { ApplicationVersionDetail: version } = await flink.send(
      new DescribeApplicationVersionCommand({ ApplicationName: application, ApplicationVersionId }),
    );
    const code = JSON.stringify(
      version?.ApplicationConfigurationDescription?.ApplicationCodeConfigurationDescription
        ?.CodeContentDescription?.S3ApplicationCodeLocationDescription,
    );
    if (!byCode.has(code)) byCode.set(code, snapshot);
  }
  return [...byCode.values()];
}
