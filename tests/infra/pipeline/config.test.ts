import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "chai";
import fc from "fast-check";
import contract from "../../../flink-job/src/main/resources/runtime-properties.schema.json";
import { ConfigReader } from "../../../infra/core/config-reader";
import type { Range } from "../../../infra/core/validate";
import { loadConfig, type StackConfig } from "../../../infra/pipeline/config";
import { configuredKeys } from "../../../infra/contracts/property-templates";
import { loadWorkload } from "../../../infra/contracts/workload";
import { propertyGroups } from "../../../infra/pipeline/workload";
import { deploy, refusal } from "../../support/mocks";
import { declaredKeys, stackConfig, stackFile } from "../../support/stack-config";

const stacks = ["dev", "prod", "local"];

/** Loads the configuration of a stack with some keys changed. */
async function load(
  stack: string,
  changes: Readonly<Record<string, unknown>> = {},
): Promise<StackConfig> {
  let loaded: StackConfig | undefined;
  const program = () => {
    loaded = loadConfig();
  };
  await deploy(program, { stack, config: stackConfig(stack, changes) });
  if (loaded === undefined) throw new Error("The program did not run");
  return loaded;
}

/** The problems that the loader finds, without the heading. */
async function problems(
  changes: Readonly<Record<string, unknown>>,
  stack = "dev",
): Promise<string[]> {
  const message = await refusal(loadConfig, { stack, config: stackConfig(stack, changes) });
  const [heading, ...lines] = message.split("\n- ");
  expect(heading).to.equal(
    "The configuration of this stack is invalid; correct it with `pulumi config set <key> <value>`:",
  );
  return lines;
}

/** The property groups of a stack's job, without what only the deployment knows. */
function groupsOf({ job }: StackConfig): Readonly<Record<string, unknown>> {
  return propertyGroups(job, {});
}

describe("configuration", () => {
  for (const stack of stacks) {
    it(`of ${stack} is complete and valid`, async () => {
      await load(stack);
    });

    it(`of ${stack} sets only keys that Pulumi.yaml declares, to values that differ from the defaults`, () => {
      for (const [name, value] of Object.entries(stackFile(stack))) {
        const [namespace, key = ""] = name.split(":");
        if (namespace === "aws") continue;
        expect(declaredKeys).to.have.property(key);
        expect(value, name).not.to.deep.equal(declaredKeys[key]?.default);
      }
    });

    it(`of ${stack} tags what it makes with project and stack`, () => {
      expect(stackFile(stack)["aws:defaultTags"]).to.deep.equal({
        tags: { project: "streaming-pipeline", stack },
      });
    });
  }

  it("is described with the ranges that the program accepts", async () => {
    const ranges = new Map<string, Range>();
    type Read = (this: ConfigReader, key: string, range: Range) => number;
    const integer: Read = Reflect.get(ConfigReader.prototype, "integer");
    ConfigReader.prototype.integer = function (key, range) {
      ranges.set(key, range);
      return integer.call(this, key, range);
    };
    try {
      await load("dev");
    } finally {
      ConfigReader.prototype.integer = integer;
    }
    expect(ranges.size).to.be.greaterThan(20);
    for (const [key, { min, max }] of ranges) {
      expect(declaredKeys[key]?.description, key).to.match(
        min === 0
          ? new RegExp(`\\b0 (to|or \\d+ to) ${max}\\b|\\b1 to ${max}\\b.*\\b0\\b`)
          : new RegExp(`\\b${min} to ${max}\\b`),
      );
    }
  });

  it("is declared with a type, a description and a default for each key", () => {
    for (const [key, declared] of Object.entries(declaredKeys)) {
      const { default: value } = declared;
      const type = Number.isInteger(value)
        ? "integer"
        : Array.isArray(value)
          ? "array"
          : typeof value;
      expect(declared.type, key).to.equal(type);
      expect(declared.description, key).to.match(/^[A-Z].*\.$/);
    }
  });

  it("declares exactly the keys that the loader reads", async () => {
    const config = { "aws:region": "us-east-1" };
    const message = await refusal(loadConfig, { config });
    const missing = [...message.matchAll(/streaming-pipeline:(\w+) is not set/g)].map(
      ([, key]) => key,
    );
    const named = ["taxi", "trades"].flatMap((name) =>
      configuredKeys(loadWorkload(`workloads/${name}`).properties),
    );
    expect([...new Set([...missing, ...named])]).to.have.members(Object.keys(declaredKeys));
  });

  it("refuses a function without a module, with other filters, or longer waits than the stream keeps", async () => {
    expect(
      await problems({
        functionHandler: "examples/none.ts",
        functionFilters: ["kind"],
        functionBatchSize: 0,
        functionMaxAgeSeconds: 86_401,
        functionParallelization: 2,
        functionWindowSeconds: 60,
      }),
    ).to.deep.equal([
      "streaming-pipeline:functionBatchSize must be an integer from 1 to 10000; got 0",
      'streaming-pipeline:functionFilters must be JSON of the form {"data": {"field": ["value"]}}; got kind',
      "streaming-pipeline:functionParallelization must be 1 with streaming-pipeline:functionWindowSeconds; got 2",
      `streaming-pipeline:functionHandler must be the path of a TypeScript module that exports handler; got examples/none.ts, and ${path.resolve("examples/none.ts")} is no file`,
      "streaming-pipeline:functionMaxAgeSeconds must be at most the seconds of streaming-pipeline:streamRetentionHours, 86400, or records expire before they are given up; got 86401",
    ]);
    expect((await load("dev")).function).to.equal(undefined);
  });

  it("is refused with every property of events without a column, where the archive has columns", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "clicks-"));
    cpSync("tests/workloads/page-views", folder, { recursive: true });
    const file = path.join(folder, "event.schema.json");
    const schema = JSON.parse(readFileSync(file, "utf8")) as { readonly properties: object };
    const properties = { ...schema.properties, kind: { enum: ["a"] }, Page: { type: "string" } };
    writeFileSync(file, JSON.stringify({ ...schema, properties }));
    const fix = "Correct it, or set streaming-pipeline:archiveFormat to JSON";
    try {
      expect(await problems({ workload: folder, shardCount: 0 })).to.have.members([
        "streaming-pipeline:shardCount must be an integer from 1 to 10000; got 0",
        `The event schema of streaming-pipeline:workload: type of property kind must be one of boolean, integer, number, string, array, which have a column; got none. ${fix}`,
        `The event schema of streaming-pipeline:workload: properties page and Page must not have the same column, page. ${fix}`,
      ]);
      await load("dev", { workload: folder, archiveFormat: "JSON", archiveQueries: false });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("is refused in a stack whose name buckets or functions cannot have", async () => {
    for (const stack of ["feature_1", "1.2"]) {
      expect(await refusal(loadConfig, { stack, config: stackConfig("dev") })).to.include(
        `The name of the stack must be letters, digits and hyphens, of which names of buckets and functions consist; got "${stack}"`,
      );
    }
  });

  it("lists everything that is wrong at once, by key", async () => {
    expect(
      await problems({
        workload: "trucks",
        shardCount: 0,
        shards: 3,
        searchvolumeGb: 10,
        streamRetentionHours: "a week",
        protectData: "yes",
        logRetentionDays: 8,
        vpcCidr: "10.0.0.0",
        availabilityZones: "us-east-1a",
        flinkParallelism: 1.5,
        searchInstanceType: "m7g.large",
        searchDedicatedMasters: 2,
        replayInstanceType: "t3.small",
      }),
    ).to.have.members([
      "workload trucks is not a folder. Set it to the folder of a workload, such as ./workloads/taxi",
      "streaming-pipeline:shardCount must be an integer from 1 to 10000; got 0",
      "streaming-pipeline:streamRetentionHours must be an integer from 24 to 8760; got a week",
      "streaming-pipeline:protectData must be one of true, false; got yes",
      "streaming-pipeline:logRetentionDays must be one of 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653; got 8",
      'streaming-pipeline:vpcCidr must be an IPv4 network in CIDR notation with a prefix of 16 to 24 bits, such as 10.0.0.0/16; got "10.0.0.0"',
      "streaming-pipeline:availabilityZones must be a list of strings; got us-east-1a",
      "streaming-pipeline:flinkParallelism must be an integer from 1 to 256; got 1.5",
      'streaming-pipeline:searchInstanceType must be an OpenSearch instance type, such as m7g.large.search; got "m7g.large"',
      "streaming-pipeline:searchDedicatedMasters must be one of 0, 3, 5; got 2",
      'streaming-pipeline:replayInstanceType must be an EC2 instance type with a Graviton processor, such as t4g.small; got "t3.small"',
      "streaming-pipeline:searchvolumeGb is not a key of this program; did you mean searchVolumeGiB?",
      `streaming-pipeline:shards is not a key of this program; the keys are ${Object.keys(declaredKeys).sort().join(", ")}`,
    ]);
  });

  it("refuses its keys under another namespace, as after a change of the project's name", async () => {
    const config = { ...stackConfig("dev"), "orders:shardCount": "4", "orders:vpcId": "vpc-1" };
    const message = await refusal(loadConfig, { config });
    expect(message.split("\n- ").slice(1)).to.deep.equal([
      "orders:shardCount is not read: the project is streaming-pipeline. Rename it to streaming-pipeline:shardCount",
      "orders:vpcId is not read: the project is streaming-pipeline. Rename it to streaming-pipeline:vpcId",
    ]);
  });

  it("leaves keys of others alone", async () => {
    await deploy(() => void loadConfig(), {
      config: { ...stackConfig("dev"), "aws:profile": "me", "other:key": "1" },
    });
  });

  it("lets encryption be switched off, which is the policy pack's to refuse", async () => {
    const { encryption } = await load("prod", { encryptAtRest: false, customerManagedKey: false });
    expect(encryption).to.deep.equal({ encryptAtRest: false, customerManagedKey: false });
  });

  it("has no number of shards where AWS decides", async () => {
    expect(
      (await load("dev", { streamMode: "ON_DEMAND", streamScaling: "None" })).stream,
    ).to.deep.include({ mode: "ON_DEMAND", shardCount: undefined, retentionHours: 24 });
    expect((await load("dev", { shardCount: 3 })).stream.shardCount).to.equal(3);
  });

  it("refuses demand windows that are no whole number of slides, once", async () => {
    const minutes = fc.integer({ min: 1, max: 1440 });
    await fc.assert(
      fc.asyncProperty(minutes, minutes, async (window, slide) => {
        const changes = { demandWindowMinutes: window, demandSlideMinutes: slide };
        if (window % slide === 0) await load("dev", changes);
        else {
          expect(await problems(changes)).to.deep.equal([
            `streaming-pipeline:demandWindowMinutes must be a multiple of streaming-pipeline:demandSlideMinutes, ${slide}; got ${window}`,
          ]);
        }
      }),
      { numRuns: 20 },
    );
    expect(await problems({ demandSlideMinutes: 0 })).to.have.length(1);
    expect(await problems({ demandWindowMinutes: "long" })).to.have.length(1);
  });

  it("refuses zones of another region", async () => {
    expect(await problems({ availabilityZones: ["us-east-1a", "eu-west-1b"] })).to.deep.equal([
      "streaming-pipeline:availabilityZones must lie in aws:region, us-east-1; got eu-west-1b",
    ]);
  });

  it("refuses a network without a way to the services of AWS", async () => {
    expect(await problems({ natGateways: "None" })).to.deep.equal([
      "streaming-pipeline:natGateways must not be None without streaming-pipeline:interfaceEndpoints: private subnets could not reach AWS. Set streaming-pipeline:interfaceEndpoints to true, or streaming-pipeline:natGateways to Single",
    ]);
    await load("dev", { natGateways: "None", interfaceEndpoints: true });
  });

  it("refuses names of project and stack that leave no room for those of functions", async () => {
    const refused = async (stack: string) =>
      refusal(loadConfig, { stack, config: stackConfig("dev") });
    expect(await refused("staging-emea-1")).to.include("streaming-pipeline-staging-emea-1 (33)");
    expect(await refused("staging-emea").catch(String)).not.to.include("at most 31 characters");
  });

  it("bases the names that it gives on project and stack, or on what stands for the stack", async () => {
    expect((await load("dev")).name).to.equal("streaming-pipeline-dev");
    expect((await load("dev", { name: "Team_a" })).name).to.equal("streaming-pipeline-Team_a");
    expect(await problems({ name: "a team" })).to.deep.equal([
      'streaming-pipeline:name must be 1 to 100 letters, digits, hyphens, underscores and dots; got "a team"',
    ]);
  });

  it("takes an existing network instead of making one", async () => {
    const subnets = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"];
    const { network } = await load("dev", {
      vpcId: "vpc-0123456789abcdef0",
      privateSubnetIds: subnets,
    });
    expect(network).to.deep.equal({
      existing: {
        vpcId: "vpc-0123456789abcdef0",
        privateSubnetIds: subnets,
        publicSubnetIds: [],
      },
    });
    expect(await problems({ vpcId: "vpc-0123456789abcdef0" })).to.deep.equal([
      "streaming-pipeline:privateSubnetIds must be 1 to 6 values that differ from each other; got none",
    ]);
    expect(await problems({ vpcId: "main", privateSubnetIds: ["a"] })).to.deep.equal([
      'streaming-pipeline:vpcId must be the id of a VPC, such as vpc-0123456789abcdef0; got "main"',
      'streaming-pipeline:privateSubnetIds must be the id of a subnet, such as subnet-0123456789abcdef0; got "a"',
    ]);
  });

  it("opens the replay host only to a key from a network, and only in a public subnet", async () => {
    const replaySshPublicKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ someone";
    const replaySshCidr = "198.51.100.0/24";
    expect((await load("dev")).replay).to.deep.equal({
      instanceType: "t4g.small",
      searchAccess: false,
      readableInputs: [],
    });
    expect((await load("dev", { replaySshPublicKey, replaySshCidr })).replay.ssh).to.deep.equal({
      publicKey: replaySshPublicKey,
      clientCidr: replaySshCidr,
    });
    expect(await problems({ replaySshPublicKey })).to.deep.equal([
      "streaming-pipeline:replaySshPublicKey and streaming-pipeline:replaySshCidr go together: who may come, and from where; one of them is empty",
    ]);
    expect(
      await problems({
        replaySshPublicKey,
        replaySshCidr,
        vpcId: "vpc-0123456789abcdef0",
        privateSubnetIds: ["subnet-0123456789abcdef0"],
      }),
    ).to.deep.equal([
      "streaming-pipeline:replaySshPublicKey needs a public subnet; name one in streaming-pipeline:publicSubnetIds",
    ]);
  });

  it("knows what the host replays by itself", async () => {
    expect(
      (await load("dev", { replayInput: "s3://trips/2019/", replaySpeedup: 0 })).replay.start,
    ).to.deep.equal({ input: "s3://trips/2019/", speedup: 0 });
    expect(
      (await load("dev", { replayReadableInputs: '["s3://trips/2020/"]' })).replay.readableInputs,
    ).to.deep.equal(["s3://trips/2020/"]);
    expect(await problems({ replayReadableInputs: '["trips"]' })).to.deep.equal([
      'streaming-pipeline:replayReadableInputs must be objects in S3, such as s3://bucket/trips/2019-03/; got "trips"',
    ]);
    expect(await problems({ replayInput: "trips.csv" })).to.deep.equal([
      'streaming-pipeline:replayInput must be objects in S3, such as s3://bucket/trips/2019-03/; got "trips.csv"',
    ]);
  });

  it("refuses queries of an archive without a table, and grants of columns that it has not", async () => {
    expect(await problems({ archiveFormat: "JSON" })).to.deep.equal([
      "streaming-pipeline:archiveQueries requires streaming-pipeline:archiveFormat PARQUET, which has a table; got JSON. Set streaming-pipeline:archiveQueries to false, or choose PARQUET",
    ]);
    await load("dev", { archiveFormat: "JSON", archiveQueries: false });
    const queryReaderRoleArns = ["arn:aws:iam::123456789012:role/analyst"];
    const columns = { queryReaderRoleArns, queryReaderColumns: ["pickupzone", "day", "tip"] };
    const [problem = "", ...others] = await problems(columns);
    expect(others).to.deep.equal([]);
    expect(problem).to.match(
      /^A column of streaming-pipeline:queryReaderColumns must be one of id, .*day, borough; got tip$/,
    );
    expect((await load("dev", { queryReaderRoleArns })).queries).to.deep.include({
      readers: { roleArns: queryReaderRoleArns, columns: [] },
    });
  });

  it("shares the stream with other accounts only with a key that they can use", async () => {
    const streamReaderRoleArns = ["arn:aws:iam::210987654321:role/reader"];
    const shared = { streamReaderRoleArns, streamReaderConsumers: ["audit"] };
    expect((await load("dev", shared)).stream).to.deep.include({
      producerRoleArns: [],
      readerRoleArns: streamReaderRoleArns,
      readerConsumers: ["audit"],
    });
    await load("dev", { ...shared, customerManagedKey: false, encryptAtRest: false });
    expect(await problems({ ...shared, customerManagedKey: false })).to.deep.equal([
      "streaming-pipeline:streamProducerRoleArns and streaming-pipeline:streamReaderRoleArns must be empty with the AWS managed key, which other accounts cannot use; got arn:aws:iam::210987654321:role/reader. Set streaming-pipeline:customerManagedKey",
    ]);
    expect(await problems({ streamReaderConsumers: ["audit"] })).to.deep.equal([
      "streaming-pipeline:streamReaderConsumers must be empty without streaming-pipeline:streamReaderRoleArns; got audit",
    ]);
    expect(await problems({ streamProducerRoleArns: ["producer"] })).to.have.length(1);
  });

  it("refuses a layout of the search domain that does not work together", async () => {
    expect(await problems({ searchSnapshotDays: 366 })).to.deep.equal([
      "streaming-pipeline:searchSnapshotDays must be an integer from 0 to 365; got 366",
    ]);
    expect(await problems({ searchStandby: true, searchWarmCount: 2 })).to.deep.equal(
      [
        "searchWarmCount needs streaming-pipeline:searchDedicatedMasters 3 or 5; got 0",
        "searchInstanceType must not be a T instance type with streaming-pipeline:searchWarmCount; got t3.medium.search",
        "searchStandby needs three availability zones; got 2",
        "searchInstanceCount must be a multiple of three with streaming-pipeline:searchStandby; got 1",
        "searchWarmCount must be a multiple of three with streaming-pipeline:searchStandby; got 2",
        "searchStandby needs streaming-pipeline:searchDedicatedMasters 3 or 5; got 0",
        "searchInstanceType must not be a T instance type with streaming-pipeline:searchStandby; got t3.medium.search",
      ].map((problem) => `streaming-pipeline:${problem}`),
    );
    expect(await problems({ searchReaderRoleArns: ["analyst"] })).to.have.length(1);
  });

  it("tells the job its workload's windows and no other's", async () => {
    const { demand, airports, trades } = groupsOf(await load("dev"));
    expect({ demand, airports, trades }).to.deep.equal({
      demand: {
        windowMinutes: "15",
        slideMinutes: "5",
        geohashPrecision: "6",
        topAreas: "10",
        normalWindows: "4",
      },
      airports: { windowMinutes: "60" },
      trades: undefined,
    });
    const stack = await load("dev", {
      workload: "./workloads/trades",
      tradesWindowSeconds: 30,
    });
    const { results } = stack;
    expect(groupsOf(stack)).to.deep.include({ trades: { windowSeconds: "30" } });
    expect(groupsOf(stack)).not.to.have.any.keys("demand", "airports");
    expect(results).to.deep.equal({ shardCount: 1, archived: false });
    expect((await load("dev")).results).to.equal(undefined);
  });

  it("has the defaults of the job's contract", async () => {
    const taxi = groupsOf(await load("dev"));
    const trades = groupsOf(await load("dev", { workload: "./workloads/trades" }));
    const defaultsOf = (group: { properties: Record<string, { default?: unknown }> }) =>
      Object.fromEntries(
        Object.entries(group.properties).map(([key, value]) => [key, String(value.default)]),
      );
    const { demand, airports, trades: tradesGroup, source } = contract.properties;
    expect(taxi).to.deep.include({
      demand: defaultsOf(demand),
      airports: defaultsOf(airports),
    });
    expect(trades).to.deep.include({ trades: defaultsOf(tradesGroup) });
    expect(taxi["source"]).to.deep.include({
      initialPosition: source.properties.initialPosition.default,
      outOfOrdernessSeconds: String(source.properties.outOfOrdernessSeconds.default),
    });
  });

  it("lets the job begin at an instant, and only with one", async () => {
    const at = { sourceInitialPosition: "AT_TIMESTAMP" };
    const sourceInitialTimestamp = "2019-03-01T00:00:00Z";
    const stack = await load("dev", { ...at, sourceInitialTimestamp });
    expect(groupsOf(stack)["source"]).to.deep.include({
      initialPosition: "AT_TIMESTAMP",
      initialTimestamp: sourceInitialTimestamp,
    });
    expect(await problems(at)).to.deep.equal([
      'streaming-pipeline:sourceInitialPosition AT_TIMESTAMP and streaming-pipeline:sourceInitialTimestamp must be set together; got AT_TIMESTAMP and ""',
    ]);
    expect(await problems({ sourceInitialTimestamp })).to.have.length(1);
    expect(await problems({ ...at, sourceInitialTimestamp: "yesterday" })).to.deep.equal([
      'streaming-pipeline:sourceInitialTimestamp must match pattern "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$"; got yesterday',
    ]);
  });

  it("warms only a stream that AWS scales", async () => {
    expect(await problems({ streamWarmMiBps: 100 })).to.deep.equal([
      "streaming-pipeline:streamWarmMiBps must not be set with streaming-pipeline:streamMode PROVISIONED, where the shard count is the throughput; got 100",
    ]);
    const { stream } = await load("dev", {
      streamMode: "ON_DEMAND",
      streamScaling: "None",
      streamWarmMiBps: 100,
    });
    expect(stream.warmThroughputMiBps).to.equal(100);
  });

  it("restores what it is told to, and nothing that contradicts itself", async () => {
    const restore = async (changes: Readonly<Record<string, unknown>>) =>
      (await load("dev", changes)).flink.restore;
    expect(await restore({})).to.equal(undefined);
    expect(await restore({ flinkRestore: "Nothing" })).to.deep.equal({ from: "nothing" });
    expect(await restore({ flinkRestore: "LatestSnapshot" })).to.deep.equal({
      from: "latest-snapshot",
      allowNonRestoredState: false,
    });
    expect(
      await restore({
        flinkRestore: "Snapshot",
        flinkSnapshot: "before-noon",
        flinkAllowNonRestoredState: true,
      }),
    ).to.deep.equal({ from: "snapshot", name: "before-noon", allowNonRestoredState: true });
    expect(
      await problems({ flinkRestore: "Snapshot", flinkAllowNonRestoredState: true }),
    ).to.deep.equal([
      'streaming-pipeline:flinkRestore Snapshot and streaming-pipeline:flinkSnapshot go together; got Snapshot and ""',
    ]);
    expect(
      await problems({ flinkSnapshot: "before-noon", flinkAllowNonRestoredState: true }),
    ).to.deep.equal([
      'streaming-pipeline:flinkRestore Snapshot and streaming-pipeline:flinkSnapshot go together; got Automatic and "before-noon"',
      "streaming-pipeline:flinkAllowNonRestoredState needs streaming-pipeline:flinkRestore LatestSnapshot or Snapshot; got Automatic",
    ]);
  });

  it("keeps parallelism, and what scaling may make of it, within the KPUs of the account", async () => {
    expect(
      await problems({
        flinkParallelism: 6,
        flinkParallelismPerKpu: 2,
        flinkMaxParallelism: 8,
        flinkKpuLimit: 2,
      }),
    ).to.deep.equal([
      "streaming-pipeline:flinkParallelism 6 at 2 per KPU needs 3 KPUs; streaming-pipeline:flinkKpuLimit is 2. Lower streaming-pipeline:flinkParallelism, or raise streaming-pipeline:flinkParallelismPerKpu or streaming-pipeline:flinkKpuLimit",
      "streaming-pipeline:flinkMaxParallelism 8 at 2 per KPU needs 4 KPUs; streaming-pipeline:flinkKpuLimit is 2. Lower streaming-pipeline:flinkMaxParallelism, or raise streaming-pipeline:flinkParallelismPerKpu or streaming-pipeline:flinkKpuLimit",
    ]);
  });

  it("takes snapshots often enough for a stream that keeps its records", async () => {
    expect(await problems({ flinkSnapshotHours: 12 })).to.deep.equal([
      "streaming-pipeline:flinkSnapshotHours must be less than half of streaming-pipeline:streamRetentionHours, 24; got 12",
    ]);
    expect(await problems({ flinkSnapshotHours: 1 })).to.deep.equal([
      "streaming-pipeline:flinkSnapshotHours must be 0 or 2 to 24; got 1",
    ]);
    expect((await load("dev", { flinkSnapshotHours: 0 })).flink).not.to.have.property(
      "snapshotSchedule",
    );
    expect((await load("dev")).flink.snapshotSchedule).to.deep.equal({ everyHours: 6, keep: 10 });
  });

  it("scales a job no further than its state can be divided", async () => {
    const roomy = { flinkParallelismPerKpu: 8, flinkMinParallelism: 8, flinkKpuLimit: 250 };
    expect(
      await problems({ ...roomy, flinkParallelism: 8, flinkMaxParallelism: 136 }),
    ).to.deep.equal([
      "streaming-pipeline:flinkMaxParallelism must be at most 128, to which a job scales that first started with streaming-pipeline:flinkParallelism 8; got 136",
    ]);
    for (const [first, most] of [
      [8, 128],
      [88, 256],
    ]) {
      const parallelism = { flinkParallelism: first, flinkMaxParallelism: most };
      expect((await load("dev", { ...roomy, ...parallelism })).scaling.application?.max).to.equal(
        most,
      );
    }
  });

  it("has a key for the job's state only where Flink can use one", async () => {
    expect(await problems({ flinkRuntime: "FLINK-1_19" })).to.deep.equal([
      "streaming-pipeline:flinkRuntime must be FLINK-1_20 or later with streaming-pipeline:customerManagedKey; got FLINK-1_19",
    ]);
  });

  it("lets people sign in only where the domain knows roles", async () => {
    expect((await load("dev", { searchSignInPrefix: "trips" })).search.signInPrefix).to.equal(
      "trips",
    );
    expect(await problems({ searchSignInPrefix: "Trips" })).to.have.length(1);
    expect(await problems({ searchSignInPrefix: "trips", encryptAtRest: false })).to.deep.equal([
      "streaming-pipeline:searchSignInPrefix needs fine-grained access control: set streaming-pipeline:encryptAtRest to true",
    ]);
  });

  it("replays no file of trips as trades", async () => {
    expect(
      await problems({ workload: "./workloads/trades", replayInput: "s3://trips/2019/" }),
    ).to.deep.equal([
      "streaming-pipeline:replayInput must be empty with the workload trades, whose events the producer generates",
    ]);
  });

  it("lets 90 % of what the shards take in by HTTP, unless a rate is set", async () => {
    const ingestion = async (changes: Readonly<Record<string, unknown>>) =>
      (await load("dev", { httpIngestion: "Iam", ...changes })).ingestion;
    const rate = async (changes: Readonly<Record<string, unknown>>) =>
      (await ingestion(changes))?.requestsPerSecond;
    expect((await load("dev")).ingestion).to.equal(undefined);
    expect(await rate({ streamScaling: "None", shardCount: 2 })).to.equal(1800);
    expect(await rate({ shardCount: 2, streamMaxShards: 8 })).to.equal(7200);
    expect(await rate({ streamScaling: "None", shardCount: 64 })).to.equal(10_000);
    expect(await rate({ httpIngestionRequestsPerSecond: 50 })).to.equal(50);
    const onDemand = { streamMode: "ON_DEMAND", streamScaling: "None" };
    expect(await rate({ ...onDemand, httpIngestionRequestsPerSecond: 500 })).to.equal(500);
    expect((await ingestion({}))?.requestsPerDay).to.equal(undefined);
    expect((await ingestion({ httpIngestion: "ApiKey" }))?.requestsPerDay).to.equal(1_000_000);

    const key = "streaming-pipeline:httpIngestionRequestsPerSecond";
    expect(await problems({ httpIngestion: "Iam", ...onDemand })).to.deep.equal([
      `${key} must not be 0 with streaming-pipeline:streamMode ON_DEMAND, whose capacity is not known. Set it to the requests per second that the stream is to take`,
    ]);
    const tooMany = { streamScaling: "None", shardCount: 1, httpIngestionRequestsPerSecond: 1001 };
    expect(await problems({ httpIngestion: "Iam", ...tooMany })).to.deep.equal([
      `${key} must be at most 1000, the records per second of 1 shards; got 1001. Lower it, or add shards`,
    ]);
    expect(await problems({ httpIngestionWebAclArn: "acl" })).to.have.length(1);
  });
});
