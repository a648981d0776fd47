import { execFileSync, spawn } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { PlanDocument } from "../engine/plan-report";
import { jobJar } from "../machine/job-jar";
import { projectFolder } from "../machine/project";

/** The plan of another commit. */
export interface BasePlan {
  readonly ref: string;
  readonly commit: string;
  readonly document: PlanDocument;
}

export interface BaseArgs {
  readonly stack: string;
  /** A commit by any name that git knows. */
  readonly ref: string;
  readonly onProgress: (message: string) => void;
  readonly signal: AbortSignal;
}

/** What a checkout lacks, and the project has: packages and tools. */
const linked = ["node_modules", ".tools"];

/**
 * Plans a stack of another commit, by that commit's own program, in a checkout of its own that is gone afterwards.
 * The packages are those of this checkout.
 *
 * @throws when there is no such commit, or when its program makes no plan, with the end of what it said.
 */
export async function planBase({ stack, ref, onProgress, signal }: BaseArgs): Promise<BasePlan> {
  const commit = commitOf(ref);
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), "preview-base-")));
  const checkout = path.join(folder, "checkout");
  try {
    git("worktree", "add", "--quiet", "--detach", checkout, commit);
    for (const name of linked) {
      const source = path.join(projectFolder, name);
      if (existsSync(source)) symlinkSync(source, path.join(checkout, name));
    }
    if (hasSameJob(commit)) {
      const target = path.join(checkout, path.relative(projectFolder, jobJar));
      mkdirSync(path.dirname(target), { recursive: true });
      copyFileSync(jobJar, target);
    }
    onProgress(`Planning ${stack} of ${ref}`);
    const file = path.join(folder, "plan.json");
    await plan(checkout, stack, file, signal);
    return {
      ref,
      commit: commit.slice(0, 7),
      document: JSON.parse(readFileSync(file, "utf8")) as PlanDocument,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
    git("worktree", "prune");
  }
}

/**
 * The commit of that name.
 * @throws when there is none
 */
export function commitOf(ref: string): string {
  try {
    return git("rev-parse", "--verify", "--quiet", "--end-of-options", `${ref}^{commit}`).trim();
  } catch {
    throw new Error(`There is no commit "${ref}" here to compare with; fetch it, or name another.`);
  }
}

/** Whether the job is the same there as here, so that it need not be built again. */
function hasSameJob(commit: string): boolean {
  const job = path.relative(projectFolder, path.resolve(jobJar, "../.."));
  return (
    existsSync(jobJar) &&
    git("diff", "--name-only", commit, "--", job) === "" &&
    git("ls-files", "--others", "--exclude-standard", "--", job) === ""
  );
}

async function plan(
  checkout: string,
  stack: string,
  file: string,
  signal: AbortSignal,
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const script = path.join("local", "preview.ts");
    const child = spawn(process.execPath, ["--import", "tsx", script, stack, "--json", file], {
      cwd: checkout,
      stdio: ["ignore", "ignore", "pipe"],
      signal,
      killSignal: "SIGTERM",
    });
    const said: string[] = [];
    child.stderr.on("data", (chunk: Buffer) => said.push(chunk.toString()));
    child.on("error", reject);
    child.on("close", () => {
      // A program that the policies refuse has a plan all the same.
      if (existsSync(file)) resolve();
      else reject(new Error(`It could not be planned:\n${said.join("").slice(-4000)}`));
    });
  });
}

function git(...args: readonly string[]): string {
  return execFileSync("git", args, {
    cwd: projectFolder,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
}
