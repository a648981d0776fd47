import { type Answer, FakeService, failure, type Input } from "./fake-service";

/** A snapshot in the service's JSON; its time is in seconds. */
export interface Snapshot {
  readonly SnapshotName: string;
  readonly SnapshotStatus: "CREATING" | "READY" | "FAILED";
  readonly ApplicationVersionId: number;
  readonly SnapshotCreationTimestamp: number;
}

/**
 * The part of Managed Service for Apache Flink's API that reads and changes one application. The emulations of that
 * service know no updates.
 */
export class FakeManagedFlink extends FakeService {
  status = "RUNNING";
  parallelism: number;
  current: number;
  version = 1;
  autoScaling = false;
  /** Another writer comes in between: the next update finds a newer version. */
  overtaken = false;
  readonly updates: unknown[] = [];
  maxSnapshots = 1000;
  snapshots: Snapshot[] = [];
  /** Keys of the code by version of the application. */
  readonly codes: Record<number, string> = {};
  /** Snapshot that the application was restored from. */
  restored: string | undefined;

  readonly #name: string;

  constructor(name: string, parallelism: number) {
    super();
    this.#name = name;
    this.parallelism = parallelism;
    this.current = parallelism;
  }

  protected override answer(operation: string, input: Input): Answer {
    if (input["ApplicationName"] !== this.#name) return failure("ResourceNotFoundException");
    if (operation === "DescribeApplication") return [200, { ApplicationDetail: this.#detail() }];
    const { SnapshotName } = input as { SnapshotName: string };
    switch (operation) {
      case "ListApplicationSnapshots":
        return [200, { SnapshotSummaries: this.snapshots }];
      case "DescribeApplicationVersion":
        return [200, { ApplicationVersionDetail: this.#versionDetail(input) }];
      case "CreateApplicationSnapshot":
        if (this.snapshots.length >= this.maxSnapshots) return failure("LimitExceededException");
        this.snapshots.push(this.#snapshot(SnapshotName));
        return [200, {}];
      case "DeleteApplicationSnapshot": {
        const left = this.snapshots.filter((one) => one.SnapshotName !== SnapshotName);
        if (left.length === this.snapshots.length) return failure("ResourceNotFoundException");
        this.snapshots = left;
        return [200, {}];
      }
    }
    if (operation !== "UpdateApplication") return failure("UnsupportedOperationException");
    if (this.overtaken) this.version += 1;
    this.overtaken = false;
    if (input["CurrentApplicationVersionId"] !== this.version) {
      return failure("ConcurrentModificationException");
    }
    // Without it the service repeats the last restore, maybe from an old snapshot.
    if (input["RunConfigurationUpdate"] === undefined) return failure("InvalidArgumentException");
    const change = input["ApplicationConfigurationUpdate"] as {
      FlinkApplicationConfigurationUpdate: {
        ParallelismConfigurationUpdate: { ParallelismUpdate: number };
      };
    };
    this.updates.push(change);
    this.parallelism =
      change.FlinkApplicationConfigurationUpdate.ParallelismConfigurationUpdate.ParallelismUpdate;
    this.status = "UPDATING";
    this.version += 1;
    return [200, { ApplicationDetail: this.#detail() }];
  }

  #snapshot(SnapshotName: string): Snapshot {
    return {
      SnapshotName,
      SnapshotStatus: "CREATING",
      ApplicationVersionId: this.version,
      SnapshotCreationTimestamp: Date.now() / 1000,
    };
  }

  #versionDetail({ ApplicationVersionId }: Input): unknown {
    const FileKey = this.codes[Number(ApplicationVersionId)];
    return {
      ApplicationName: this.#name,
      ApplicationVersionId,
      ApplicationConfigurationDescription: {
        ApplicationCodeConfigurationDescription: {
          CodeContentDescription: { S3ApplicationCodeLocationDescription: { FileKey } },
        },
      },
    };
  }

  #detail(): unknown {
    return {
      ApplicationARN: `arn:aws:kinesisanalytics:us-east-1:123456789012:application/${this.#name}`,
      ApplicationName: this.#name,
      RuntimeEnvironment: "FLINK-1_20",
      ApplicationStatus: this.status,
      ApplicationVersionId: this.version,
      ApplicationConfigurationDescription: {
        RunConfigurationDescription: {
          ApplicationRestoreConfigurationDescription: {
            ApplicationRestoreType: "RESTORE_FROM_CUSTOM_SNAPSHOT",
            SnapshotName: this.restored,
          },
        },
        FlinkApplicationConfigurationDescription: {
          ParallelismConfigurationDescription: {
            ConfigurationType: "CUSTOM",
            Parallelism: this.parallelism,
            ParallelismPerKPU: 1,
            CurrentParallelism: this.current,
            AutoScalingEnabled: this.autoScaling,
          },
        },
      },
    };
  }
}
