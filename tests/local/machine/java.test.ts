import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "chai";
import { archiveClasses, classPath } from "../../../local/machine/java";

describe("the archive of an installation's classes", () => {
  const { JAVA_HOME } = process.env;
  let folder: string;
  let installation: string;

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "java-test-"));
    installation = path.join(folder, "tool");
    mkdirSync(installation);
  });
  afterEach(() => {
    if (JAVA_HOME === undefined) delete process.env["JAVA_HOME"];
    else process.env["JAVA_HOME"] = JAVA_HOME;
    rmSync(folder, { recursive: true });
  });

  /** A Java that notes its runs and does what the script says with its first option, the archive's. */
  const javaThat = (script: string): void => {
    mkdirSync(path.join(folder, "bin"));
    const lines = ["#!/bin/sh", `echo "$@" >> ${folder}/runs`, `archive=\${1#*=}`, script, ""];
    writeFileSync(path.join(folder, "bin", "java"), lines.join("\n"), { mode: 0o755 });
    process.env["JAVA_HOME"] = folder;
  };
  const archive = (signal?: AbortSignal): Promise<void> =>
    archiveClasses(installation, ["Main", "argument"], path.join(folder, "scratch"), signal);
  const runs = (): string[] => readFileSync(path.join(folder, "runs"), "utf8").trim().split("\n");
  const plain = () => ["-cp", path.join(installation, "lib", "*")];

  it("is made by one run, and used from then on", async () => {
    expect(classPath(installation)).to.deep.equal(plain());
    javaThat('echo classes > "$archive"');
    await archive();
    await archive();
    expect(runs()).to.have.length(1);
    expect(runs()[0]).to.match(/^-XX:ArchiveClassesAtExit=.* Main argument$/);
    const file = path.join(installation, "classes.jsa");
    expect(classPath(installation)).to.deep.equal([`-XX:SharedArchiveFile=${file}`, ...plain()]);
  });

  it("is done without where a Java makes none, and not tried again", async () => {
    javaThat("exit 1");
    await archive();
    await archive();
    expect(runs()).to.have.length(1);
    expect(classPath(installation)).to.deep.equal(plain());
  });

  it("is tried again after a run that was stopped", async () => {
    javaThat("exec sleep 60");
    const stop = new AbortController();
    const stopped = archive(stop.signal).then(
      () => "done",
      (reason: unknown) => String(reason),
    );
    stop.abort(new Error("stopped by the user"));
    expect(await stopped).to.include("stopped by the user");
    expect(existsSync(path.join(installation, "classes.jsa"))).to.equal(false);
  });
});
