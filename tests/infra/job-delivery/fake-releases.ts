import type { Code } from "../../../infra/job-delivery/release/flink-application";
import { type Answer, FakeService, failure, type Input } from "../../support/fake-service";

interface Snapshot {
  readonly name: string;
  readonly version: number;
  readonly createdAt: number;
}

/**
 * The part of Managed Service for Apache Flink's API that releases use, of one application. A change leaves the
 * application in the state of being changed until the test lets it settle.
 */
export class FakeReleases extends FakeService {
  status = "RUNNING";
  version = 7;
  code: Code;
  snapshotsEnabled = true;
  checkpointMilliseconds = 0;
  /** State that the application settles in after the next change. */
  settlesIn: string | undefined;
  /** Ends every change as soon as it was seen. */
  settleAtOnce = false;
  /** Errors with which the next calls of an operation are refused. */
  readonly refusals: Record<string, string[]> = {};
  /** Operations whose next request is carried out, and its answer lost. */
  readonly lost: string[] = [];
  /** Requests after one whose answer was lost that are not carried out. */
  unavailable = 0;
  #isLosing = false;
  /** Changes that were carried out, in order. */
  readonly changes: string[] = [];
  readonly snapshots: Snapshot[] = [];

  #before: Code | undefined;
  readonly #name: string;

  constructor(name: string, code: Code) {
    super();
    this.#name = name;
    this.code = code;
  }

  /** Ends the change that is under way. */
  settle(): void {
    const ends: Readonly<Record<string, string>> = { FORCE_STOPPING: "READY" };
    this.status = this.settlesIn ?? ends[this.status] ?? "RUNNING";
    this.settlesIn = undefined;
  }

  protected override answer(operation: string, input: Input): Answer {
    const unanswered: Answer = [500, { __type: "InternalFailure" }];
    if (this.#isLosing && this.unavailable > 0) {
      this.unavailable -= 1;
      return unanswered;
    }
    const answer = this.#carryOut(operation, input);
    const place = this.lost.indexOf(operation);
    this.#isLosing = place >= 0;
    if (!this.#isLosing) return answer;
    this.lost.splice(place, 1);
    return unanswered;
  }

  #carryOut(operation: string, input: Input): Answer {
    const refusal = this.refusals[operation]?.shift();
    if (refusal !== undefined) return failure(refusal);
    if (input["ApplicationName"] !== this.#name) return failure("ResourceNotFoundException");
    const version = input["CurrentApplicationVersionId"];
    if (version !== undefined && version !== this.version) {
      return failure("ConcurrentModificationException");
    }
    switch (operation) {
      case "DescribeApplication": {
        const detail = this.#detail();
        if (this.settleAtOnce) this.settle();
        return [200, { ApplicationDetail: detail }];
      }
      case "ListApplicationSnapshots":
        return [200, { SnapshotSummaries: this.snapshots.map(summary) }];
      case "UpdateApplication":
        return this.#update(input);
      case "RollbackApplication":
        return this.#rollBack();
      case "StopApplication":
        this.changes.push(`stop ${input["Force"] === true ? "by force" : "with a snapshot"}`);
        this.status = "FORCE_STOPPING";
        return [200, {}];
      case "StartApplication": {
        const { RunConfiguration } = input as {
          RunConfiguration: { ApplicationRestoreConfiguration: { SnapshotName: string } };
        };
        const { SnapshotName } = RunConfiguration.ApplicationRestoreConfiguration;
        this.changes.push(`start from ${SnapshotName}`);
        this.status = "STARTING";
        return [200, {}];
      }
      default:
        return failure("UnsupportedOperationException");
    }
  }

  #update(input: Input): Answer {
    // Without it the service repeats the last restore, maybe from an old snapshot.
    if (input["RunConfigurationUpdate"] === undefined) return failure("InvalidArgumentException");
    const { ApplicationConfigurationUpdate } = input as {
      ApplicationConfigurationUpdate: {
        ApplicationCodeConfigurationUpdate: {
          CodeContentUpdate: {
            S3ContentLocationUpdate: { FileKeyUpdate: string; ObjectVersionUpdate: string };
          };
        };
      };
    };
    const { FileKeyUpdate, ObjectVersionUpdate } =
      ApplicationConfigurationUpdate.ApplicationCodeConfigurationUpdate.CodeContentUpdate
        .S3ContentLocationUpdate;
    if (this.status === "RUNNING") {
      this.#takeSnapshot();
      this.status = "UPDATING";
    }
    this.#before = this.code;
    this.code = { key: FileKeyUpdate, objectVersion: ObjectVersionUpdate };
    this.version += 1;
    this.changes.push(`update to ${FileKeyUpdate}`);
    return [200, { ApplicationDetail: this.#detail() }];
  }

  #rollBack(): Answer {
    if (!["AUTOSCALING", "RUNNING", "UPDATING"].includes(this.status) || !this.#before) {
      return failure("InvalidRequestException");
    }
    this.changes.push("roll back");
    this.code = this.#before;
    this.version += 1;
    this.status = "ROLLING_BACK";
    return [200, { ApplicationDetail: this.#detail() }];
  }

  #takeSnapshot(): void {
    const createdAt = 1_700_000_000 + this.snapshots.length;
    this.snapshots.push({ name: `snapshot-${this.version}`, version: this.version, createdAt });
  }

  #detail(): unknown {
    return {
      ApplicationARN: `arn:aws:kinesisanalytics:us-east-1:123456789012:application/${this.#name}`,
      ApplicationName: this.#name,
      RuntimeEnvironment: "FLINK-1_20",
      ApplicationStatus: this.status,
      ApplicationVersionId: this.version,
      ApplicationConfigurationDescription: {
        ApplicationCodeConfigurationDescription: {
          CodeContentType: "ZIPFILE",
          CodeContentDescription: {
            S3ApplicationCodeLocationDescription: {
              BucketARN: "arn:aws:s3:::artifacts",
              FileKey: this.code.key,
              ObjectVersion: this.code.objectVersion,
            },
          },
        },
        FlinkApplicationConfigurationDescription: {
          CheckpointConfigurationDescription: { CheckpointInterval: this.checkpointMilliseconds },
        },
        ApplicationSnapshotConfigurationDescription: { SnapshotsEnabled: this.snapshotsEnabled },
      },
    };
  }
}

function summary({ name, version, createdAt }: Snapshot): unknown {
  return {
    SnapshotName: name,
    SnapshotStatus: "READY",
    ApplicationVersionId: version,
    SnapshotCreationTimestamp: createdAt,
  };
}
