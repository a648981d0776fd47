import { setTimeout as pause } from "node:timers/promises";
import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { KinesisAnalyticsV2Client } from "@aws-sdk/client-kinesis-analytics-v2";
import { Command, CommanderError, InvalidArgumentError } from "commander";
import { clientSettings, profileOption, useProfile } from "../../../cli/aws";
import { silenceSdkNotice } from "../../../cli/command";
import { jobLag, queried } from "../../watch/metrics";
import { ReleasedApplication } from "./flink-application";
import { HealthMetrics } from "./health-metrics";
import { type EndKind, type Outcome, type Progress, Release } from "./release";
import { defaultRules } from "./settings";

const EXIT_USAGE = 2;

const exitCodes: Readonly<Record<EndKind, number>> = {
  released: 0,
  unchanged: 0,
  refused: 1,
  failed: 1,
  "rolled-back": 3,
};

interface Options {
  readonly application: string;
  readonly key: string;
  readonly objectVersion: string;
  readonly region?: string;
  readonly profile?: string;
  readonly maxLagSeconds: number;
  readonly watchMinutes: number;
  readonly timeoutMinutes: number;
  readonly intervalSeconds: number;
}

async function main(args: readonly string[]): Promise<number> {
  const command = new Command("npm run release-job --")
    .description(
      "Brings a jar into a running Flink application: update with a snapshot, wait until RUNNING, watch, and go back to\n" +
        "the version before when the job restarts, fails checkpoints or does not catch up.",
    )
    .requiredOption("--application <name>", "the Flink application")
    .requiredOption("--key <key>", "the jar in the application's bucket")
    .requiredOption("--object-version <id>", "version of that object")
    .option(
      "--region <region>",
      "region of the application (default: AWS_REGION, or the profile's)",
    )
    .addOption(profileOption())
    .option("--max-lag-seconds <n>", "how far it may be behind", whole, defaultRules.maxLagSeconds)
    .option("--watch-minutes <n>", "watch the job so long", whole, defaultRules.watchMinutes)
    .option("--timeout-minutes <n>", "go back after so long", whole, defaultRules.timeoutMinutes)
    .option("--interval-seconds <n>", "look at it so often", whole, 15)
    .addHelpText(
      "after",
      `\nExit code: 0 when the jar runs, 1 when it was refused or a person has to look, ${EXIT_USAGE} when the command was\n` +
        `not understood, ${exitCodes["rolled-back"]} when the version before runs again.`,
    )
    .exitOverride();
  try {
    command.parse(args, { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USAGE;
    throw error;
  }
  return await release(command.opts<Options>());
}

async function release(options: Options): Promise<number> {
  const { application, key, objectVersion, intervalSeconds } = options;
  await useProfile(options.profile);
  const client = { ...clientSettings(), ...(options.region && { region: options.region }) };
  const steps = new Release(
    new ReleasedApplication(new KinesisAnalyticsV2Client(client), application),
    new HealthMetrics(new CloudWatchClient(client), application, [queried(jobLag(application))]),
    { key, objectVersion },
    { ...defaultRules, ...options },
  );
  let progress: Progress | undefined;
  let said: string | undefined;
  for (;;) {
    const outcome: Outcome = await steps.step(progress, new Date());
    if (outcome.message !== said) process.stderr.write(`${outcome.message}\n`);
    said = outcome.message;
    if (outcome.kind !== "waiting") return exitCodes[outcome.kind];
    ({ progress } = outcome);
    await pause(intervalSeconds * 1000);
  }
}

function whole(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError("It must be a whole number.");
  return Number(text);
}

silenceSdkNotice();
main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  },
);
