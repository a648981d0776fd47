import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect } from "chai";
import { parseOptions, replayCommand } from "../../../producer/command/options";
import type { OptionValues } from "../../../producer/events/workload";
import { tradeOptions } from "../../../producer/trades/trades";
import { parseTailOptions } from "../../../producer/tail/tail-options";
import { StartError } from "../../../cli/command";

const required = ["--stream", "trips", "--region", "us-east-1", "--input", "trips.csv"];

describe("The options of a replay", () => {
  it("have defaults for all but the stream, the region and the input", () => {
    const { workload, ...options } = parseOptions(required, {});
    expect(workload).to.deep.include({ inputs: ["trips.csv"], isEndless: false });
    expect(options).to.deep.include({
      destination: { stream: "trips", region: "us-east-1", endpoint: undefined },
      range: { from: -Infinity, to: Infinity },
      pace: { speedup: 60, maxRate: Infinity, rampMs: 0, maxGapMs: Infinity },
      maxDisorder: 60,
      maxAttempts: 100,
      giveUpAfter: Infinity,
      outputs: {
        "dead-letters": undefined,
        resume: undefined,
        report: undefined,
        "lost-records": undefined,
      },
      shuffle: 0,
      rateLimit: 100,
      partitionKey: "pickupZone",
      maxRecordKib: 1024,
      metrics: "none",
    });
    expect(options).not.to.have.any.keys(
      ...["loop", "shiftToNow", "aggregate", "resume", "report", "json"],
    );
  });

  it("take the region from AWS_REGION, and otherwise from AWS_DEFAULT_REGION", () => {
    const args = ["--stream", "trips", "--input", "-"];
    const regionIn = (env: NodeJS.ProcessEnv) => parseOptions(args, env).destination;
    expect(regionIn({ AWS_REGION: "eu-west-1", AWS_DEFAULT_REGION: "us-west-2" })).to.include({
      region: "eu-west-1",
    });
    expect(regionIn({ AWS_REGION: "", AWS_DEFAULT_REGION: "us-gov-west-1" })).to.include({
      region: "us-gov-west-1",
    });
  });

  it("take the ARN of a stream, and its region", () => {
    const arn = "arn:aws:kinesis:eu-west-1:123456789012:stream/trips";
    const args = ["--input", "-", "--stream", arn];
    const env = { AWS_REGION: "us-east-1" };
    expect(parseOptions(args, env).destination).to.include({ stream: arn, region: "eu-west-1" });
    expect(parseTailOptions(["--stream", arn], env).target).to.include({ region: "eu-west-1" });
    expect(() => parseOptions([...args, "--region", "us-east-1"], env)).to.throw(
      "--region must be eu-west-1, that of the ARN of --stream; got us-east-1",
    );
    expect(() => parseOptions(["--input", "-", "--stream", `${arn}/consumer/a:1`], env)).to.throw(
      "--stream must be an ARN such as",
    );
  });

  it("name an endpoint of the environment that is no URL", () => {
    for (const endpoint of ["127.0.0.1:4566", "localhost:4566", "http://"]) {
      expect(() => parseOptions(required, { AWS_ENDPOINT_URL: endpoint })).to.throw(
        StartError,
        `must be a URL such as http://127.0.0.1:4566; got ${endpoint}`,
      );
    }
  });

  it("need neither stream nor region for a dry run and the standard output", () => {
    const destination = (...args: string[]) =>
      parseOptions([...args, "--input", "-"], {}).destination;
    expect(destination("--dry-run")).to.equal("nothing");
    expect(destination("--output", "stdout")).to.equal("stdout");
  });

  for (const speedup of ["0", "max"]) {
    it(`mean full speed by --speedup ${speedup}`, () => {
      expect(parseOptions([...required, "--speedup", speedup], {}).pace.speedup).to.equal(Infinity);
    });
  }

  it("are refused with every problem at once", () => {
    const args = ["--stream", "a/b", "--max-attempts", "1.5", "--rate-limit", ""];
    args.push("--speed", "1", "--json", "trips.csv");
    expect(() => parseOptions(args, {}))
      .to.throw(StartError)
      .with.property(
        "message",
        [
          "The replay cannot start:",
          "- --stream must be 1 to 128 letters, digits, _, . or -; got a/b",
          "- --max-attempts must be a whole number from 1 to 1000000; got 1.5",
          "- --rate-limit must be a whole number from 1 to 10000; got ",
          "- unknown option --speed; did you mean --speedup?",
          "- unexpected argument trips.csv; remove it",
          "- the region is not known; set --region, AWS_REGION or AWS_DEFAULT_REGION (tried those and profile default of ~/.aws/config)",
          "- --input is missing; name a file, or - for the standard input",
        ].join("\n"),
      );
  });

  const ranges: [option: string, accepted: string[], refused: string[]][] = [
    ["--speedup", ["0.001", "1000000"], ["0.0009", "1000001", "-1", "fast", "NaN"]],
    ["--max-disorder", ["0", "86400"], ["-1", "86401"]],
    ["--max-attempts", ["1", "1000000"], ["0", "1000001"]],
    ["--rate-limit", ["1", "10000"], ["0", "10001"]],
    ["--max-rate", ["0.001", "10000000", "none"], ["0", "10000001", "all"]],
    ["--ramp", ["0", "86400"], ["-1", "86401"]],
    ["--max-record-kib", ["1024", "10240"], ["1023", "10241", "1024.5"]],
    ["--partition-key", ["id", "dropoffZone", "round-robin"], ["passengers", "zone"]],
    ["--seek", ["2019-03-01T18:00:00Z", "2019-03-01 13:00:00"], ["noon", "2019-03-01"]],
    ["--max-gap", ["10s", "1.5h", "none"], ["0", "10", "never"]],
    ["--output", ["kinesis", "stdout"], ["file"]],
  ];
  for (const [option, accepted, refused] of ranges) {
    it(`accept ${option} within its range only`, () => {
      for (const value of accepted) {
        expect(() => parseOptions([...required, option, value], {}), value).not.to.throw();
      }
      for (const value of refused) {
        const parse = () => parseOptions([...required, `${option}=${value}`], {});
        expect(parse, value)
          .to.throw(StartError, `${option} must be`)
          .and.property("message")
          .includes(`got ${value}`);
      }
    });
  }

  it("are refused when one file would be read and written, or written twice", () => {
    const args = [...required, "--dead-letters", "./trips.csv", "--report", "x", "--resume", "x"];
    expect(() => parseOptions(args, {}))
      .to.throw(StartError, "--input and --dead-letters both name ./trips.csv")
      .and.property("message")
      .includes("--resume and --report both name x");
  });

  it("are refused when a file cannot be written, before anything is read", () => {
    const files = ["--dead-letters", "/no/rows", "--report", "/no/report", "--resume", "/no/place"];
    expect(() => parseOptions([...required, ...files], {}))
      .to.throw(StartError, "--dead-letters /no/rows cannot be written; name a file in a folder")
      .and.property("message")
      .includes("--report /no/report cannot be written")
      .and.includes("--resume /no/place cannot be written");
    expect(() => parseOptions([...required, "--report", __filename], {})).not.to.throw();
  });

  it("are refused with the words that they take beside numbers", () => {
    expect(() => parseOptions([...required, "--speedup=-1", "--max-rate=all"], {}))
      .to.throw(
        StartError,
        "--speedup must be a number from 0.001 to 1000000, or max, or 0; got -1",
      )
      .and.property("message")
      .includes("--max-rate must be a number from 0.001 to 10000000, or none; got all");
  });

  describe("of made-up trades", () => {
    const trades = (...args: string[]) =>
      tradeOptions(replayCommand().parse(args, { from: "user" }).opts<OptionValues>());
    const parse = (...args: string[]) =>
      parseOptions(["--workload", "trades", "--output", "stdout", ...args], {}).workload;

    it("have defaults, with an endless session in New York", () => {
      expect(trades()).to.deep.include({
        symbols: Array.from({ length: 10 }, (_, index) => `SYM${index + 1}`),
        tradesPerSecond: 1,
        start: Date.parse("2024-01-02T14:30:00Z"),
        end: Infinity,
        seed: 1,
        volatility: 0.3,
      });
    });

    it("name symbols, a start in New York, and an end", () => {
      const options = ["--symbols", "ACME,BRK.B,BF-B", "--start", "2024-03-11 09:30:00"];
      const start = Date.parse("2024-03-11T13:30:00Z");
      expect(trades(...options, "--duration", "1.5h")).to.deep.include({
        symbols: ["ACME", "BRK.B", "BF-B"],
        start,
        end: start + 5_400_000,
      });
      expect(parse().isEndless).to.equal(true);
      expect(parse("--until", "2024-03-11T13:31:00Z").isEndless).to.equal(false);
    });

    const refused: [option: string, value: string][] = [
      ["--symbols", "0"],
      ["--symbols", "10001"],
      ["--symbols", "ACME,ACME"],
      ["--symbols", "acme"],
      ["--symbols", "-B"],
      ["--every", "0s"],
      ["--holidays", "lse"],
      ["--holidays", "2026-02-30"],
      ["--trades-per-second", "0"],
      ["--trading-hours", "16:00-16:00"],
      ["--trading-hours", "09:30-16:00 Mars/Olympus"],
      ["--duration", "0s"],
      ["--duration", "5"],
      ["--seed", "4294967296"],
      ["--volatility", "11"],
    ];
    for (const [option, value] of refused) {
      it(`are refused with ${option} ${value}`, () => {
        expect(() => parse(option, value)).to.throw(StartError, `${option} must be`);
      });
    }

    it("start at the next second of the real clock with --start now", () => {
      const before = Date.now();
      const { start } = trades("--start", "now");
      expect(start).to.be.within(before, Date.now() + 1000);
      expect(start % 1000).to.equal(0);
      expect(parse("--start", "now").liveFrom).to.be.at.least(start);
      expect(parse().liveFrom).to.equal(undefined);
      expect(() => parse("--start", "now", "--shift-to-now")).to.throw("--start now is another");
    });

    it("are refused where no session lies in the range", async () => {
      const days: [start: string, duration: string][] = [
        ["2024-01-06T00:00:00Z", "2d"],
        ["2024-12-25T00:00:00Z", "1d"],
      ];
      for (const [start, duration] of days) {
        const workload = parse("--start", start, "--duration", duration);
        const refusal = await Promise.resolve()
          .then(() => workload.read({}))
          .catch(String);
        expect(refusal).to.match(
          /no trade is made between 2024-[-T:0-9.]+Z and 2024-[-T:0-9.]+Z; check --trading-hours and --holidays/,
        );
      }
      const open = ["--start", "2024-12-25T00:00:00Z", "--duration", "1d", "--holidays", "none"];
      expect((await parse(...open).read({})).source.events()).not.to.equal(undefined);
    });

    it("are refused together with an input, and an end is wanted for a dry run and a loop", () => {
      expect(parse("--input", "trades.jsonl").inputs).to.deep.equal(["trades.jsonl"]);
      expect(() => parse("--input", "trades.jsonl", "--seed", "2", "--time-zone", "UTC")).to.throw(
        StartError,
        /--time-zone is for --workload taxi[^]*--seed is for generated events; remove it, or remove --input/,
      );
      expect(() => parse("--dry-run")).to.throw("a dry run needs an end");
      expect(() => parse("--every", "1s", "--trades-per-second", "2")).to.throw("cannot be used");
      expect(() => parse("--loop")).to.throw("--loop needs an end");
    });
  });

  it("are refused when they contradict each other", () => {
    const output = ["--input", "trips.csv", "--output", "stdout"];
    const parse =
      (...args: string[]) =>
      () =>
        parseOptions([...output, ...args], {});
    expect(parse("--json")).to.throw("no room for --json and --metrics");
    expect(parse("--resume", "x")).to.throw("remove it with --output stdout");
    expect(parse("--seed", "1")).to.throw("--seed is for --workload trades");
    const [from, to] = ["2019-03-02T00:00:00Z", "2019-03-01T00:00:00Z"];
    expect(parse("--seek", from, "--until", to)).to.throw("--seek must be before --until");
  });

  describe("in a configuration file", () => {
    let path: string;
    beforeEach(() => {
      path = join(mkdtempSync(join(tmpdir(), "config-")), "replay.json");
    });
    afterEach(() => {
      rmSync(dirname(path), { recursive: true });
    });
    const parse = (config: unknown, ...args: string[]) => {
      writeFileSync(path, typeof config === "string" ? config : JSON.stringify(config));
      return parseOptions(["--config", path, ...args], {});
    };

    it("are the same, and the command line wins", () => {
      const config = {
        stream: "a",
        region: "us-east-1",
        input: ["x", "y"],
        speedup: 5,
        loop: true,
      };
      const options = parse(config, "--stream", "b");
      expect(options.destination).to.include({ stream: "b", region: "us-east-1" });
      expect(options.workload.inputs).to.deep.equal(["x", "y"]);
      expect([options.pace.speedup, options.loop]).to.deep.equal([5, true]);
      expect(parse({ ...config, loop: false, input: "x" }).loop).to.equal(undefined);
    });

    it("are refused by name when they are unknown or of another kind", () => {
      expect(() => parse({ speed: 1, loop: 1, "max-rate": true }))
        .to.throw("replay.json: unknown option --speed; did you mean --speedup?")
        .with.property("message")
        .includes("loop must be true or false; got 1")
        .and.includes("max-rate must be a text or a number; got true");
      expect(() => parse([])).to.throw("must hold a JSON object");
      expect(() => parse("{")).to.throw("cannot be read");
    });
  });
});
