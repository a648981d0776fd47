import { expect } from "chai";
import { parseOptions } from "../../producer/options";
import { StartError } from "../../producer/start-error";

const required = ["--stream", "trips", "--region", "us-east-1", "--input", "trips.csv"];

describe("The options of a replay", () => {
  it("have defaults for all but the stream, the region and the input", () => {
    expect(parseOptions(required, {})).to.deep.equal({
      target: { stream: "trips", region: "us-east-1", endpoint: undefined },
      input: "trips.csv",
      speedup: 60,
      maxDisorderSeconds: 60,
      maxAttempts: 100,
      rateLimitPercent: 100,
      deadLetters: undefined,
      resume: undefined,
      report: undefined,
      json: false,
    });
  });

  it("take the region from AWS_REGION, and otherwise from AWS_DEFAULT_REGION", () => {
    const args = ["--stream", "trips", "--input", "-"];
    const regionIn = (env: NodeJS.ProcessEnv) => parseOptions(args, env).target?.region;
    expect(regionIn({ AWS_REGION: "eu-west-1", AWS_DEFAULT_REGION: "us-west-2" })).to.equal(
      "eu-west-1",
    );
    expect(regionIn({ AWS_REGION: "", AWS_DEFAULT_REGION: "us-gov-west-1" })).to.equal(
      "us-gov-west-1",
    );
  });

  it("need neither stream nor region for a dry run", () => {
    expect(parseOptions(["--dry-run", "--input", "-"], {}).target).to.equal(undefined);
  });

  for (const speedup of ["0", "max"]) {
    it(`mean full speed by --speedup ${speedup}`, () => {
      expect(parseOptions([...required, "--speedup", speedup], {}).speedup).to.equal(Infinity);
    });
  }

  it("are refused with every problem at once", () => {
    const args = ["--stream", "a/b", "--max-attempts", "1.5", "--rate-limit", ""];
    expect(() => parseOptions(args, {}))
      .to.throw(StartError)
      .with.property(
        "message",
        [
          "The replay cannot start:",
          "- --input is missing; name a CSV file of trips, or - for the standard input",
          "- --stream must be a stream's name: 1 to 128 letters, digits, _, . or -; got a/b",
          "- the region is not known; set --region, AWS_REGION or AWS_DEFAULT_REGION",
          "- --max-attempts must be an integer from 1 to 1000000; got 1.5",
          "- --rate-limit must be an integer from 1 to 10000; got ",
        ].join("\n"),
      );
  });

  const ranges: [option: string, accepted: string[], refused: string[]][] = [
    ["--speedup", ["0.001", "1000000"], ["0.0009", "1000001", "-1", "fast", "NaN"]],
    ["--max-disorder", ["0", "86400"], ["-1", "86401"]],
    ["--max-attempts", ["1", "1000000"], ["0", "1000001"]],
    ["--rate-limit", ["1", "10000"], ["0", "10001"]],
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
});
