import {
  DescribeStreamSummaryCommand,
  type KinesisClient,
  UpdateShardCountCommand,
} from "@aws-sdk/client-kinesis";
import {
  type ApplicationDetail,
  DescribeApplicationCommand,
  type KinesisAnalyticsV2Client,
  UpdateApplicationCommand,
} from "@aws-sdk/client-kinesis-analytics-v2";

/** The present state of something that can be scaled. */
export interface State {
  /** What is at work now. */
  readonly actual: number;
  /** What it will be once a change under way is over; the actual capacity when nothing is known of a change. */
  readonly desired: number;
  readonly changing: boolean;
  /** The last change did not succeed, or the capacity is about to end. */
  readonly failed: boolean;
  /** Why it cannot be changed now; undefined when it can. */
  readonly obstacle: string | undefined;
}

/** Something whose capacity can be read and changed. */
export interface Scalable {
  state(): Promise<State>;
  /** Begins a change; it is under way when this resolves. */
  change(capacity: number): Promise<void>;
}

export class ScalableStream implements Scalable {
  readonly #client: KinesisClient;
  readonly #name: string;

  constructor(client: KinesisClient, name: string) {
    this.#client = client;
    this.#name = name;
  }

  async state(): Promise<State> {
    const { StreamDescriptionSummary: stream } = await this.#client.send(
      new DescribeStreamSummaryCommand({ StreamName: this.#name }),
    );
    const actual = stream?.OpenShardCount ?? NaN;
    const status = stream?.StreamStatus ?? "unknown";
    const mode = stream?.StreamModeDetails?.StreamMode;
    return {
      actual,
      desired: actual,
      changing: status === "UPDATING" || status === "CREATING",
      failed: status === "DELETING",
      obstacle:
        mode === "ON_DEMAND"
          ? `the stream ${this.#name} is in mode ON_DEMAND, where AWS decides on the shards`
          : status === "ACTIVE"
            ? undefined
            : `the stream ${this.#name} is ${status}, not ACTIVE`,
    };
  }

  async change(capacity: number): Promise<void> {
    await this.#client.send(
      new UpdateShardCountCommand({
        StreamName: this.#name,
        TargetShardCount: capacity,
        ScalingType: "UNIFORM_SCALING",
      }),
    );
  }
}

/** States in which the service changes the application automatically or on request. */
const changingStates: readonly string[] = ["AUTOSCALING", "MAINTENANCE", "STARTING", "UPDATING"];

/** States after a change that did not succeed, and on the way to a stop. */
const failedStates: readonly string[] = [
  "DELETING",
  "FORCE_STOPPING",
  "ROLLED_BACK",
  "ROLLING_BACK",
  "STOPPING",
];

export class ScalableApplication implements Scalable {
  readonly #client: KinesisAnalyticsV2Client;
  readonly #name: string;

  constructor(client: KinesisAnalyticsV2Client, name: string) {
    this.#client = client;
    this.#name = name;
  }

  async state(): Promise<State> {
    const application = await this.#describe();
    const parallelism =
      application.ApplicationConfigurationDescription?.FlinkApplicationConfigurationDescription
        ?.ParallelismConfigurationDescription;
    const desired = parallelism?.Parallelism ?? NaN;
    const status = application.ApplicationStatus ?? "unknown";
    return {
      actual: parallelism?.CurrentParallelism ?? desired,
      desired,
      changing: changingStates.includes(status),
      failed: failedStates.includes(status),
      obstacle: parallelism?.AutoScalingEnabled
        ? `the application ${this.#name} has the service's own scaling switched on`
        : status === "RUNNING"
          ? undefined
          : `the application ${this.#name} is ${status}, not RUNNING`,
    };
  }

  async change(capacity: number): Promise<void> {
    // The version makes the service refuse when the application has changed in between.
    const { ApplicationVersionId, ApplicationConfigurationDescription: configuration } =
      await this.#describe();
    const { SnapshotsEnabled } = configuration?.ApplicationSnapshotConfigurationDescription ?? {};
    await this.#client.send(
      new UpdateApplicationCommand({
        ApplicationName: this.#name,
        CurrentApplicationVersionId: ApplicationVersionId,
        // The service remembers the last restore, such as one from an old snapshot.
        RunConfigurationUpdate: {
          ApplicationRestoreConfiguration: {
            ApplicationRestoreType:
              SnapshotsEnabled === false
                ? "SKIP_RESTORE_FROM_SNAPSHOT"
                : "RESTORE_FROM_LATEST_SNAPSHOT",
          },
        },
        ApplicationConfigurationUpdate: {
          FlinkApplicationConfigurationUpdate: {
            ParallelismConfigurationUpdate: {
              ConfigurationTypeUpdate: "CUSTOM",
              ParallelismUpdate: capacity,
            },
          },
        },
      }),
    );
  }

  async #describe(): Promise<ApplicationDetail> {
    const { ApplicationDetail: application } = await this.#client.send(
      new DescribeApplicationCommand({ ApplicationName: this.#name }),
    );
    if (application === undefined) throw new Error(`There is no application ${this.#name}`);
    return application;
  }
}
