import type * as pulumi from "@pulumi/pulumi";
import type { OperatedApplication } from "../flink/permissions";
import { logRetentionDays } from "../core/limits";
import { defaultRules, type ReleaseRules } from "./release/settings";
import { type Form, Problems, type Range } from "../core/validate";

/** A repository that CodePipeline reads through a connection. */
export interface RepositorySource {
  /** ARN of a connection, which a person completes: https://docs.aws.amazon.com/dtconsole/latest/userguide/connections-update.html */
  readonly connectionArn: pulumi.Input<string>;
  /** Such as owner/name. */
  readonly repository: string;
  /** Branch whose changes of the job are released. @default main */
  readonly branch?: string;
}

/** An archive of the sources in S3, in a versioned bucket that reports to EventBridge. */
export interface ObjectSource {
  readonly bucketName: pulumi.Input<string>;
  readonly bucketArn: pulumi.Input<string>;
  /** Key of a zip file with `flink-job` at its root; each new version is released. */
  readonly objectKey: string;
}

export interface JobDeliveryArgs {
  /** Where the job's sources come from. */
  readonly source: RepositorySource | ObjectSource;
  /** The application to release to, one that leaves its code to others. */
  readonly application: OperatedApplication & { readonly name: pulumi.Input<string> };
  /** Name of the application's versioned bucket. */
  readonly codeBucketName: pulumi.Input<string>;
  /** ARN of that bucket. */
  readonly codeBucketArn: pulumi.Input<string>;
  /** What a release waits for and for how long. @default 5 minutes to watch, 20 to become healthy, 60 s of lag */
  readonly rules?: Partial<ReleaseRules>;
  /** Waits for a person between build and release, who approves in the console or by the CLI. @default false */
  readonly approval?: boolean;
  /** ARN of the topic notified when a build or a release fails. @default no notification */
  readonly alarmTopicArn?: pulumi.Input<string> | undefined;
  /** Days for which logs are kept, one of those CloudWatch Logs offers. */
  readonly logRetentionDays: number;
  /** Name of the bucket that takes the log of requests to the sources' bucket. @default no log */
  readonly logBucketName?: pulumi.Input<string> | undefined;
  /** ARN of the KMS key that encrypts sources, code, build and logs. @default the services' own keys */
  readonly kmsKeyArn?: pulumi.Input<string> | undefined;
  /** Keeps the bucket of the sources when it leaves the program or the stack is destroyed. @default false */
  readonly protectData?: boolean;
}

export const repositoryName: Form = {
  pattern: /^[\w.-]+\/[\w.-]+$/,
  description: "of the form owner/name",
};

export const branchName: Form = {
  pattern: /^[\w./-]{1,255}$/,
  description: "1 to 255 letters, digits and characters of ._/-",
};

/** A day bounds everything: CodePipeline ends an action after one. */
const minutes: Range = { min: 1, max: 480 };
const lagSeconds: Range = { min: 1, max: 86_400 };

export function isObjectSource(source: JobDeliveryArgs["source"]): source is ObjectSource {
  return "objectKey" in source;
}

/**
 * The rules with what was left out.
 * @throws Error that lists every invalid argument.
 */
export function validateJobDelivery(name: string, args: JobDeliveryArgs): ReleaseRules {
  const problems = new Problems();
  const { source } = args;
  if (isObjectSource(source)) {
    problems.require(
      source.objectKey.endsWith(".zip"),
      `source.objectKey must be that of a zip file, such as sources/job.zip; got "${source.objectKey}"`,
    );
  } else {
    problems.check(source, { repository: repositoryName, branch: branchName }, "source.");
  }
  const rules = { ...defaultRules, ...args.rules };
  const bounds = {
    watchMinutes: minutes,
    timeoutMinutes: minutes,
    busyMinutes: minutes,
    updateMinutes: minutes,
    maxLagSeconds: lagSeconds,
  };
  problems.check(rules, bounds, "rules.");
  problems.check(args, { logRetentionDays });
  problems.require(
    !(rules.watchMinutes >= rules.timeoutMinutes),
    `rules.watchMinutes must be less than rules.timeoutMinutes, ${rules.timeoutMinutes}, or no release is ever healthy in time; got ${rules.watchMinutes}`,
  );
  problems.throwIfAny(`JobDelivery "${name}" has invalid arguments`);
  return rules;
}
