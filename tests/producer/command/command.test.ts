import {
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { run } from "../../../producer/command/command";
import { parseOptions } from "../../../producer/command/options";
import { StartError } from "../../../cli/command";
import { FakeKinesisServer } from "../support/fake-kinesis-server";
import { header, row } from "../support/trip-rows";

describe("The replay command refuses to start", () => {
  let folder: string;
  let input: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "producer-"));
    input = join(folder, "trips.csv");
    writeFileSync(input, [header, row()].join("\n"));
  });
  const kept = { ...process.env };
  let server: FakeKinesisServer;
  beforeEach(async () => {
    server = await FakeKinesisServer.start("trips", 1);
    process.env["AWS_ENDPOINT_URL_KINESIS"] = server.endpoint;
    process.env["AWS_ACCESS_KEY_ID"] = "test";
    process.env["AWS_SECRET_ACCESS_KEY"] = "test";
  });
  afterEach(async () => {
    process.env = kept;
    await server.stop();
    expect(server.stream.records).to.have.length(0);
    rmSync(folder, { recursive: true });
  });

  async function refusal(args: readonly string[]): Promise<string> {
    const target = ["--stream", "trips", "--region", "us-east-1", "--json"];
    try {
      await run(parseOptions([...target, ...args], process.env));
    } catch (error) {
      if (error instanceof StartError) {
        return error.message;
      }
      throw error;
    }
    throw new Error("The replay started");
  }

  it("when an output is an input under any name", async () => {
    const link = join(folder, "link.csv");
    symlinkSync(input, link);
    const rejected = join(folder, "rejected.csv");
    writeFileSync(rejected, "kept");
    const wanted = ["--input", join(folder, "*.csv")];
    for (const option of ["--dead-letters", "--report", "--resume", "--lost-records"]) {
      expect(await refusal([...wanted, option, rejected])).to.include(
        `${option} ${rejected} is an input, too`,
      );
      expect(await refusal(["--input", input, option, link])).to.include(
        `${option} ${link} is an input, too`,
      );
    }
    expect(readFileSync(rejected, "utf8")).to.equal("kept");
    expect(readFileSync(input, "utf8")).to.include(header);
  });

  it("when an output is a hard link of an input, lies in a linked folder, or is written by two options", async () => {
    const hard = join(folder, "hard");
    linkSync(input, hard);
    const linked = join(folder, "linked");
    symlinkSync(folder, linked);
    for (const output of [hard, join(linked, "trips.csv")]) {
      expect(await refusal(["--input", input, "--report", output])).to.include("is an input, too");
    }
    for (const [one, two] of [
      ["out", join(linked, "out")],
      ["there", join(linked, "there")],
    ] as const) {
      if (one === "there") writeFileSync(join(folder, one), "");
      const outputs = ["--dead-letters", join(folder, one), "--report", two];
      expect(await refusal(["--input", input, ...outputs])).to.include(
        "--dead-letters and --report both name",
      );
    }
  });

  it("when the input is missing", async () => {
    const missing = join(folder, "missing.csv");
    expect(await refusal(["--input", missing])).to.include("no such file or directory");
  });

  it("when the input is a folder", async () => {
    expect(await refusal(["--input", folder])).to.include(
      `${folder} cannot be read: it is a folder; name the files in it, such as ${folder}/*.csv`,
    );
  });

  it("when the input is no file of trips", async () => {
    writeFileSync(input, "a,b\n1,2\n");
    expect(await refusal(["--input", input])).to.include(`${input}: missing columns`);
  });

  for (const [option, name] of [
    ["--report", "report file"],
    ["--dead-letters", "dead-letter file"],
  ] as const) {
    it(`when the ${name} cannot be written`, async () => {
      expect(await refusal(["--input", input, option, folder])).to.include(
        `the ${name} cannot be written: Error: EISDIR`,
      );
    });
  }

  it("when the resume file is a folder or belongs to another input", async () => {
    const path = join(folder, "position");
    const stream = {
      arn: "arn:aws:kinesis:us-east-1:000000000000:stream/trips",
      created: new Date(server.created * 1000).toISOString(),
      endpoint: "127.0.0.1",
    };
    writeFileSync(path, JSON.stringify({ ...stream, input: "x", position: 1, shiftMs: 0 }));
    expect(await refusal(["--input", input, "--resume", path])).to.include(
      "belongs to another replay (input x, not ",
    );
    rmSync(path);
    mkdirSync(path);
    expect(await refusal(["--input", input, "--resume", path])).to.include(
      "the resume file cannot be read: Error: EISDIR",
    );
  });
});
