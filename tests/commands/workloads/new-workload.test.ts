import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { Ajv2020 } from "ajv/dist/2020";
import addFormats from "ajv-formats";
import { expect } from "chai";
import { load } from "js-yaml";
import { command, type Finished, projectRoot } from "../../support/command";

const script = path.join(projectRoot, "workloads", "new-workload.ts");
const pageViews = path.join(projectRoot, "tests/workloads/page-views");

describe("npm run new-workload", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), "workload-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  /** Writes a workload into a new folder. */
  const write = (name: string): Promise<Finished> =>
    command(script, [name, "--folder", path.join(folder, "it")]);
  const files = (root: string): string[] =>
    readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => path.relative(root, path.join(parentPath, name)))
      .filter((name) => !name.startsWith(path.join("job", "target")))
      .sort();
  const read = (...names: string[]): string => readFileSync(path.join(...names), "utf8");

  it("writes the workload of the tests, but for its events and their results", async () => {
    const { code, stderr } = await write("page-views");
    expect(code, stderr).to.equal(0);
    const written = files(path.join(folder, "it"));
    expect([...written, "expected.jsonl"].sort()).to.deep.equal(files(pageViews));
    for (const name of written) {
      if (name === "page-views.jsonl") continue;
      const lines = (text: string) => text.replace(/\$schema=.*/, "$schema=");
      expect(lines(read(folder, "it", name)), name).to.equal(lines(read(pageViews, name)));
    }
  });

  it("leads to the schema of workload.yaml and prints the next commands", async () => {
    const { stdout } = await write("page-views");
    const target = path.join(folder, "it");
    const [, schema = ""] = /\$schema=(.*)/.exec(read(target, "workload.yaml")) ?? [];
    expect(path.resolve(target, schema)).to.equal(
      path.join(projectRoot, "infra/contracts/workload.schema.json"),
    );
    expect(stdout).to.include(`npm run local -- --workload ${target} `);
    expect(stdout).to.include(`pulumi config set workload ${target} `);
  });

  it("names everything after the workload, and its package never after a word of Java", async () => {
    await write("new");
    const target = path.join(folder, "it");
    expect(files(target)).to.include.members([
      "new.jsonl",
      path.join("index-templates", "new.json"),
      path.join("job", "src", "main", "java", "newjob", "StreamingJob.java"),
    ]);
    for (const name of files(target)) expect(read(target, name), name).not.to.match(/__\w+__/);
    const { name, job } = load(read(target, "workload.yaml")) as {
      readonly name: string;
      readonly job: { readonly code: string };
    };
    expect({ name, ...job }).to.include({ name: "new", code: "job/target/new.jar" });
  });

  it("has events that match their schema", async () => {
    await write("views");
    const ajv = new Ajv2020();
    addFormats(ajv);
    for (const [root, name] of [
      [path.join(folder, "it"), "views"],
      [pageViews, "page-views"],
    ] as const) {
      const matches = ajv.compile(JSON.parse(read(root, "event.schema.json")) as object);
      for (const line of read(root, `${name}.jsonl`).trim().split("\n")) {
        expect(matches(JSON.parse(line)), line).to.equal(true);
      }
    }
  });

  for (const name of ["Page", "1page", "page_views", "a".repeat(31), "../page"]) {
    it(`refuses the name ${name}`, async () => {
      const { code, stdout, stderr } = await write(name);
      expect({ code, stdout, stderr }).to.deep.equal({
        code: 2,
        stdout: "",
        stderr: `error: The name must match ^[a-z][a-z0-9-]{0,29}$; got ${name}.\n`,
      });
      expect(files(folder)).to.be.empty;
    });
  }

  it("refuses a folder that exists", async () => {
    const target = path.join(folder, "it");
    mkdirSync(target);
    expect(await write("page-views")).to.deep.include({
      code: 2,
      stderr: `error: ${target} exists already. Choose another name or --folder.\n`,
    });
    expect(files(folder)).to.be.empty;
  });

  it("refuses a folder that cannot be written, and the one that it runs in", async () => {
    const file = path.join(folder, "file");
    writeFileSync(file, "");
    const { code, stderr } = await command(script, ["views", "--folder", path.join(file, "it")]);
    expect(code).to.equal(2);
    expect(stderr).to.match(/^error: .*file.it cannot be written; ENOTDIR: .*\.\n$/);
    expect(await command(script, ["views", "--folder", ""])).to.deep.include({
      code: 2,
      stderr: "error: . exists already. Choose another name or --folder.\n",
    });
  });

  it("quotes a folder with a space in the next commands", async () => {
    const target = path.join(folder, "my views");
    const { stdout } = await command(script, ["views", "--folder", target]);
    expect(stdout).to.include(`pulumi config set workload '${target}' `);
  });

  it("explains itself", async () => {
    const { code, stdout } = await command(script, ["--help"]);
    expect(code).to.equal(0);
    expect(stdout)
      .to.include("--folder <path>")
      .and.match(/Exit code: 0 .*, 2 when/);
  });
});
