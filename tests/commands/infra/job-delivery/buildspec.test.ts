import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "chai";
import { buildspec, exportedVariables } from "../../../../infra/job-delivery/build";

const jar = "the jar";
const key = `flink-job/${createHash("sha256").update(jar).digest("hex")}.jar`;

/** Stands for Maven: makes the jar, or fails as a test would. */
const mvn = `echo "mvn $*" >> calls
[ -z "\${BROKEN:-}" ] || exit 1
mkdir -p flink-job/target && printf '%s' '${jar}' > flink-job/target/flink-job.jar`;

/** Stands for the command line of AWS: knows the objects that are in the file \`objects\`. */
const aws = `echo "aws $*" >> calls
case "$2" in
  head-object) [ -f objects ] && cat objects || { echo "Not Found" >&2; exit 254; } ;;
  put-object) [ -z "\${FORBIDDEN:-}" ] || exit 254; echo version-new ;;
esac`;

describe("The build of the job's pipeline", () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "buildspec-test-"));
    mkdirSync(path.join(folder, "bin"));
    for (const [name, script] of Object.entries({ mvn, aws })) {
      const file = path.join(folder, "bin", name);
      writeFileSync(file, `#!/usr/bin/env bash\n${script}\n`);
      chmodSync(file, 0o755);
    }
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  /** Runs the commands, then returns what they exported. */
  function build(env: Readonly<Record<string, string>> = {}) {
    const [commands = ""] = buildspec.phases.build.commands;
    const tell = exportedVariables.map((name) => `echo "${name}=$${name}"`).join("\n");
    const { status, stdout } = spawnSync("bash", ["-c", `${commands}\n${tell}`], {
      cwd: folder,
      env: {
        PATH: [path.join(folder, "bin"), process.env["PATH"]].join(path.delimiter),
        CODE_BUCKET: "code",
        ...env,
      },
      encoding: "utf8",
    });
    const calls = readFileSync(path.join(folder, "calls"), "utf8").trim().split("\n");
    return {
      status,
      calls,
      exported: stdout.split("\n").filter((line) => line.startsWith("JAR_")),
    };
  }

  it("tests the job and puts its jar under a key made from its content", () => {
    const { status, calls, exported } = build();
    expect(status).to.equal(0);
    expect(calls[0]).to.equal("mvn -B -ntp -f flink-job/pom.xml verify");
    expect(calls[2]).to.match(
      new RegExp(`^aws s3api put-object --bucket code --key ${key} --body flink-job/target/`),
    );
    expect(exported).to.deep.equal([`JAR_KEY=${key}`, "JAR_VERSION=version-new"]);
  });

  it("does not put a jar again that is there", () => {
    writeFileSync(path.join(folder, "objects"), "version-old\n");
    const { status, calls, exported } = build();
    expect(status).to.equal(0);
    expect(calls).to.have.length(2);
    expect(exported).to.deep.equal([`JAR_KEY=${key}`, "JAR_VERSION=version-old"]);
  });

  it("fails with the job's tests, before anything is put", () => {
    const { status, calls } = build({ BROKEN: "1" });
    expect(status).not.to.equal(0);
    expect(calls).to.have.length(1);
  });

  it("fails when the jar cannot be put, and tells of no jar", () => {
    const { status, exported } = build({ FORBIDDEN: "1" });
    expect(status).not.to.equal(0);
    expect(exported).to.be.empty;
  });

  it("is JSON, and so the YAML that CodeBuild reads", () => {
    expect(JSON.parse(JSON.stringify(buildspec))).to.have.nested.property(
      "env.exported-variables[1]",
      "JAR_VERSION",
    );
  });
});
