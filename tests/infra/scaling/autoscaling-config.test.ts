import { expect } from "chai";
import { loadConfig, type StackConfig } from "../../../infra/pipeline/config";
import { deploy, refusal } from "../../support/mocks";
import { stackConfig } from "../../support/stack-config";

type Changes = Readonly<Record<string, unknown>>;

async function load(changes: Changes, stack = "dev"): Promise<StackConfig> {
  let loaded: StackConfig | undefined;
  const program = () => {
    loaded = loadConfig();
  };
  await deploy(program, { stack, config: stackConfig(stack, changes) });
  if (loaded === undefined) throw new Error("The program did not run");
  return loaded;
}

async function problems(changes: Changes): Promise<string[]> {
  const message = await refusal(loadConfig, { config: stackConfig("dev", changes) });
  return message
    .split("\n- ")
    .slice(1)
    .map((line) => line.replaceAll("streaming-pipeline:", ""));
}

const rushHour = {
  target: "stream",
  name: "rush-hour",
  schedule: "cron(0 6 ? * MON-FRI *)",
  timezone: "America/New_York",
  min: 2,
  max: 4,
};

describe("configuration of scaling", () => {
  it("scales stream and application by load in dev and prod, and nothing on one machine", async () => {
    expect((await load({})).scaling).to.deep.include({
      stream: { min: 1, max: 4, byLoad: true, schedules: [] },
      application: { min: 2, max: 4, byLoad: true, schedules: [] },
      byService: false,
    });
    expect((await load({}, "prod")).scaling).to.deep.include({
      stream: { min: 2, max: 8, byLoad: true, schedules: [] },
      application: { min: 2, max: 8, byLoad: true, schedules: [] },
    });
    expect((await load({}, "local")).scaling).to.include({
      stream: undefined,
      application: undefined,
    });
  });

  it("leaves the application to the service", async () => {
    expect((await load({ flinkScaling: "Service" })).scaling).to.include({
      application: undefined,
      byService: true,
    });
  });

  it("leaves the stream to AWS", async () => {
    const changes = { streamMode: "ON_DEMAND", streamScaling: "None" };
    expect((await load(changes)).scaling.stream).to.equal(undefined);
  });

  it("scales by the clock, with or without load", async () => {
    const schedules = [rushHour];
    const { target, ...schedule } = rushHour;
    expect(target).to.equal("stream");
    const byClock = await load({ streamScaling: "Schedule", scalingSchedules: schedules });
    expect(byClock.scaling.stream).to.include({ byLoad: false });
    expect(byClock.scaling.stream?.schedules?.[0]).to.deep.include(schedule);
    expect(byClock.scaling.application?.schedules).to.deep.equal([]);
    const byBoth = await load({ scalingSchedules: schedules });
    expect(byBoth.scaling.stream).to.include({ byLoad: true });
  });

  it("refuses two who scale the same", async () => {
    expect(await problems({ streamMode: "ON_DEMAND" })).to.deep.equal([
      "streamScaling must be None with streamMode ON_DEMAND, where AWS scales the stream",
    ]);
    expect(
      await problems({
        streamScaling: "None",
        flinkScaling: "Service",
        scalingSchedules: [rushHour, { ...rushHour, target: "application", name: "evening" }],
      }),
    ).to.deep.equal([
      "scalingSchedules of target stream need streamScaling Schedule or Alarms; got None. Change it, or remove rush-hour",
      "scalingSchedules of target application need flinkScaling Schedule or Alarms; got Service. Change it, or remove evening",
    ]);
  });

  it("refuses a clock without a schedule", async () => {
    expect(await problems({ flinkScaling: "Schedule" })).to.deep.equal([
      "flinkScaling Schedule needs scalingSchedules of target application, but has none",
    ]);
  });

  it("refuses bounds that leave nothing to scale, or fill no KPU", async () => {
    expect(
      await problems({
        streamMinShards: 4,
        flinkMinParallelism: 1,
        flinkMaxParallelism: 5,
      }),
    ).to.deep.equal([
      "streamMinShards must be less than streamMaxShards, 4, or there is nothing to scale; got 4",
      "flinkMinParallelism must be a multiple of the parallelism per KPU, 2; got 1",
      "flinkMaxParallelism must be a multiple of the parallelism per KPU, 2; got 5",
    ]);
  });

  it("says once what it could not read", async () => {
    expect(
      await problems({ streamMinShards: "few", streamMaxShards: 0, scalingDryRun: "maybe" }),
    ).to.deep.equal([
      "streamMinShards must be an integer from 1 to 10000; got few",
      "streamMaxShards must be an integer from 1 to 10000; got 0",
      "scalingDryRun must be one of true, false; got maybe",
    ]);
  });

  it("refuses schedules of another form", async () => {
    const { min, ...withoutMin } = rushHour;
    expect(min).to.equal(2);
    const [missing, extra, ...others] = await problems({
      scalingSchedules: [withoutMin, { ...rushHour, days: 5 }],
    });
    expect(others).to.deep.equal([]);
    expect(missing).to.match(/^scalingSchedules 0 must have required property 'min'; got \[/);
    expect(extra).to.match(/^scalingSchedules 1 must NOT have additional properties: days; got \[/);
    const elsewhere = [{ ...rushHour, target: "moon" }];
    expect((await problems({ scalingSchedules: elsewhere }))[0]).to.match(
      /^scalingSchedules 0\.target must be equal to one of the allowed values: stream, application; got \[/,
    );
    expect(await problems({ scalingSchedules: "daily" })).to.deep.equal([
      "scalingSchedules must be array; got daily",
    ]);
    expect(await problems({ scalingSchedules: [{ ...rushHour, min: 0, max: 9 }] })).to.deep.equal([
      "scalingSchedules of target stream rush-hour: min must be an integer from 1 to 4; got 0",
      "scalingSchedules of target stream rush-hour: max must be an integer from 1 to 4; got 9",
    ]);
  });

  it("refuses subscribers that nobody could be, and a lag of nothing", async () => {
    const [subscriber, lag] = await problems({ alarmSubscribers: ["me"], alarmLagSeconds: 0 });
    expect(subscriber).to.match(/^alarmSubscribers must be an e-mail address or a URL/);
    expect(lag).to.equal("alarmLagSeconds must be an integer from 1 to 86400; got 0");
  });
});
