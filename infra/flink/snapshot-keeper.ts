import path from "node:path";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { actions, allow, publishMetrics } from "../core/iam";
import { limits } from "../core/limits";
import { NodeFunction, type NodeFunctionArgs, onSchedule } from "../core/node-function";
import { Problems } from "../core/validate";
import { metricFamilies } from "../watch/metrics";
import { type OperatedApplication, stateOperatorStatements } from "./permissions";

export interface SnapshotKeeperArgs
  extends OperatedApplication, Pick<NodeFunctionArgs, "kmsKeyArn" | "logRetentionDays"> {
  /** Name of the application, which has snapshots enabled. */
  readonly applicationName: pulumi.Input<string>;
  /** Hours from one snapshot to the next, 2 to 24. An update takes one as well, which restarts the interval. */
  readonly everyHours: number;
  /**
   * Snapshots that are kept, 1 to 100: the newest ones, the newest of each of as many releases, and the one that the
   * application was restored from. The others are deleted, those taken by hand included.
   */
  readonly keep: number;
}

/**
 * Takes snapshots of a running application, deletes surplus ones, and publishes the age of the newest.
 *
 * @example
 * new SnapshotKeeper("snapshots", {
 *   applicationName: analytics.name,
 *   arn: analytics.arn,
 *   everyHours: 6,
 *   keep: 10,
 *   logRetentionDays: 30,
 * });
 */
export class SnapshotKeeper extends pulumi.ComponentResource {
  /** @throws Error that lists every invalid argument. */
  constructor(name: string, args: SnapshotKeeperArgs, opts?: pulumi.ComponentResourceOptions) {
    super("streaming:infra:SnapshotKeeper", name, args, opts);
    const problems = new Problems();
    problems.check(args, {
      everyHours: limits.flinkSnapshotHours,
      keep: limits.flinkSnapshotsKept,
    });
    problems.throwIfAny(`SnapshotKeeper "${name}" has invalid arguments`);

    const { region } = aws.getRegionOutput({}, { parent: this });
    const keeper = new NodeFunction(
      name,
      {
        description: "Takes and deletes snapshots of the Flink application",
        entryPath: path.join(__dirname, "keep-snapshots.ts"),
        timeoutSeconds: 120,
        statements: [
          allow(
            actions({
              kinesisanalytics:
                "CreateApplicationSnapshot DeleteApplicationSnapshot DescribeApplication " +
                "DescribeApplicationVersion ListApplicationSnapshots",
            }),
            [args.arn],
          ),
          ...stateOperatorStatements(args, region),
          publishMetrics(metricFamilies.snapshots.namespace),
        ],
        logRetentionDays: args.logRetentionDays,
        kmsKeyArn: args.kmsKeyArn,
      },
      { parent: this },
    );
    const { applicationName: application, everyHours, keep } = args;
    onSchedule(
      name,
      keeper,
      {
        description: "Keeps snapshots of the Flink application",
        minutes: 5,
        input: { application, everyHours, keep },
      },
      { parent: this },
    );
    this.registerOutputs({});
  }
}
