import { type Answer, FakeService, failure, type Input } from "./fake-service";

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
  readonly snapshots = ["first", "second"];

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
    if (operation === "ListApplicationSnapshots") {
      return [200, { SnapshotSummaries: this.snapshots.map((SnapshotName) => ({ SnapshotName })) }];
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

  #detail(): unknown {
    return {
      ApplicationARN: `arn:aws:kinesisanalytics:us-east-1:123456789012:application/${this.#name}`,
      ApplicationName: this.#name,
      RuntimeEnvironment: "FLINK-1_20",
      ApplicationStatus: this.status,
      ApplicationVersionId: this.version,
      ApplicationConfigurationDescription: {
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
