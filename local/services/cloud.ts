import { existsSync, rmSync } from "node:fs";
import path from "node:path";
import type { Kinesis } from "@aws-sdk/client-kinesis";
import {
  type PropertyTemplates,
  resolvedProperties,
} from "../../infra/contracts/property-templates";
import type { DataPlanes } from "../provider/data-plane";
import { LOCAL_ACCOUNT } from "../provider/provider";
import { applicationPlane, type LocalProperties } from "./flink/application-plane";
import { catalogPlane } from "./storage/catalog-plane";
import { consumerPlane } from "./kinesis/consumer-plane";
import { deliveryPlane } from "./firehose/delivery-plane";
import { DeliveryEndpoint } from "./firehose/delivery-endpoint";
import { domainPlane } from "./opensearch/domain-plane";
import { lockFolder } from "../machine/folder-lock";
import { eventSourcePlane } from "./lambda/event-source-plane";
import { functionPlane, invocationPlane } from "./lambda/function-plane";
import type { Progress } from "../machine/installation";
import { kinesisClient, kinesisEnvironment, startKinesisServer } from "./kinesis/kinesis-server";
import { bucketPlane, objectPlane, ObjectStore } from "./storage/object-store";
import { rememberedPorts } from "../machine/ports";
import { startSearchNode } from "./opensearch/search-node";
import { ServiceFolders } from "../machine/service-folders";
import { startable } from "../machine/startable";
import { RestApiPlane } from "./api/rest-api-plane";
import { streamPlane } from "./kinesis/stream-plane";

export interface CloudOptions {
  readonly folder: string;
  readonly region: string;
  readonly fresh: boolean;
  /** Newest records that all streams together keep. @default all of their retention */
  readonly keepRecords?: number | undefined;
  /** Properties of the job that differ here, with placeholders; they are merged over those of the program. @default none */
  readonly jobProperties?: PropertyTemplates;
  readonly onProgress: Progress;
  /** A service ended that cannot do without, or does not stay up; the message holds the end of its log. */
  readonly onFailure: (error: Error) => void;
}

export interface Endpoints {
  readonly kinesis: string;
  readonly opensearch: string;
  readonly flink: string;
}

/** The AWS services of a program, on this machine. */
export type LocalCloud = Awaited<ReturnType<typeof localCloud>>;
export type CloudStatus = Awaited<ReturnType<LocalCloud["status"]>>;

/** Prepares the services; each starts when a resource needs it. @throws Error when another run uses the folder */
export async function localCloud(options: CloudOptions) {
  const { region, onProgress, onFailure } = options;
  const folders = new ServiceFolders(options.folder);
  const unlock = await lockFolder(folders.root, folders.processes);
  if (options.fresh) {
    for (const service of ["kinesis", "opensearch", "flink", "firehose", "lambda", "s3"] as const) {
      rmSync(folders.state(service), { recursive: true, force: true });
    }
  }
  rmSync(path.dirname(folders.log("")), { recursive: true, force: true });
  const ports = await rememberedPorts(folders.root, [
    "kinesis",
    "opensearch",
    "opensearchTransport",
    "flink",
    "flinkRpc",
    "flinkBlob",
    "firehose",
    "api",
  ]);
  const endpoints: Endpoints = {
    kinesis: `http://127.0.0.1:${ports.kinesis}`,
    opensearch: `http://127.0.0.1:${ports.opensearch}`,
    flink: `http://127.0.0.1:${ports.flink}`,
  };
  const environment = {
    AWS_REGION: region,
    ...kinesisEnvironment(endpoints.kinesis),
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_ENDPOINT_URL_OPENSEARCH: endpoints.opensearch,
    AWS_ENDPOINT_URL_FIREHOSE: `http://127.0.0.1:${ports.firehose}`,
  };

  const common = { folders, onProgress };
  const { keepRecords } = options;
  const server = { port: ports.kinesis, region, accountId: LOCAL_ACCOUNT, keepRecords, ...common };
  const kinesis = startable((onExit) => startKinesisServer({ ...server, onExit }), options);
  const [httpPort, transportPort] = [ports.opensearch, ports.opensearchTransport];
  const node = { httpPort, transportPort, ...common };
  const search = startable((onExit) => startSearchNode({ ...node, onExit }), options);
  let client: Kinesis | undefined;
  const kinesisApi = async (): Promise<Kinesis> => {
    await kinesis.start();
    return (client ??= kinesisClient(endpoints.kinesis, region));
  };
  const store = new ObjectStore(folders.state("s3"));
  const functions = functionPlane({
    folder: folders.state("lambda"),
    logFile: (name) => folders.log(name),
    // The node here is OpenSearch without them; the set-up function must know, or it would fail.
    environment: {
      ...environment,
      OPENSEARCH_ABSENT_PLUGINS: "index-state-management,security,dashboards",
    },
  });
  const catalog = catalogPlane();
  const deliveryEndpoint = new DeliveryEndpoint(ports.firehose);
  const deliveries = deliveryPlane({
    client: kinesisApi,
    store,
    functions,
    catalog,
    endpoint: deliveryEndpoint,
    folder: folders.state("firehose"),
    region,
  });
  const eventSources = eventSourcePlane({
    client: kinesisApi,
    store,
    functions,
    folder: folders.state("lambda"),
    logFile: (name) => folders.log(name),
  });
  const apis = new RestApiPlane({
    port: ports.api,
    kinesis: async () => {
      await kinesis.start();
      return endpoints.kinesis;
    },
    logFile: folders.log("api"),
  });
  const hasIndices = (): boolean => existsSync(folders.state("opensearch"));
  const application = applicationPlane({
    store,
    folders,
    ports: { rest: ports.flink, rpc: ports.flinkRpc, blob: ports.flinkBlob },
    env: environment,
    localProperties: resolvedProperties(options.jobProperties ?? {}, {
      region,
      "kinesis.endpoint": endpoints.kinesis,
      "search.endpoint": endpoints.opensearch,
    }) as LocalProperties,
    // When an earlier run is taken up, nothing says that they were read before the application.
    dependencies: () => Promise.all([kinesis.start(), hasIndices() ? search.start() : undefined]),
    onProgress,
    onFailure,
  });

  const dataPlanes: DataPlanes = {
    ...apis.dataPlanes,
    "aws:kinesis/stream:Stream": streamPlane(kinesisApi),
    "aws:kinesis/streamConsumer:StreamConsumer": consumerPlane(kinesisApi),
    "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream": deliveries,
    "aws:glue/catalogTable:CatalogTable": catalog,
    "aws:kinesisanalyticsv2/application:Application": application,
    "aws:lambda/eventSourceMapping:EventSourceMapping": eventSources,
    "aws:lambda/function:Function": functions,
    "aws:lambda/invocation:Invocation": invocationPlane(functions),
    "aws:opensearch/domain:Domain": domainPlane(search, {
      endpoint: `127.0.0.1:${ports.opensearch}`,
      dataFolder: folders.state("opensearch"),
    }),
    "aws:s3/bucket:Bucket": bucketPlane(store),
    "aws:s3/bucketObjectv2:BucketObjectv2": objectPlane(store),
  };

  return {
    /** For the provider: starts and changes with the program's resources. */
    dataPlanes,
    bucketFolder: (bucket: string) => store.bucketFolder(bucket),
    /** Addresses, also before the services run; they do not change. */
    endpoints: () => endpoints,
    /** Starts the slowest services before a resource needs them. Failures show when one does. */
    warmUp(): void {
      for (const service of [kinesis, search]) service.start().catch(() => undefined);
    },
    async status() {
      return {
        pids: {
          kinesis: kinesis.running()?.pid,
          opensearch: search.running()?.pid,
          flink: application.pids(),
        },
        job: await application.job().catch(() => undefined),
        deliveries: deliveries.statuses(),
        eventSources: eventSources.statuses(),
      };
    },
    /** Archives everything that the streams hold, at the end of a run. */
    finishDeliveries: () => deliveries.finish(),
    /** Stops the domain's node, does something, and starts the node again with its data at the same address. */
    async interruptSearch(meanwhile: () => Promise<void>): Promise<void> {
      await search.stop();
      try {
        await meanwhile();
      } finally {
        await search.start();
      }
    },
    /** Writes what is buffered and ends every process. State stays for the next run. */
    async stop(): Promise<void> {
      // Readers before what they read from and call.
      const order = [
        [apis, eventSources, application],
        [deliveries, deliveryEndpoint],
        [functions, kinesis, search],
      ];
      const failures: unknown[] = [];
      for (const services of order) {
        const stopped = await Promise.allSettled(services.map((service) => service.stop()));
        for (const one of stopped) if (one.status === "rejected") failures.push(one.reason);
      }
      client?.destroy();
      unlock();
      if (failures.length > 0) throw new AggregateError(failures, failures.map(String).join("\n"));
    },
  };
}
