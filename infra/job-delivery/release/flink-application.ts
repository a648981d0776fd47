import {
  DescribeApplicationCommand,
  type KinesisAnalyticsV2Client,
  ListApplicationSnapshotsCommand,
  RollbackApplicationCommand,
  type SnapshotDetails,
  StartApplicationCommand,
  StopApplicationCommand,
  UpdateApplicationCommand,
} from "@aws-sdk/client-kinesis-analytics-v2";

export interface Code {
  readonly key: string;
  readonly objectVersion: string | undefined;
}

/** A key that is made from what the object holds: another version of it holds the same. */
const contentKey = /\/[0-9a-f]{64}\.jar$/;

/** Whether an application that runs one would do the same with the other. */
export function sameCode(one: Code, other: Code): boolean {
  return (
    one.key === other.key && (one.objectVersion === other.objectVersion || contentKey.test(one.key))
  );
}

const MINUTE = 60_000;

export interface ApplicationState {
  readonly status: string;
  /** Rises with every change; an update names it so that it does not overwrite another one. */
  readonly version: number;
  readonly code: Code;
  readonly snapshotsEnabled: boolean;
  readonly checkpointMinutes: number;
}

export class ReleasedApplication {
  readonly name: string;
  readonly #client: KinesisAnalyticsV2Client;

  constructor(client: KinesisAnalyticsV2Client, name: string) {
    this.#client = client;
    this.name = name;
  }

  async describe(): Promise<ApplicationState> {
    const { ApplicationDetail: application } = await this.#client.send(
      new DescribeApplicationCommand({ ApplicationName: this.name }),
    );
    if (application === undefined) throw new Error(`There is no application ${this.name}`);
    const configuration = application.ApplicationConfigurationDescription;
    const code =
      configuration?.ApplicationCodeConfigurationDescription?.CodeContentDescription
        ?.S3ApplicationCodeLocationDescription;
    return {
      status: application.ApplicationStatus ?? "unknown",
      version: application.ApplicationVersionId ?? NaN,
      code: { key: code?.FileKey ?? "", objectVersion: code?.ObjectVersion },
      snapshotsEnabled:
        configuration?.ApplicationSnapshotConfigurationDescription?.SnapshotsEnabled ?? false,
      checkpointMinutes:
        (configuration?.FlinkApplicationConfigurationDescription?.CheckpointConfigurationDescription
          ?.CheckpointInterval ?? 0) / MINUTE,
    };
  }

  /**
   * Begins to run another jar; of a running application the service takes a snapshot first, and starts from it.
   * @returns the version of the application that this makes
   */
  async update(version: number, code: Code): Promise<number> {
    const { ApplicationDetail } = await this.#client.send(
      new UpdateApplicationCommand({
        ApplicationName: this.name,
        CurrentApplicationVersionId: version,
        // The service remembers the last restore, such as one from an old snapshot.
        RunConfigurationUpdate: {
          ApplicationRestoreConfiguration: {
            ApplicationRestoreType: "RESTORE_FROM_LATEST_SNAPSHOT",
          },
        },
        ApplicationConfigurationUpdate: {
          ApplicationCodeConfigurationUpdate: {
            CodeContentUpdate: {
              S3ContentLocationUpdate: {
                FileKeyUpdate: code.key,
                ObjectVersionUpdate: code.objectVersion,
              },
            },
          },
        },
      }),
    );
    return ApplicationDetail?.ApplicationVersionId ?? version + 1;
  }

  /** Begins to go back to the version before, with the state of the last snapshot. */
  async rollBack(version: number): Promise<void> {
    await this.#client.send(
      new RollbackApplicationCommand({
        ApplicationName: this.name,
        CurrentApplicationVersionId: version,
      }),
    );
  }

  /** Begins to stop without a snapshot, which a job that keeps failing could not give. */
  async stop(): Promise<void> {
    await this.#client.send(
      new StopApplicationCommand({ ApplicationName: this.name, Force: true }),
    );
  }

  async start(snapshotName: string): Promise<void> {
    await this.#client.send(
      new StartApplicationCommand({
        ApplicationName: this.name,
        RunConfiguration: {
          ApplicationRestoreConfiguration: {
            ApplicationRestoreType: "RESTORE_FROM_CUSTOM_SNAPSHOT",
            SnapshotName: snapshotName,
          },
        },
      }),
    );
  }

  /** Name of the newest snapshot that a version, or one before it, has left. */
  async snapshotOf(version: number): Promise<string | undefined> {
    const snapshots: SnapshotDetails[] = [];
    let token: string | undefined;
    do {
      const { SnapshotSummaries = [], NextToken } = await this.#client.send(
        new ListApplicationSnapshotsCommand({ ApplicationName: this.name, NextToken: token }),
      );
      snapshots.push(...SnapshotSummaries);
      token = NextToken;
    } while (token !== undefined);
    const time = ({ SnapshotCreationTimestamp }: SnapshotDetails): number =>
      SnapshotCreationTimestamp?.getTime() ?? 0;
    return snapshots
      .filter(({ SnapshotStatus }) => SnapshotStatus === "READY")
      .filter(({ ApplicationVersionId = Infinity }) => ApplicationVersionId <= version)
      .sort((one, other) => time(other) - time(one))[0]?.SnapshotName;
  }
}
