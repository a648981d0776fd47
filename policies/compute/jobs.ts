import { Job } from "@pulumi/aws/glue";
import { StateMachine } from "@pulumi/aws/sfn";
import { resourcePolicy } from "../engine/policy";
import { integer } from "../engine/setting-schema";

export const workflowLogging = resourcePolicy("stepfunctions-state-machine-logging", StateMachine, {
  severity: "medium",
  rule: "Log what a state machine does.",
  reason: "A failed execution is explained by what came before, which nobody keeps otherwise.",
  fix: "Set loggingConfiguration.level to ERROR or ALL, with a log group.",
  controls: ["StepFunctions.1"],
  source: "https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html",
  *check({ loggingConfiguration }) {
    const level = loggingConfiguration?.level ?? "not set";
    if (!["ALL", "ERROR", "FATAL"].includes(level)) {
      yield {
        fact: `loggingConfiguration.level is ${level}`,
        limit: "it must be ALL, ERROR or FATAL",
      };
    }
  },
});

export const sparkVersion = resourcePolicy("glue-job-version", Job, {
  severity: "medium",
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
    if (isSpark && !(Number(glueVersion ?? 0) >= leastMajor)) {
      yield {
        fact: `glueVersion is ${glueVersion ?? "not set"}`,
        limit: `the least is ${leastMajor}.0`,
      };
    }
  },
});
