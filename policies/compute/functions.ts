import { isPresent, isSet, known, reference } from "../engine/known";
import { relationPolicy, resourcePolicy } from "../engine/policy";
import { ofType, refersTo } from "../engine/relation";
import { flag, integer, texts } from "../engine/setting-schema";
import { atLeast, atMost, mustBe } from "../engine/violation";
import { Job } from "@pulumi/aws/glue";
import {
  EventSourceMapping,
  Function as LambdaFunction,
  FunctionEventInvokeConfig,
} from "@pulumi/aws/lambda";
import { StateMachine } from "@pulumi/aws/sfn";

export const functionRuntime = resourcePolicy("lambda-function-runtime", LambdaFunction, {
  rule: "Run a function on a supported runtime.",
  reason:
    "Out of support means without security fixes, and one day without updates of the function.",
  fix: "Set runtime to an allowed one, or extend runtimes in the policy's configuration.",
  controls: ["Lambda.2"],
  source: "https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html",
  config: {
    runtimes: texts(
      "Runtimes allowed. Functions from images bring their own.",
      // Those that AWS supports on 21 November 2026, by the source above. Over are nodejs20.x (30 April), ruby3.2
      // (31 March), python3.10 (31 October) and dotnet8 (10 November).
      "dotnet10 java17 java17.al2023 java21 java25 nodejs22.x nodejs24.x provided.al2023 " +
        "python3.11 python3.12 python3.13 python3.14 ruby3.3 ruby3.4 ruby4.0",
    ),
  },
  *check({ packageType, runtime = "not set" }, { runtimes }) {
    if (packageType !== "Image" && !runtimes.includes(runtime)) {
      yield { fact: `runtime is ${runtime}`, limit: `it must be ${runtimes.join(", ")}` };
    }
  },
});

export const functionTracing = resourcePolicy("lambda-function-tracing", LambdaFunction, {
  severity: "low",
  rule: "Trace a function's calls with X-Ray.",
  reason: "A trace shows where a slow or failing call spent its time, across services.",
  fix: "Set tracingConfig.mode to Active, and allow the function's role xray:PutTraceSegments.",
  controls: ["Lambda.7"],
  source: "https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html",
  check: ({ tracingConfig }) => mustBe("tracingConfig.mode", tracingConfig?.mode, "Active"),
});

export const functionNetwork = resourcePolicy("lambda-function-vpc", LambdaFunction, {
  severity: "low",
  rule: "Give a function in a VPC subnets in two zones or more.",
  reason: "In one subnet the function fails with its zone.",
  fix: "Set vpcConfig.subnetIds to subnets of several zones, with securityGroupIds.",
  controls: ["Lambda.5"],
  source: "https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html",
  config: {
    requireVpc: flag("Whether every function has to run in a VPC.", false),
  },
  *check(lambda, { requireVpc }) {
    // An empty list of subnets takes a function out of its VPC.
    const network = lambda.vpcConfig ?? {};
    const count = known(() => (network as Partial<typeof lambda.vpcConfig>)?.subnetIds?.length);
    if (!isSet(network, "subnetIds")) {
      if (requireVpc) {
        yield { fact: "vpcConfig is not set", limit: "functions must run in a VPC" };
      }
    } else if (count === 1) {
      yield { fact: "vpcConfig.subnetIds names 1 subnet", limit: "the least is 2" };
    }
  },
});

export const functionDeadLetters = relationPolicy("lambda-function-dead-letters", LambdaFunction, {
  rule: "Keep the events that a function fails on.",
  reason:
    "An asynchronous event is tried three times and then dropped. Callers that wait, such as Firehose and API Gateway, see the failure themselves; for a stream its event source mapping keeps failures.",
  fix: "Set deadLetterConfig.targetArn, add a FunctionEventInvokeConfig or, for a stream, an EventSourceMapping with destinationConfig.onFailure, or name a function whose callers wait in exempt.",
  source: "https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html",
  *check(lambda, resources) {
    const configs = [FunctionEventInvokeConfig, EventSourceMapping]
      .flatMap((kind) => ofType(resources, kind))
      .filter(({ props }) => keepsFailures(props));
    const keeps =
      reference((lambda.props["deadLetterConfig"] ?? {}) as object, "targetArn").set ||
      configs.some((config) => refersTo(config, "functionName", lambda, "arn", "name"));
    if (!keeps) {
      yield {
        fact: "neither deadLetterConfig nor a FunctionEventInvokeConfig keeps failed events",
        limit: "they must be kept",
      };
    }
  },
});

/** A destination of what succeeded keeps no failure. A block that is unknown in a preview may be either. */
function keepsFailures(config: object): boolean {
  const declared = config as { readonly destinationConfig?: { readonly onFailure?: object } };
  const onFailure = known(() => declared.destinationConfig?.onFailure ?? {});
  const block = onFailure ?? { destination: "unknown" };
  return isSet(block, "destination") || isSet(block, "destinationArn");
}

export const eventSourceFailures = resourcePolicy(
  "lambda-event-source-failures",
  EventSourceMapping,
  {
    rule: "Give up records of a stream that keep failing, and keep them.",
    reason:
      "By default a batch is tried again until it expires: one bad record holds up its shard for days, and then all behind it are lost.",
    fix: "Set destinationConfig.onFailure, maximumRetryAttempts, and bisectBatchOnFunctionError or the functionResponseTypes ReportBatchItemFailures.",
    source: "https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html",
    config: {
      maxRetries: integer("Most times that a batch may be tried again.", 100, [0, 10_000]),
    },
    *check(mapping, { maxRetries }) {
      const isStream =
        isSet(mapping, "startingPosition") &&
        !isSet(mapping, "topics") &&
        !isSet(mapping, "documentDbEventSourceConfig");
      if (!isStream) return;
      if (!keepsFailures(mapping)) {
        yield { fact: "destinationConfig.onFailure is not set", limit: "failures must be kept" };
      }
      const retries = known(() => mapping.maximumRetryAttempts ?? -1);
      if (isPresent(retries)) {
        const fact = `maximumRetryAttempts is ${retries === -1 ? "not set, which is for ever" : retries}`;
        yield* atMost(retries === -1 ? Infinity : retries, maxRetries, fact);
      }
      const types = known(() => mapping.functionResponseTypes) ?? [];
      if (
        mapping.bisectBatchOnFunctionError !== true &&
        !types.includes("ReportBatchItemFailures")
      ) {
        yield {
          fact: "neither bisectBatchOnFunctionError nor ReportBatchItemFailures is set",
          limit: "a record that fails must not take its batch with it",
        };
      }
    },
  },
);

export const workflowLogging = resourcePolicy("stepfunctions-state-machine-logging", StateMachine, {
  rule: "Log what a state machine does.",
  reason: "The log has the steps before a failed execution, which are not stored elsewhere.",
  fix: "Set loggingConfiguration.level to ERROR or ALL, with a log group.",
  controls: ["StepFunctions.1"],
  source: "https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html",
  *check({ loggingConfiguration }) {
    const level = loggingConfiguration?.level;
    yield* mustBe("loggingConfiguration.level", level, "ALL", "ERROR", "FATAL");
  },
});

export const sparkVersion = resourcePolicy("glue-job-version", Job, {
  rule: "Run a Spark job on a supported version of Glue.",
  reason: "Old versions of Spark get no security fixes.",
  fix: "Set glueVersion to 4.0 or later.",
  controls: ["Glue.4"],
  source: "https://docs.aws.amazon.com/glue/latest/dg/release-notes.html",
  config: {
    leastMajor: integer("Oldest major version of Glue.", 4, [3]),
  },
  *check({ command, glueVersion }, { leastMajor }) {
    const isSpark = ["glueetl", "gluestreaming"].includes(command.name ?? "glueetl");
    const fact = `glueVersion is ${glueVersion ?? "not set"}`;
    yield* isSpark ? atLeast(Number(glueVersion ?? 0), leastMajor, fact) : [];
  },
});
