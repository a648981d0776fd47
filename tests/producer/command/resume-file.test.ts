import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { openResumeFile } from "../../../producer/command/resume-file";
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
    const file = openResumeFile(path, identity, 5000);
    expect(file.point).to.deep.equal({ position: 0, shiftMs: 5000 });
    file.write(17);
    file.close();
    expect(openResumeFile(path, identity, 9000).point).to.include({ position: 17, shiftMs: 5000 });
  });

  for (const [key, value] of [
    ["arn", "arn:aws:kinesis:eu-west-1:000000000000:stream/trips"],
    ["created", "2026-01-02T00:00:00.000Z"],
    ["endpoint", "127.0.0.1"],
    ["input", "another"],
  ] as const) {
    it(`is refused when it was written for another ${key}`, () => {
      const other = openResumeFile(path, { ...identity, [key]: value }, 0);
      other.write(17);
      other.close();
      expect(() => openResumeFile(path, identity, 0)).to.throw(
        StartError,
        `belongs to another replay (${key} ${value}, not ${identity[key]})`,
      );
      expect(readFileSync(path, "utf8")).to.include('"position":17');
    });
  }

  for (const content of ["", "{", "null", "[1]", '{"position":-1}']) {
    it(`is refused when it holds ${content === "" ? "nothing" : content}`, () => {
      writeFileSync(path, content);
      expect(() => openResumeFile(path, identity, 0)).to.throw(StartError, "is no resume file");
    });
  }

  it("is refused while another run uses it, and taken over from one that was killed", () => {
    const lock = `${path}.lock`;
    writeFileSync(lock, String(process.ppid));
    expect(() => openResumeFile(path, identity, 0)).to.throw(
      StartError,
      `is in use by process ${process.ppid}`,
    );
    const { pid } = spawnSync(process.execPath, ["--version"]);
    writeFileSync(lock, String(pid));
    const file = openResumeFile(path, identity, 0);
    expect(file.point.position).to.equal(0);
    expect(readFileSync(lock, "utf8")).to.equal(String(process.pid));
    file.close();
    expect(existsSync(lock)).to.equal(false);
  });

  it("is refused before the start when it cannot be written", () => {
    const inner = join(folder, "inner");
    const open = () => openResumeFile(join(inner, "position.json"), identity, 0);
    expect(open).to.throw(StartError, "the resume file cannot be locked");
    mkdirSync(inner);
    const file = open();
    rmSync(inner, { recursive: true });
    expect(() => {
      file.write(1);
    }).to.throw(StartError, "the resume file cannot be written");
  });
});
