import { expect } from "chai";
import { createHandler } from "../../infra/scaling/lambda/handler";
import {
  registeredBounds,
  type RegisteredBounds,
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

/** Something to be scaled that shows a change only when it is told to. */
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
    const metrics = new ScalingMetrics(new SimulatedCloudWatch(10, () => false), []);
    const settings = { kind: "application", name: "analytics", rules } as const;
    const scaler = new Scaler(id, settings, scalable, metrics, false);
    handler = createHandler(
      new Map([[id, scaler]]),
      () => Promise.resolve(new Map([["url", bounds]])),
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
});

describe("The registered bounds", () => {
  it("are those of targets whose schedules are not suspended", async () => {
    const target = { MinCapacity: 2, MaxCapacity: 8 };
    const send = () =>
      Promise.resolve({
        ScalableTargets: [
          { ...target, ResourceId: "https://one" },
          {
            ...target,
            ResourceId: "https://other",
            SuspendedState: { ScheduledScalingSuspended: true },
          },
        ],
      });
    const found = await registeredBounds({ send } as never, ["https://one", "https://other"]);
    expect([...found]).to.deep.equal([["https://one", { min: 2, max: 8 }]]);
  });
});
