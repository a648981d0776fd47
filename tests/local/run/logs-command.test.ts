import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { expect } from "chai";

import { labelled, lastLines, logNames, logsCommand } from "../../../local/run/logs-command";

describe("the logs of the local stack", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "logs-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it("are named by their files, those of functions by folder and file", () => {
    mkdirSync(path.join(folder, "lambda"));
    for (const file of ["opensearch.log", "kinesis.log", "lambda/transform.log", "notes.txt"])
      writeFileSync(path.join(folder, file), "");
    expect(logNames(folder)).to.deep.equal(["kinesis", "lambda/transform", "opensearch"]);
  });

  it("are none before the first run", () => {
    expect(logNames(path.join(folder, "absent"))).to.deep.equal([]);
  });

  it("end with the last lines", () => {
    const file = path.join(folder, "kinesis.log");
    writeFileSync(file, "one\ntwo\nthree\n");
    expect(lastLines(file, 2)).to.equal("two\nthree\n");
    expect(lastLines(file, 10)).to.equal("one\ntwo\nthree\n");
  });

  it("begin with a whole line, however long the log is", () => {
    const file = path.join(folder, "flink.log");
    const line = "x".repeat(1023);
    writeFileSync(file, `first ${line}\n`.repeat(1100));
    const lines = lastLines(file, 2000).trimEnd().split("\n");
    expect(new Set(lines)).to.deep.equal(new Set([`first ${line}`]));
  });

  it("come together with the name of each before its lines, or as JSON", async () => {
    writeFileSync(path.join(folder, "flink.log"), "one\n\ntwo\n");
    writeFileSync(path.join(folder, "kinesis.log"), "three\n");
    const written: string[] = [];
    const write = process.stdout.write.bind(process.stdout);
    process.stdout.write = (text: string | Uint8Array) => written.push(String(text)) > 0;
    try {
      for (const args of [["--all", "--lines", "1"], ["kinesis", "--json"], ["--json"]]) {
        const { signal } = new AbortController();
        await logsCommand(signal, folder).parseAsync(args, { from: "user" });
      }
    } finally {
      process.stdout.write = write;
    }
    expect(written).to.deep.equal([
      "flink: two\n",
      "kinesis: three\n",
      '{"log":"kinesis","line":"three"}\n',
      '["flink","kinesis"]\n',
    ]);
    expect(labelled("a", "x\n\ny\n", false)).to.equal("a: x\na: y\n");
  });
});
