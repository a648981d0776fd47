import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { load } from "js-yaml";
import { GithubAccess } from "../../infra/bootstrap/github-access";
import { projectRoot } from "../support/command";
import { deploy as deployStack } from "../support/mocks";
import { stackDeployment } from "../support/stack-deployment";

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
        readonly if?: string;
        readonly steps: readonly {
          readonly uses?: string;
          readonly run?: string;
          readonly env?: Readonly<Record<string, string>>;
        }[];
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
        for (const [name, job] of Object.entries(jobs)) {
          expect(job["timeout-minutes"]).to.be.a("number");
          // Creating a GitHub release needs it.
          if (`${file} ${name}` === "release.yml publish") continue;
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
    const actions = ["setup", "credentials"].map((name) =>
      readFileSync(path.join(projectRoot, `.github/actions/${name}/action.yml`), "utf8"),
    );
    const versions = new Map<string, Set<string>>();
    for (const content of [...actions, ...files.map(text)]) {
      for (const [, name = "", pin = ""] of content.matchAll(/uses: ([\w-]+\/[\w.-]+)@(.+)$/gm)) {
        versions.set(name, (versions.get(name) ?? new Set()).add(pin));
      }
    }
    for (const [name, pins] of versions) expect([...pins], name).to.have.length(1);
  });

  it("print the subject that a role does not trust, of a token as GitHub issues it", () => {
    const action = load(
      readFileSync(path.join(projectRoot, ".github/actions/credentials/action.yml"), "utf8"),
    ) as { runs: { steps: readonly { if?: string; run?: string }[] } };
    const [assume, print] = action.runs.steps;
    expect(assume).not.to.have.property("run");
    expect(print?.if).to.equal("failure() && steps.assume.outcome == 'failure'");
    // Of each length, as base64url leaves the padding out; with characters that differ from base64.
    for (const name of ["pipeline", "pipelines", "pipeline-1", "pipeline???>>>"]) {
      const sub = `repo:owner@11/${name}@22:environment:dev`;
      const part = (content: object) => Buffer.from(JSON.stringify(content)).toString("base64url");
      const token = `${part({ alg: "RS256" })}.${part({ sub })}.signature`;
      const { status, stdout } = spawnSync(
        "bash",
        ["-euo", "pipefail", "-c", `curl() { echo '{"value":"${token}"}'; }\n${print?.run}`],
        {
          encoding: "utf8",
          env: {
            ...process.env,
            ACTIONS_ID_TOKEN_REQUEST_TOKEN: "token",
            ACTIONS_ID_TOKEN_REQUEST_URL: "https://issuer?version=2",
          },
        },
      );
      expect(status).to.equal(0);
      expect(stdout.trim().split("\n").at(-1)).to.equal(sub);
    }
  });

  it("use the version of Pulumi that the local engine has", () => {
    const module = readFileSync(path.join(projectRoot, "local/engine/go.mod"), "utf8");
    const [, engine = ""] = /pulumi\/pkg\/v3 v(\S+)/.exec(module) ?? [];
    for (const file of ["deploy.yml", "drift.yml", "preview.yml"]) {
      const steps = text(file).match(/uses: pulumi\/actions@/g) ?? [];
      const versions = [...text(file).matchAll(/pulumi-version: (\S+)/g)].map(([, pin]) => pin);
      expect(versions, file).to.deep.equal(steps.map(() => engine));
    }
  });

  it("follow the stacks that exist where they need an account", () => {
    for (const file of ["drift.yml", "preview.yml"]) {
      expect(text(file), file).to.include("stack: ${{ fromJSON(vars.STACKS) }}");
      expect(text(file), file).to.include("environment: ${{ matrix.stack }}-preview");
    }
  });

  it("build a deployment without an identity, and deploy what was built", () => {
    const { build, attest, deploy } = parsed("deploy.yml").jobs;
    expect(build?.permissions).to.equal(undefined);
    expect(JSON.stringify(build?.steps)).to.include("npm run build:job");
    // Only the action that signs runs with the identity of the attestation.
    expect(attest?.steps.map(({ run }) => run)).to.deep.equal([undefined]);
    const steps = deploy?.steps ?? [];
    const position = (part: string) =>
      steps.findIndex((step) => JSON.stringify(step).includes(part));
    const order = ["actions/setup", "sha256sum --check", "actions/credentials", "preview", '"up"'];
    expect(order.map(position)).to.deep.equal(order.map(position).sort((a, b) => a - b));
    expect(order.map(position)).not.to.include(-1);
    expect(steps[position("actions/setup")]).to.have.deep.property("with", {
      cache: "false",
      scripts: "false",
    });
  });

  describe("release only", () => {
    const { gate } = parsed("deploy.yml").jobs;
    /** Runs the gate of a release with the answers of GitHub. */
    const released = (answers: { position: string; passed: number; states: string }) => {
      const gh = `gh() { case "$*" in
        *compare*) echo "$POSITION" ;; *actions*) echo "$PASSED" ;;
        *statuses*) printf '%b' "$STATES" ;; *deployments*) echo 7 ;; esac; }`;
      const { status, stdout } = spawnSync("bash", ["-c", `${gh}\n${gate?.steps[0]?.run}`], {
        encoding: "utf8",
        env: {
          ...process.env,
          GITHUB_REPOSITORY: "owner/pipeline",
          GITHUB_SHA: "a".repeat(40),
          POSITION: answers.position,
          PASSED: String(answers.passed),
          STATES: answers.states,
        },
      });
      return { status, stdout };
    };
    const good = { position: "ahead", passed: 1, states: "inactive\\nsuccess\\n" };

    it("a commit of main that passed CI and was deployed to dev", () => {
      expect(released(good)).to.deep.equal({ status: 0, stdout: "" });
      expect(released({ ...good, position: "identical" }).status).to.equal(0);
    });

    const refused: readonly (readonly [string, Partial<typeof good>, RegExp])[] = [
      ["is not on main", { position: "diverged" }, /must be a commit of main/],
      ["has not passed CI", { passed: 0 }, /CI must have passed/],
      ["was not deployed to dev", { states: "failure\\n" }, /must have been deployed to dev/],
      ["was never sent to dev", { states: "" }, /must have been deployed to dev/],
    ];
    for (const [fault, answers, message] of refused) {
      it(`not one that ${fault}`, () => {
        const { status, stdout } = released({ ...good, ...answers });
        expect(stdout).to.match(message);
        expect(status).to.equal(1);
      });
    }

    it("no pre-release, and to dev what passed CI on main", () => {
      expect(gate?.if).to.include("!github.event.release.prerelease");
      expect(gate?.if).to.include("github.event.workflow_run.conclusion == 'success'");
      expect(gate?.if).to.include("github.event.workflow_run.event == 'push'");
    });
  });

  it("give a deployment more time than the longest updates in it take", async () => {
    const { resources } = await stackDeployment("prod");
    const minutes = (timeouts: object): number =>
      Math.max(0, ...Object.values(timeouts).map((value) => parseInt(String(value), 10)));
    const longest = resources.reduce((sum, made) => sum + minutes(made.customTimeouts), 0);
    expect(longest).to.be.at.least(180);
    const job = parsed("deploy.yml").jobs["deploy"];
    expect(job?.["timeout-minutes"])
      .to.be.at.least(longest + 15)
      .and.at.most(360);
    const [, duration = ""] = /duration: "(\d+)"/.exec(text("deploy.yml")) ?? [];
    expect(Number(duration) / 60).to.be.at.least(job?.["timeout-minutes"] ?? Infinity);
    const access = await deployStack(
      () =>
        new GithubAccess("github", {
          project: "streaming-pipeline",
          repository: "owner/pipeline",
          ownerId: 1,
          repositoryId: 2,
          environments: ["dev"],
        }),
    );
    const role = access.one("aws:iam/role:Role", "github-deploy-dev").inputs;
    expect(role["maxSessionDuration"]).to.be.at.least(Number(duration));
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
