import { expect } from "chai";
import { createHandler } from "../../infra/scaling/lambda/handler";
import {
  type RegisteredBounds,
  registeredTargets,
} from "../../infra/scaling/lambda/registered-bounds";
import type { Scalable, State } from "../../infra/scaling/lambda/scalable";
import { type ScalableTargetDimension, Scaler } from "../../infra/scaling/lambda/scaler";
import { ScalingMetrics } from "../../infra/scaling/lambda/scaling-metrics";
import { SimulatedCloudWatch } from "./simulated-services";

const id = "application-parallelism";
const rules = {
  min: 1,
  max: 16,
  granularity: 1,
  outCooldownSeconds: 600,
  inCooldownSeconds: 1800,
  maxLagMilliseconds: 60_000,
  lookBackMinutes: 0,
};

/** Something to be scaled that shows a change only on request. */
class SlowScalable implements Scalable {
  present: State = {
    actual: 2,
    desired: 2,
    changing: false,
    failed: false,
    obstacle: undefined,
  };
  readonly changes: number[] = [];
  error: Error | undefined;

  state(): Promise<State> {
    return this.error ? Promise.reject(this.error) : Promise.resolve(this.present);
  }

  change(capacity: number): Promise<void> {
    this.changes.push(capacity);
    return Promise.resolve();
  }
}

describe("The scaler", () => {
  const { info } = console;
  let scalable: SlowScalable;
  let bounds: RegisteredBounds;
  let cloudWatch: SimulatedCloudWatch;
  let now: Date;
  let handler: ReturnType<typeof createHandler>;

  before(() => {
    console.info = () => undefined;
  });

  after(() => {
    console.info = info;
  });

  beforeEach(() => {
    scalable = new SlowScalable();
    bounds = { min: 1, max: 16 };
    now = new Date("2026-03-01T12:00:00Z");
    // Metrics come too late for anything here.
    cloudWatch = new SimulatedCloudWatch(10, () => false);
    const metrics = new ScalingMetrics(cloudWatch, []);
    const settings = { kind: "application", name: "analytics", rules } as const;
    const scaler = new Scaler(id, settings, scalable, metrics, false);
    handler = createHandler(
      new Map([[id, scaler]]),
      () => Promise.resolve(new Map([["url", { bounds, failedActivities: 1 }]])),
      () => now,
    );
  });

  const call = async (httpMethod: string, body: string | null = null) =>
    await handler({ httpMethod, body, pathParameters: { scalableTargetDimensionId: id } });
  const read = async (): Promise<ScalableTargetDimension> =>
    JSON.parse((await call("GET"))?.body ?? "") as ScalableTargetDimension;
  const later = (minutes: number): void => {
    now = new Date(now.getTime() + minutes * 60_000);
  };

  it("answers a read right after a write with the new goal, whatever the service still shows", async () => {
    await call("PATCH", '{"desiredCapacity":4}');
    expect(await read()).to.include({
      actualCapacity: 2,
      desiredCapacity: 4,
      scalingStatus: "InProgress",
    });
    scalable.present = { ...scalable.present, actual: 4, desired: 4 };
    expect(await read()).to.include({ desiredCapacity: 4, scalingStatus: "Successful" });
  });

  it("keeps the cool-down though no metric of the change is known yet", async () => {
    await call("PATCH", '{"desiredCapacity":4}');
    scalable.present = { ...scalable.present, actual: 4, desired: 4 };
    later(5);
    await call("PATCH", '{"desiredCapacity":8}');
    expect(scalable.changes).to.deep.equal([4]);
    later(6);
    await call("PATCH", '{"desiredCapacity":8}');
    expect(scalable.changes).to.deep.equal([4, 8]);
  });

  it("says Failed while a change is rolled back, and why", async () => {
    const obstacle = "the application analytics is ROLLING_BACK, not RUNNING";
    scalable.present = { ...scalable.present, failed: true, obstacle };
    expect(await read()).to.include({ scalingStatus: "Failed", failureReason: obstacle });
  });

  it("asks to come back later when a service is asked too often, and hides no other error", async () => {
    scalable.error = Object.assign(new Error("Rate exceeded"), { name: "ThrottlingException" });
    expect(await call("GET")).to.deep.include({
      statusCode: 429,
      body: '{"message":"ThrottlingException: Rate exceeded"}',
    });
    scalable.error = new Error("broken");
    const failure: unknown = await call("GET").catch((error: unknown) => error);
    expect(failure).to.equal(scalable.error);
  });

  it("goes on every minute until the capacity lies inside the registered bounds", async () => {
    bounds = { min: 8, max: 16 };
    const minute = () => handler({ minute: { [id]: "url" } });
    await minute();
    expect(scalable.changes).to.deep.equal([4]);
    scalable.present = { ...scalable.present, actual: 4, desired: 4 };
    later(5);
    await minute();
    expect(scalable.changes).to.deep.equal([4]);
    later(6);
    await minute();
    expect(scalable.changes).to.deep.equal([4, 8]);
    scalable.present = { ...scalable.present, actual: 8, desired: 8 };
    later(60);
    await minute();
    expect(scalable.changes).to.deep.equal([4, 8]);
  });

  it("publishes every minute whether a change is under way and what failed", async () => {
    const published = (metric: string): number | undefined => {
      cloudWatch.now = now.getTime() + 20 * 60_000;
      const value = cloudWatch.at(metric, Math.floor(now.getTime() / 60_000));
      return value;
    };
    const minute = async (): Promise<void> => {
      cloudWatch.now = now.getTime();
      await handler({ minute: { [id]: "url" } });
    };
    await minute();
    expect(published("Changing")).to.equal(0);
    expect(published("FailedActivities")).to.equal(1);
    later(5);
    scalable.present = { ...scalable.present, changing: true, obstacle: "UPDATING" };
    await minute();
    expect(published("Changing")).to.equal(1);
  });
});

describe("The registered targets", () => {
  const now = new Date("2026-03-01T12:00:00Z");
  const target = { MinCapacity: 2, MaxCapacity: 8 };
  const activity = (StatusCode: string, minutesAgo: number, Cause: string) => ({
    StatusCode,
    StartTime: new Date(now.getTime() - minutesAgo * 60_000),
    Cause,
  });
  const alarm = (direction: string) =>
    `monitor alarm pipeline-scaling-stream-${direction}-1a2b3c4 in state ALARM triggered policy pipeline-scaling-stream-${direction}-5d6e7f8`;
  const send = ({ input }: { input: { ResourceIds?: string[]; ResourceId?: string } }) =>
    Promise.resolve(
      input.ResourceIds
        ? {
            ScalableTargets: [
              { ...target, ResourceId: "https://one" },
              {
                ...target,
                ResourceId: "https://other",
                SuspendedState: { ScheduledScalingSuspended: true },
              },
            ],
          }
        : {
            ScalingActivities:
              input.ResourceId === "https://one"
                ? [
                    activity("Failed", 1, alarm("out")),
                    activity("Failed", 2, alarm("in")),
                    activity("Failed", 3, "minimum capacity was set to 4"),
                    activity("Successful", 4, alarm("out")),
                    activity("Failed", 6, alarm("out")),
                  ]
                : [],
          },
    );

  it("have bounds unless their schedules are suspended, and failed activities of growth and schedules", async () => {
    const urls = ["https://one", "https://other"];
    expect([...(await registeredTargets({ send } as never, urls, now))]).to.deep.equal([
      ["https://one", { bounds: { min: 2, max: 8 }, failedActivities: 2 }],
      ["https://other", { bounds: undefined, failedActivities: 0 }],
    ]);
  });
});
