import path from "node:path";
import { expect } from "chai";
import type { Recommendation } from "../../../capacity/recommendation";
import { command, projectRoot } from "../../support/command";

const script = path.join(projectRoot, "capacity", "cli.ts");
const example = "--records-per-second 5000 --record-bytes 800 --consumers 3".split(" ");

describe("npm run capacity", () => {
  it("prints sizes, what binds them, costs and the lines to paste", async () => {
    const { code, stdout, stderr } = await command(script, example);
    expect(code, stderr).to.equal(0);
    expect(stdout).to.match(/^Shards +7 {2}bound by written records/m);
    expect(stdout).to.match(/^Consumers +3 {2}2 polling, 1 with enhanced fan-out$/m);
    expect(stdout).to.match(/^Together +\$[0-9,]+$/m);
    expect(stdout).to.include("\n  streaming-pipeline:shardCount: 7\n");
    expect(stdout).to.include('"kinesis-stream-shard-limit": {\n    "maxShards": 7\n');
  });

  it("prints the same as JSON", async () => {
    const { stdout } = await command(script, [...example, "--json"]);
    const document = JSON.parse(stdout) as Recommendation & {
      readonly configuration: readonly string[];
    };
    expect(document.stream).to.include({ shardCount: 7, fanOutConsumers: 1 });
    expect(document.costs.map(({ part }) => part)).to.deep.equal([
      "Stream",
      "Application",
      "Delivery and archive",
      "Search",
    ]);
    expect(document.configuration).to.include("  streaming-pipeline:shardCount: 7");
  });

  it("measures a file, whose figures options replace", async () => {
    const sample = path.join("local", "data", "yellow_tripdata_sample_2019-03.csv");
    const { stdout, stderr } = await command(script, [
      "--from-file",
      sample,
      "--speedup",
      "600",
      "--peak",
      "2",
      "--json",
    ]);
    expect(stderr).to.be.empty;
    const { load } = JSON.parse(stdout) as Recommendation;
    expect(load.recordsPerSecond).to.be.greaterThan(1);
    expect(load.recordBytes).to.be.within(150, 300);
    expect(load.peak).to.equal(2);
  });

  for (const { title, args, message } of [
    {
      title: "everything that is missing or out of range, by option",
      args: ["--peak", "0.5"],
      message:
        /--peak must be .* got 0.5\n- --records-per-second must be .* got none\n- --record-bytes must be .* got none/,
    },
    {
      title: "what is no number, named once",
      args: ["--records-per-second", "1", "--record-bytes", "many", "--consumers", "100"],
      message:
        /start:\n- --record-bytes must be a number .* got many\n- --consumers must be .* got 100\n$/,
    },
    {
      title: "an option that there is none of",
      args: ["--shards", "2"],
      message: /unknown option/,
    },
    {
      title: "a speed-up of nothing",
      args: ["--speedup", "0"],
      message: /must be a number from 0.001/,
    },
    {
      title: "a speed-up of no file",
      args: ["--records-per-second", "1", "--record-bytes", "1", "--speedup", "2"],
      message: /--speedup is for --from-file/,
    },
    {
      title: "a file that is not there",
      args: ["--from-file", "none.csv"],
      message: /none\.csv cannot be read/,
    },
  ]) {
    it(`exits with 2 on ${title}`, async () => {
      const { code, stdout, stderr } = await command(script, args);
      expect(code).to.equal(2);
      expect(stdout).to.be.empty;
      expect(stderr).to.match(message);
    });
  }

  it("explains itself", async () => {
    const { code, stdout } = await command(script, ["--help"]);
    expect(code).to.equal(0);
    expect(stdout).to.include("npm run capacity -- ").and.include("--from-file");
  });
});
