import { isSet, known } from "../engine/known";
import { relationPolicy, resourcePolicy } from "../engine/policy";
import { ofType, refersTo } from "../engine/relation";
import { atLeast, atMost, mustBe } from "../engine/violation";
import { Job } from "@pulumi/aws/glue";
import {
  EventSourceMapping as EventSource,
  Function as LambdaFunction,
  FunctionEventInvokeConfig,
} from "@pulumi/aws/lambda";
import { StateMachine } from "@pulumi/aws/sfn";

export const functionRuntime = resourcePolicy("lambda-function-runtime", LambdaFunction, {
  config: {
    runtimes: {
      description: "Runtimes allowed. Functions from images bring their own.",
      // Those that AWS supports on 21 November 2026. Over are nodejs20.x (30 April), ruby3.2 (31 March), python3.10
      // (31 October) and dotnet8 (10 November).
      default: (
        "dotnet10 java17 java17.al2023 java21 java25 nodejs22.x nodejs24.x provided.al2023 " +
        "python3.11 python3.12 python3.13 python3.14 ruby3.3 ruby3.4 ruby4.0"
      ).split(" "),
    },
  },
  *check({ packageType, runtime = "not set" }, { runtimes }) {
    if (packageType !== "Image" && !runtimes.includes(runtime)) {
      yield { fact: `runtime is ${runtime}`, limit: `it must be ${runtimes.join(", ")}` };
    }
  },
});

export const functionTracing = resourcePolicy("lambda-function-tracing", LambdaFunction, {
  check: ({ tracingConfig }) => mustBe("tracingConfig.mode", tracingConfig?.mode, "Active"),
});

export const functionNetwork = resourcePolicy("lambda-function-vpc", LambdaFunction, {
  *check(lambda, { requireVpc }) {
    // An empty list of subnets takes a function out of its VPC.
    const hasSubnets = isSet(lambda.vpcConfig ?? {}, "subnetIds");
    if (requireVpc && !hasSubnets) {
      yield { fact: "vpcConfig is not set", limit: "functions must run in a VPC" };
    }
    if (hasSubnets && known(() => lambda.vpcConfig?.subnetIds.length) === 1) {
      yield { fact: "vpcConfig.subnetIds names 1 subnet", limit: "the least is 2" };
    }
  },
});

export const functionDeadLetters = relationPolicy("lambda-function-dead-letters", LambdaFunction, {
  check(lambda, resources) {
    const configs = [FunctionEventInvokeConfig, EventSource]
      .flatMap((kind) => ofType(resources, kind))
      .filter(({ props }) => keepsFailures(props));
    const keeps =
      isSet((lambda.props["deadLetterConfig"] ?? {}) as object, "targetArn") ||
      configs.some((config) => refersTo(config, "functionName", lambda, "arn", "name"));
    return !keeps && "neither deadLetterConfig nor a FunctionEventInvokeConfig keeps failed events";
  },
});

/** A destination of what succeeded keeps no failure. A block that is unknown in a preview may be either. */
function keepsFailures(config: {
  readonly destinationConfig?: { readonly onFailure?: object | undefined } | undefined;
}): boolean {
  const onFailure = known(() => config.destinationConfig?.onFailure ?? {});
  return !onFailure || isSet(onFailure, "destination") || isSet(onFailure, "destinationArn");
}

export const eventSourceFailures = resourcePolicy("lambda-event-source-failures", EventSource, {
  *check(mapping, { maxRetries }) {
    const isStream =
      isSet(mapping, "startingPosition") &&
      !isSet(mapping, "topics") &&
      !isSet(mapping, "documentDbEventSourceConfig");
    if (!isStream) return;
    if (!keepsFailures(mapping)) {
      yield { fact: "destinationConfig.onFailure is not set", limit: "failures must be kept" };
    }
    const retries = known(() => mapping.maximumRetryAttempts ?? -1) ?? 0;
    const fact = `maximumRetryAttempts is ${retries === -1 ? "not set, which is for ever" : retries}`;
    yield* atMost(retries === -1 ? Infinity : retries, maxRetries, fact);
    const types = known(() => mapping.functionResponseTypes) ?? [];
    if (mapping.bisectBatchOnFunctionError !== true && !types.includes("ReportBatchItemFailures")) {
      yield {
        fact: "neither bisectBatchOnFunctionError nor ReportBatchItemFailures is set",
        limit: "a record that fails must not take its batch with it",
      };
    }
  },
});

export const workflowLogging = resourcePolicy("stepfunctions-state-machine-logging", StateMachine, {
  check: ({ loggingConfiguration }) =>
    mustBe("loggingConfiguration.level", loggingConfiguration?.level, "ALL", "ERROR", "FATAL"),
});

export const sparkVersion = resourcePolicy("glue-job-version", Job, {
  *check({ command, glueVersion }, { leastMajor }) {
    const isSpark = ["glueetl", "gluestreaming"].includes(command.name ?? "glueetl");
    const fact = `glueVersion is ${glueVersion ?? "not set"}`;
    yield* isSpark ? atLeast(Number(glueVersion ?? 0), leastMajor, fact) : [];
  },
});
