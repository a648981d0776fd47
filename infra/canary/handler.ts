import { randomUUID } from "node:crypto";
import {
  CloudWatchClient,
  GetMetricDataCommand,
  PutMetricDataCommand,
} from "@aws-sdk/client-cloudwatch";
import { KinesisClient, PutRecordCommand } from "@aws-sdk/client-kinesis";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { DomainClient, ownIdentity } from "../search/bootstrap/domain-client";
import { metricFamilies } from "../watch/metrics";
import {
  type CanarySettings,
  completeness,
  completenessQueries,
  settingsVariable,
  span,
} from "./measures";

export interface Services {
  readonly kinesis: Pick<KinesisClient, "send">;
  readonly cloudWatch: Pick<CloudWatchClient, "send">;
  readonly domain: Pick<DomainClient, "request">;
}

export async function handler(): Promise<void> {
  const settings = JSON.parse(process.env[settingsVariable] ?? "") as CanarySettings;
  const client = {
    requestHandler: new NodeHttpHandler({ connectionTimeout: 2_000, requestTimeout: 5_000 }),
  };
  const services = {
    kinesis: new KinesisClient(client),
    cloudWatch: new CloudWatchClient(client),
    domain: new DomainClient({
      endpoint: settings.endpoint,
      ...ownIdentity(),
      // The next minute asks again.
      remainingMilliseconds: () => 0,
    }),
  };
  await measure(settings, services, new Date());
}

/** Sends a canary, and publishes the age of the newest one in the index and the completeness of the last hour. */
export async function measure(
  settings: CanarySettings,
  { kinesis, cloudWatch, domain }: Services,
  now: Date,
): Promise<void> {
  await kinesis.send(
    new PutRecordCommand({
      StreamName: settings.stream,
      PartitionKey: randomUUID(),
      Data: Buffer.from(JSON.stringify({ canary: now.toISOString() })),
    }),
  );
  const publish = async (MetricName: string, Value: number | undefined): Promise<void> => {
    if (Value === undefined) return;
    const Dimensions = [{ Name: "Stream", Value: settings.stream }];
    const MetricData = [{ MetricName, Dimensions, Value }];
    const Namespace = metricFamilies.canary.namespace;
    await cloudWatch.send(new PutMetricDataCommand({ Namespace, MetricData }));
  };
  const end = now.getTime() - span.endedBefore;
  // Neither measure waits for the other: the domain may be away while CloudWatch answers.
  const outcomes = await Promise.allSettled([
    newestCanary(domain, settings.index).then((newest) =>
      publish("Age", newest && (now.getTime() - newest) / 1000),
    ),
    cloudWatch
      .send(
        new GetMetricDataCommand({
          StartTime: new Date(end - span.milliseconds),
          EndTime: new Date(end),
          ScanBy: "TimestampAscending",
          MetricDataQueries: completenessQueries(settings),
        }),
      )
      .then(({ MetricDataResults = [] }) =>
        publish("Completeness", completeness(MetricDataResults)),
      ),
  ]);
  for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
}

/** When the newest canary in the index was sent; undefined before the first. */
async function newestCanary(
  domain: Services["domain"],
  index: string,
): Promise<number | undefined> {
  const { status, body } = await domain.request(
    "GET",
    `/${index}/_search?size=1&sort=canary:desc&ignore_unavailable=true`,
  );
  if (status !== 200) throw new Error(`The domain answers ${status}: ${JSON.stringify(body)}`);
  const { hits } = body as {
    readonly hits: { readonly hits: readonly { readonly _source: { readonly canary: string } }[] };
  };
  const newest = hits.hits[0]?._source.canary;
  return newest === undefined ? undefined : Date.parse(newest);
}
