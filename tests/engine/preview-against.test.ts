import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "chai";
import { command, projectRoot } from "../support/command";
import { requireEngine } from "./engine";

const script = path.join(projectRoot, "local", "preview", "cli.ts");

describe("npm run preview for reviewers", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "preview-against-"));
  const file = path.join(folder, "preview.md");
  const json = path.join(folder, "preview.json");
  before(requireEngine);
  after(() => {
    rmSync(folder, { recursive: true });
  });

  it("shows a shard count that differs from another commit's as ignored where alarms scale it", async function () {
    const worktrees = listWorktrees();
    if (worktrees === undefined) this.skip();
    const against = ["--against", "HEAD", "--markdown", file, "--json", json];
    const { code, stderr } = await command(
      script,
      ["prod", "--config", "shardCount=7", ...against],
      {
        TMPDIR: folder,
      },
    );
    expect(code, stderr).to.equal(0);
    const text = readFileSync(file, "utf8");
    expect(text).to.match(/^## Preview of prod against `HEAD` \([0-9a-f]{7}\)$/m);
    expect(text).to.match(
      /^\*\*Accepted\*\* · no data store .* · \$[\d,.]+ per month \(unchanged\)$/m,
    );
    expect(text).to.match(
      /^\| EventStream .* Stream \*\*pipeline-events\*\* .*shardCount 4 → 7 is ignored: scaled elsewhere/m,
    );
    expect(text).to.include("for this program and not for that of `HEAD`: `shardCount=7`");
    // Paths are given from the folder of the program that they are of.
    expect(readFileSync(json, "utf8")).not.to.include("preview-base-");
    expect(listWorktrees()).to.equal(worktrees);
    expect(readdirSync(folder).filter((name) => name.startsWith("preview-base-"))).to.be.empty;
  });

  it("says which commit is not there", async () => {
    if (listWorktrees() === undefined) return;
    const args = ["dev", "--markdown", file, "--against", "no-such-commit"];
    const { code, stderr } = await command(script, args);
    expect(code).to.equal(1);
    expect(stderr).to.include(
      '--against must be a commit of this repository; got "no-such-commit"',
    );
  });

  it("takes a plan of Pulumi's alone", async () => {
    const { code, stderr } = await command(script, ["dev", "--plan", file, "--against", "HEAD"]);
    expect(code).to.equal(2);
    expect(stderr).to.include("'--plan <file>' cannot be used with option");
  });
});

/** The checkouts of this repository; undefined where this is none. */
function listWorktrees(): string | undefined {
  try {
    const options = { cwd: projectRoot, encoding: "utf8", stdio: "pipe" } as const;
    return execFileSync("git", ["worktree", "list"], options);
  } catch {
    return undefined;
  }
}
