import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { ResumeFile } from "../../../producer/command/resume-file";
import { StartError } from "../../../cli/command";

const identity = {
  arn: "arn:aws:kinesis:us-east-1:000000000000:stream/trips",
  created: "2026-01-01T00:00:00.000Z",
  endpoint: "",
  input: "fingerprint",
};

describe("The resume file", () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "resume-file-"));
    path = join(folder, "position.json");
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it("begins at 0, and then where the last run wrote, with its shift of the event times", () => {
    const file = new ResumeFile(path, identity);
    expect(file.open(5000)).to.deep.equal({ position: 0, shiftMs: 5000 });
    file.write(17);
    file.close();
    expect(new ResumeFile(path, identity).open(9000)).to.include({ position: 17, shiftMs: 5000 });
  });

  for (const [key, value] of [
    ["arn", "arn:aws:kinesis:eu-west-1:000000000000:stream/trips"],
    ["created", "2026-01-02T00:00:00.000Z"],
    ["endpoint", "127.0.0.1"],
    ["input", "another"],
  ] as const) {
    it(`is refused when it was written for another ${key}`, () => {
      new ResumeFile(path, { ...identity, [key]: value }).write(17);
      expect(() => new ResumeFile(path, identity).open(0)).to.throw(
        StartError,
        `belongs to another replay (${key} ${value}, not ${identity[key]})`,
      );
      expect(readFileSync(path, "utf8")).to.include('"position":17');
    });
  }

  for (const content of ["", "{", "null", "[1]", '{"position":-1}']) {
    it(`is refused when it holds ${content === "" ? "nothing" : content}`, () => {
      writeFileSync(path, content);
      expect(() => new ResumeFile(path, identity).open(0)).to.throw(
        StartError,
        "is no resume file",
      );
    });
  }

  it("is refused while another run uses it, and taken over from one that was killed", () => {
    const lock = `${path}.lock`;
    writeFileSync(lock, String(process.ppid));
    expect(() => new ResumeFile(path, identity).open(0)).to.throw(
      StartError,
      `is in use by process ${process.ppid}`,
    );
    const { pid } = spawnSync(process.execPath, ["--version"]);
    writeFileSync(lock, String(pid));
    const file = new ResumeFile(path, identity);
    expect(file.open(0).position).to.equal(0);
    expect(readFileSync(lock, "utf8")).to.equal(String(process.pid));
    file.close();
    expect(existsSync(lock)).to.equal(false);
  });

  it("is refused before the start when it cannot be written", () => {
    const nowhere = new ResumeFile(join(folder, "missing", "position.json"), identity);
    expect(() => nowhere.open(0)).to.throw(StartError, "the resume file cannot be locked");
    expect(() => {
      nowhere.write(1);
    }).to.throw(StartError, "the resume file cannot be written");
  });
});
