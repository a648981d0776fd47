import * as aws from "@pulumi/aws";
import * as awsx from "@pulumi/awsx";
import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import type { DataPlane } from "../../local/provider/data-plane";
import type { OperationResult } from "../../local/engine/policy-pack";
import { EngineError } from "../../local/engine/stack";
import { requireEngine, Sandbox } from "./engine";

const STREAM = "aws:kinesis/stream:Stream";

interface ProgramArgs {
  readonly shardCount?: number;
  readonly streamName?: string;
  readonly content?: string;
  readonly flowLog?: boolean;
}

/** A stream, a network and what depends on them. */
function program({
  shardCount = 1,
  streamName,
  content = "one",
  flowLog = true,
}: ProgramArgs = {}) {
  return async (): Promise<Record<string, unknown>> => {
    const key = new aws.kms.Key("key");
    const stream = new aws.kinesis.Stream("events", {
      shardCount,
      kmsKeyId: key.arn,
      ...(streamName !== undefined && { name: streamName }),
    });
    const network = new awsx.ec2.Vpc("network", {
      availabilityZoneNames: ["eu-central-1a", "eu-central-1b"],
      subnetStrategy: "Auto",
      natGateways: { strategy: "Single" },
    });
    if (flowLog) new aws.ec2.FlowLog("network", { vpcId: network.vpcId, trafficType: "ALL" });
    const bucket = new aws.s3.Bucket("code");
    const object = new aws.s3.BucketObjectv2("job", {
      bucket,
      source: new pulumi.asset.StringAsset(content),
    });
    const role = new aws.iam.Role("reader", {
      assumeRolePolicy: { Version: "2012-10-17", Statement: [] },
    });
    new aws.iam.RolePolicy("reader", {
      role,
      policy: pulumi.jsonStringify({ Statement: [{ Resource: stream.arn }] }),
    });
    return Promise.resolve({
      streamArn: stream.arn,
      jobVersion: object.versionId,
      routeTableIds: network.routeTables.apply((tables) => tables.map(({ id }) => id)),
      token: pulumi.secret("hidden"),
    });
  };
}

/** What happens to the resources of a type, by their logical names. */
function steps(result: OperationResult, type: string): Record<string, string> {
  const resources = result.resources.filter((resource) => resource.type === type);
  return Object.fromEntries(resources.map(({ urn, op }) => [urn.split("::")[3] ?? "", op]));
}

function changed(result: OperationResult): Record<string, string> {
  const resources = result.resources.filter(({ op }) => op !== "same");
  return Object.fromEntries(resources.map(({ urn, op }) => [urn.split("::")[3] ?? "", op]));
}

async function failure(run: Promise<unknown>): Promise<EngineError> {
  return run.then(
    () => expect.fail("it was not refused"),
    (error: unknown) => {
      if (error instanceof EngineError) return error;
      throw error;
    },
  );
}

describe("a stack in the real engine, recorded only", () => {
  const sandbox = new Sandbox();
  before(requireEngine);
  afterEach(sandbox.closeStacks);
  after(sandbox.remove);

  it("is planned with everything that the program declares and judged by the pack", async () => {
    const stack = await sandbox.open(program());
    const result = await stack.preview();
    expect(steps(result, STREAM)).to.deep.equal({ events: "create" });
    expect(steps(result, "aws:ec2/subnet:Subnet")).to.deep.equal({
      "network-private-1": "create",
      "network-private-2": "create",
      "network-public-1": "create",
      "network-public-2": "create",
    });
    expect(steps(result, "aws:ec2/natGateway:NatGateway")).to.deep.equal({ "network-1": "create" });
    const passed = { enforcementLevel: "mandatory", result: "passed", passes: 1 };
    expect(result.policies).to.deep.equal([
      { name: "stream-shard-limit", ...passed },
      { name: "vpc-flow-log", ...passed },
    ]);
    expect(result.errors).to.be.empty;
    expect(result.warnings).to.be.empty;
  });

  it("is refused by a mandatory policy before anything is created", async () => {
    const created: string[] = [];
    const plane: Pick<DataPlane, "create"> = {
      create: ({ name }) => {
        created.push(name);
        return Promise.resolve({});
      },
    };
    const stack = await sandbox.open(program({ shardCount: 5 }), {
      dataPlanes: { [STREAM]: plane as DataPlane },
    });
    const error = await failure(stack.up());
    expect(error.message).to.match(/stream-shard-limit: .*\n.*shardCount is 5; the limit is 4/);
    expect(error.result.violations).to.have.length(1);
    expect(error.result.violations[0]).to.include({
      name: "stream-shard-limit",
      enforcementLevel: "mandatory",
      resource: `urn:pulumi:dev::engine-fixture::${STREAM}::events`,
    });
    expect(created).to.be.empty;
  });

  it("is judged as a whole, by what depends on the parts of a component", async () => {
    const stack = await sandbox.open(program({ flowLog: false }));
    const { violations } = (await failure(stack.preview())).result;
    expect(violations.map(({ name }) => name)).to.deep.equal(["vpc-flow-log"]);
    expect(violations[0]?.resource).to.match(/aws:ec2\/vpc:Vpc::network$/);
  });

  it("is created, and has nothing to change afterwards", async () => {
    const stack = await sandbox.open(program());
    const { summary } = await stack.up();
    expect(summary).to.have.all.keys("create");
    const outputs = await stack.outputs();
    expect(outputs["streamArn"]).to.match(
      /^arn:aws:kinesis:eu-central-1:000000000000:stream\/events-[0-9a-f]{7}$/,
    );
    expect(outputs["routeTableIds"]).to.have.length(4);
    expect(outputs["token"]).to.equal("hidden");
    expect((await stack.preview()).summary).to.have.all.keys("same");
  });

  it("updates in place what can change in place", async () => {
    const stack = await sandbox.open(program({ shardCount: 2, content: "two" }));
    const planned = await stack.preview();
    expect(changed(planned)).to.deep.equal({ events: "update", job: "update" });
    const stream = planned.resources.find(({ type }) => type === STREAM);
    expect(stream?.changes).to.deep.equal(["shardCount"]);
    const earlier = await stack.outputs();
    const made = await stack.up({ isAccepted: true });
    expect(changed(made)).to.deep.equal({ events: "update", job: "update" });
    const later = await stack.outputs();
    expect(later["streamArn"]).to.equal(earlier["streamArn"]);
    expect(later["jobVersion"]).not.to.equal(earlier["jobVersion"]);
  });

  it("replaces what cannot, and updates what depends on it", async () => {
    const stack = await sandbox.open(
      program({ shardCount: 2, content: "two", streamName: "trips" }),
    );
    const expected = { events: "replace", reader: "update" };
    expect(changed(await stack.preview())).to.deep.equal(expected);
    expect(changed(await stack.up({ isAccepted: true }))).to.deep.equal(expected);
    expect((await stack.outputs())["streamArn"]).to.match(/:stream\/trips$/);
  });

  it("takes configuration over the stack's file", async () => {
    const configured = async (): Promise<Record<string, unknown>> =>
      program({ shardCount: new pulumi.Config().requireNumber("shardCount") })();
    const stack = await sandbox.open(configured, { configOverrides: { shardCount: 9 } });
    const { message } = await failure(stack.preview());
    expect(message).to.match(/shardCount is 9; the limit is 4/);
  });

  it("leaves nothing when it is destroyed", async () => {
    const stack = await sandbox.open(program());
    expect((await stack.destroy()).summary).to.have.all.keys("delete");
    expect((await stack.destroy()).summary).to.be.empty;
  });
});

describe("a stack in the real engine, with a program that AWS would refuse", () => {
  const sandbox = new Sandbox();
  before(requireEngine);
  afterEach(sandbox.closeStacks);
  after(sandbox.remove);

  class AnyResource extends pulumi.CustomResource {}

  /** Declares a resource past the compiler's checks. */
  function declare(type: string, inputs: pulumi.Inputs): () => Promise<void> {
    return () => {
      new AnyResource(type, "mine", inputs);
      return Promise.resolve();
    };
  }

  it("reports every input that is wrong", async () => {
    const inputs = { shards: 2, retentionPeriod: "24" };
    const stack = await sandbox.open(declare(STREAM, inputs));
    const { message } = await failure(stack.preview());
    expect(message).to.include("shards is not a property of aws:kinesis/stream:Stream");
    expect(message).to.include('retentionPeriod must be an integer; got string "24"');
  });

  it("says how to add a resource type that is not known", async () => {
    const stack = await sandbox.open(declare("aws:sagemaker/model:Model", {}));
    const { message } = await failure(stack.preview());
    expect(message).to.match(/aws:sagemaker\/model:Model is not known.*aws-resource-facts\.json/);
  });

  it("says what an awsx component cannot be", async () => {
    const stack = await sandbox.open(() => {
      new awsx.ec2.Vpc("network", { numberOfAvailabilityZones: 2 });
      return Promise.resolve();
    });
    const { message } = await failure(stack.preview());
    expect(message).to.include("numberOfAvailabilityZones is not supported");
    expect(message).to.include("availabilityZoneNames must name at least one zone");
  });

  it("tells what the program threw", async () => {
    const stack = await sandbox.open(() =>
      Promise.reject(new Error("shardCount must be positive")),
    );
    expect((await failure(stack.preview())).message).to.equal("shardCount must be positive");
  });
});

describe("a stack in the real engine, with data planes", () => {
  const sandbox = new Sandbox();
  before(requireEngine);
  afterEach(sandbox.closeStacks);
  after(sandbox.remove);

  /** A stream that notes what becomes of it. */
  class StreamPlane implements DataPlane {
    readonly calls: string[] = [];
    isGone = false;
    create = (): Promise<Record<string, unknown>> => this.#answer("create");
    update = (): Promise<Record<string, unknown>> => this.#answer("update");
    read = async (): Promise<Record<string, unknown> | undefined> => {
      const answer = await this.#answer("read");
      return this.isGone ? undefined : answer;
    };
    delete = async (): Promise<void> => {
      await this.#answer("delete");
    };

    #answer(call: string): Promise<Record<string, unknown>> {
      this.calls.push(call);
      return Promise.resolve({ arn: `arn:${call}` });
    }
  }

  it("creates, revives, recreates and deletes the real thing", async () => {
    const plane = new StreamPlane();
    const declared = (): Promise<Record<string, unknown>> => {
      const stream = new aws.kinesis.Stream("events", { shardCount: 1 });
      return Promise.resolve({ arn: stream.arn });
    };
    const stack = await sandbox.open(declared, { dataPlanes: { [STREAM]: plane } });
    await stack.up({ isAccepted: true });
    expect(await stack.outputs()).to.deep.equal({ arn: "arn:create" });

    await stack.up({ isAccepted: true, refresh: true });
    expect(await stack.outputs()).to.deep.equal({ arn: "arn:read" });

    plane.isGone = true;
    const recreated = await stack.up({ isAccepted: true, refresh: true });
    expect(changed(recreated)).to.deep.equal({ events: "create" });
    await stack.destroy();
    expect(plane.calls).to.deep.equal(["create", "read", "read", "create", "delete"]);
  });

  it("ends when it is aborted, and goes on the next time", async () => {
    const abort = new AbortController();
    const plane = new StreamPlane();
    plane.create = () => {
      abort.abort(new Error("Ctrl-C"));
      return new Promise(() => undefined);
    };
    const declared = (): Promise<void> => {
      new aws.kinesis.Stream("events", { shardCount: 1 });
      return Promise.resolve();
    };
    const aborted = await sandbox.open(declared, {
      dataPlanes: { [STREAM]: plane },
      signal: abort.signal,
    });
    const error: unknown = await aborted
      .up({ isAccepted: true })
      .catch((reason: unknown) => reason);
    expect(String(error)).to.equal("Error: Ctrl-C");
    aborted.close();

    const stack = await sandbox.open(declared, { dataPlanes: { [STREAM]: new StreamPlane() } });
    expect(changed(await stack.up({ isAccepted: true }))).to.deep.equal({ events: "create" });
  });
});
