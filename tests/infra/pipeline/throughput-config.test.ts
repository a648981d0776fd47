import { expect } from "chai";
import { recommend } from "../../../capacity/recommendation";
import { loadConfig, type StackConfig } from "../../../infra/pipeline/config";
import { deploy, refusal } from "../../support/mocks";
import { stackConfig } from "../../support/stack-config";

async function load(changes: Readonly<Record<string, unknown>>): Promise<StackConfig> {
  let loaded: StackConfig | undefined;
  const program = () => {
    loaded = loadConfig();
  };
  await deploy(program, { stack: "dev", config: stackConfig("dev", changes) });
  if (loaded === undefined) throw new Error("The program did not run");
  return loaded;
}

describe("A configured throughput", () => {
  it("sizes stream and application as the calculator does", async () => {
    const { stream, flink, scaling } = await load({
      throughputRecordsPerSecond: 8_000,
      throughputRecordBytes: 800,
      throughputPeak: 2,
      shardCount: 1,
      flinkParallelism: 1,
    });
    const advice = recommend({ recordsPerSecond: 8_000, recordBytes: 800, peak: 2 });
    expect(stream.shardCount).to.equal(advice.stream.shardCount).and.to.equal(22);
    expect(flink.parallelism).to.equal(advice.application.parallelism);
    expect(flink.parallelismPerKpu).to.equal(advice.application.parallelismPerKpu);
    expect(scaling.stream).to.include({ min: 11, max: 44 });
    expect(scaling.application).to.include({ min: 1, max: advice.application.parallelism });
  });

  it("leaves scaling some way to go where one shard is enough", async () => {
    const { stream, scaling } = await load({ throughputRecordsPerSecond: 1 });
    expect(stream.shardCount).to.equal(1);
    expect(scaling.stream).to.include({ min: 1, max: 2 });
    expect(scaling.application).to.include({ min: 1, max: 2 });
  });

  it("leaves the counts to the configuration where there is none", async () => {
    const { stream } = await load({ throughputRecordBytes: 100_000, shardCount: 3 });
    expect(stream.shardCount).to.equal(3);
  });

  it("is refused where it takes more than one stack", async () => {
    const config = stackConfig("dev", { throughputRecordsPerSecond: 100_000_000 });
    expect(await refusal(loadConfig, { stack: "dev", config })).to.match(
      /throughputRecordsPerSecond 100000000 of 500 bytes needs \d+ pipelines: one stack cannot carry it/,
    );
  });

  it("is refused with everything that is wrong with it", async () => {
    const config = stackConfig("dev", {
      throughputRecordsPerSecond: -1,
      throughputRecordBytes: 0,
      throughputPeak: 0.5,
    });
    const message = await refusal(loadConfig, { stack: "dev", config });
    for (const key of ["RecordsPerSecond", "RecordBytes", "Peak"]) {
      expect(message).to.include(`streaming-pipeline:throughput${key} must be`);
    }
  });
});
