import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "chai";
import { projectRoot } from "../../support/command";

/** Answers of a fake `aws`, by the subcommand; the metric `Silent` has no data. */
const aws = `#!/bin/bash
printf '%s\\n' "$*" >> "$HOME/calls"
case "$1 $2" in
  "cloudwatch describe-alarms") cat "$HOME/alarms" ;;
  "cloudwatch get-metric-data")
    case "$*" in
      *Silent*) echo '{"MetricDataResults":[{"Values":[]}]}' ;;
      *AWS/SNS*) echo "{\\"MetricDataResults\\":[{\\"Values\\":[$DELIVERED]}]}" ;;
      *) echo '{"MetricDataResults":[{"Values":[1.5]}]}' ;;
    esac ;;
  "sns list-subscriptions-by-topic") echo "{\\"Subscriptions\\":[{\\"SubscriptionArn\\":\\"$SUBSCRIPTION\\"}]}" ;;
  "sns publish") echo '{"MessageId":"1"}' ;;
esac
`;
const pulumi = `#!/bin/bash
echo "arn:aws:sns:us-east-1:123456789012:streaming-pipeline-dev-pipeline-monitoring-$3"
`;

const metric = (MetricName: string) => ({ Namespace: "AWS/Kinesis", MetricName, Dimensions: [] });
const single = (AlarmName: string, name: string, TreatMissingData: string) => ({
  AlarmName,
  ...metric(name),
  Period: 60,
  Statistic: "Sum",
  TreatMissingData,
});
const healthy = [
  single("streaming-pipeline-dev-pipeline-monitoring-stream-idle", "IncomingRecords", "breaching"),
  {
    AlarmName: "streaming-pipeline-dev-pipeline-monitoring-stream-silent",
    TreatMissingData: "notBreaching",
    Metrics: [
      { Id: "value", Expression: "a" },
      { Id: "a", MetricStat: { Metric: metric("IncomingRecords"), Period: 60, Stat: "Sum" } },
    ],
  },
  single("streaming-pipeline-dev-pipeline-monitoring-stream-throttled", "Silent", "notBreaching"),
];

describe("The smoke test after a deployment", function () {
  this.timeout(60_000);
  let home: string;

  beforeEach(() => {
    home = mkdtempSync(path.join(tmpdir(), "smoke-test-"));
    for (const [name, script] of Object.entries({ aws, pulumi })) {
      writeFileSync(path.join(home, name), script);
      chmodSync(path.join(home, name), 0o755);
    }
  });

  afterEach(() => {
    rmSync(home, { recursive: true, force: true });
  });

  const run = (alarms: readonly object[], environment: Readonly<Record<string, string>> = {}) => {
    writeFileSync(path.join(home, "alarms"), JSON.stringify({ MetricAlarms: alarms }));
    const { status, stdout } = spawnSync(path.join(projectRoot, ".github/smoke-test.sh"), {
      encoding: "utf8",
      env: {
        ...process.env,
        HOME: home,
        PATH: [home, process.env["PATH"]].join(path.delimiter),
        STACK: "dev",
        SUBSCRIPTION: "arn:subscription",
        DELIVERED: "1",
        SECONDS_TO_DELIVER: "0",
        SECONDS_BETWEEN: "0",
        ...environment,
      },
    });
    return { status, stdout, calls: readFileSync(path.join(home, "calls"), "utf8") };
  };

  it("passes where alarms have data and a test message is delivered", () => {
    const { status, stdout, calls } = run(healthy);
    expect(stdout).to.equal(
      "streaming-pipeline-dev-pipeline-monitoring-stream-throttled has no data yet.\n",
    );
    expect(status).to.equal(0);
    expect(calls).to.contain("--alarm-name-prefix streaming-pipeline-dev-pipeline-monitoring-");
    expect(calls).to.match(/sns publish --topic-arn \S+ticketTopicArn /);
    expect(calls).not.to.match(/sns publish --topic-arn \S+alarmTopicArn /);
  });

  it("fails where an alarm that breaches without data has none", () => {
    const silent = single(
      "streaming-pipeline-dev-pipeline-monitoring-application-down",
      "Silent",
      "breaching",
    );
    const { status, stdout } = run([...healthy, silent]);
    expect(stdout).to.contain(
      "::error::streaming-pipeline-dev-pipeline-monitoring-application-down must have data",
    );
    expect(status).to.equal(1);
  });

  it("fails where there are no alarms, no confirmed subscriber or no delivery", () => {
    expect(run([]).stdout).to.contain("::error::dev must have alarms");
    const pending = run(healthy, { SUBSCRIPTION: "PendingConfirmation" });
    expect(pending.stdout).to.match(/::error::alarmTopicArn must .*\n::error::ticketTopicArn must/);
    expect(pending.status).to.equal(1);
    const lost = run(healthy, { DELIVERED: "" });
    expect(lost.stdout).to.contain("::error::The topic of tickets must deliver a message");
    expect(lost.status).to.equal(1);
  });
});
