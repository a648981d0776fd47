import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { load } from "js-yaml";
import { projectRoot } from "../support/command";

const version = "1.7.12";
const tools = path.join(projectRoot, ".tools", `actionlint-${version}`);
const actionlint = path.join(tools, "actionlint");
const folder = path.join(projectRoot, ".github", "workflows");
const files = readdirSync(folder).sort();

interface Workflow {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly jobs: Readonly<
    Record<
      string,
      {
        readonly permissions?: Readonly<Record<string, string>>;
        readonly "timeout-minutes"?: number;
        readonly steps: readonly { readonly uses?: string; readonly run?: string }[];
      }
    >
  >;
}

const text = (file: string): string => readFileSync(path.join(folder, file), "utf8");
const parsed = (file: string): Workflow => load(text(file)) as Workflow;

/** Builds actionlint once; skips the suite where that is not possible, which is a failure in CI. */
function needsActionlint(this: Mocha.Context): void {
  if (existsSync(actionlint)) return;
  try {
    mkdirSync(tools, { recursive: true });
    const module = `github.com/rhysd/actionlint/cmd/actionlint@v${version}`;
    execFileSync("go", ["install", module], {
      cwd: tools,
      env: { ...process.env, GOBIN: tools, GOFLAGS: "" },
      stdio: "pipe",
    });
  } catch (error) {
    if (process.env["CI"] !== undefined) throw error;
    console.log(`      skipped: actionlint could not be built, which takes Go: ${String(error)}`);
    this.skip();
  }
}

describe("The GitHub workflows", function () {
  this.timeout(180_000);

  describe("in actionlint", () => {
    before(needsActionlint);

    it("have no fault", () => {
      // Without the linters of embedded scripts, which may or may not be on this machine.
      const { status, stdout } = spawnSync(actionlint, ["-shellcheck=", "-pyflakes="], {
        cwd: projectRoot,
        encoding: "utf8",
      });
      expect(stdout).to.equal("");
      expect(status).to.equal(0);
    });
  });

  for (const file of files) {
    describe(file, () => {
      it("pins every action of others to a commit, with its version beside it", () => {
        const lines = text(file)
          .split("\n")
          .filter((line) => /^\s*(- )?uses:/.test(line));
        const others = lines.filter((line) => !line.includes("uses: ./"));
        expect(others).not.to.be.empty;
        for (const line of others) {
          expect(line).to.match(/uses: [\w-]+\/[\w.-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
        }
      });

      it("may do nothing but read unless a job says more, and never for ever", () => {
        const { permissions = {}, jobs } = parsed(file);
        expect(permissions).to.have.property("contents", "read");
        for (const job of Object.values(jobs)) {
          expect(job["timeout-minutes"]).to.be.a("number");
          expect(job.permissions ?? {}).not.to.include({ contents: "write" });
        }
      });

      it("puts nothing of an event into a shell but by the environment", () => {
        for (const { steps } of Object.values(parsed(file).jobs)) {
          for (const { run = "" } of steps) expect(run).not.to.include("${{");
        }
      });

      it("runs only scripts that the project has", () => {
        const { scripts } = JSON.parse(
          readFileSync(path.join(projectRoot, "package.json"), "utf8"),
        ) as { scripts: Record<string, string> };
        const called = [...text(file).matchAll(/npm run ([\w:]+)/g)].map(([, name = ""]) => name);
        expect(Object.keys(scripts)).to.include.members(called);
      });
    });
  }

  it("use the same version of an action everywhere", () => {
    const action = readFileSync(path.join(projectRoot, ".github/actions/setup/action.yml"), "utf8");
    const versions = new Map<string, Set<string>>();
    for (const content of [action, ...files.map(text)]) {
      for (const [, name = "", pin = ""] of content.matchAll(/uses: ([\w-]+\/[\w.-]+)@(.+)$/gm)) {
        versions.set(name, (versions.get(name) ?? new Set()).add(pin));
      }
    }
    for (const [name, pins] of versions) expect([...pins], name).to.have.length(1);
  });

  it("give no credentials to what comes from a fork", () => {
    for (const file of files) expect(text(file), file).not.to.include("pull_request_target");
    expect(text("ci.yml")).not.to.match(/secrets\.|id-token|configure-aws-credentials/);
    expect(text("comment.yml")).not.to.match(/secrets\.|id-token|npm (ci|run)|ref:/);
    expect(text("preview.yml")).to.include(
      "github.event.pull_request.head.repo.full_name == github.repository",
    );
  });
});
