import {
  type ApplicationDetail,
  DescribeApplicationCommand,
  type KinesisAnalyticsV2Client,
  UpdateApplicationCommand,
} from "@aws-sdk/client-kinesis-analytics-v2";
import type { Scalable, State } from "./scalable";

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
    // The version makes the service refuse when somebody has changed the application in between.
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
