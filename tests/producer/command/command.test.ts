import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { run } from "../../../producer/command/command";
import { parseOptions } from "../../../producer/command/options";
import { StartError } from "../../../cli/command";
import { header, row } from "../support/trip-rows";

describe("The replay command refuses to start", () => {
  let folder: string;
  let input: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "producer-"));
    input = join(folder, "trips.csv");
    writeFileSync(input, [header, row()].join("\n"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  async function refusal(args: readonly string[]): Promise<string> {
    const target = ["--stream", "trips", "--region", "us-east-1", "--json"];
    try {
      await run(parseOptions([...target, ...args], {}));
    } catch (error) {
      if (error instanceof StartError) {
        return error.message;
      }
      throw error;
    }
    throw new Error("The replay started");
  }

  it("when the input is missing", async () => {
    const missing = join(folder, "missing.csv");
    expect(await refusal(["--input", missing])).to.include("no such file or directory");
  });

  it("when the input is a folder", async () => {
    expect(await refusal(["--input", folder])).to.include(`${folder} cannot be read: EISDIR`);
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
    const other = { stream: "trips", region: "us-east-1", input: "x", position: 1 };
    writeFileSync(path, JSON.stringify(other));
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
