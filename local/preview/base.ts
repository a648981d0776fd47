import type { PulumiFn } from "@pulumi/pulumi/automation";
import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { pipelineJob } from "../machine/job-build";
import { projectFolder } from "../machine/project";

/** The program of another commit. */
export interface Base {
  readonly ref: string;
  readonly commit: string;
  /** Folder of its Pulumi.yaml. */
  readonly root: string;
  readonly program: PulumiFn;
}

/**
 * Uses the program of another commit, in a checkout of its own that is gone afterwards. The packages are those of
 * this checkout, and the job is not built: where its sources differ, their hash stands for the jar.
 *
 * @throws when there is no such commit.
 */
export async function withBase<T>(ref: string, use: (base: Base) => Promise<T>): Promise<T> {
  const commit = commitOf(ref);
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), "preview-base-")));
  const root = path.join(folder, "checkout");
  try {
    git("worktree", "add", "--quiet", "--detach", root, commit);
    symlinkSync(path.join(projectFolder, "node_modules"), path.join(root, "node_modules"));
    placeJob(root, commit);
    return await use({
      ref,
      commit: commit.slice(0, 7),
      root,
      program: async () => Promise.resolve(pipelineProgram(root)()),
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
    git("worktree", "prune");
  }
}

/** The program of a checkout, which the first call loads. */
export function pipelineProgram(root: string): () => Record<string, unknown> {
  const { program } = createRequire(__filename)(path.join(root, "infra/program.ts")) as {
    readonly program: () => Record<string, unknown>;
  };
  return program;
}

/**
 * The commit of that name.
 * @throws when it is missing
 */
export function commitOf(ref: string): string {
  try {
    return git("rev-parse", "--verify", "--quiet", "--end-of-options", `${ref}^{commit}`).trim();
  } catch {
    throw new Error(
      `--against must be a commit of this repository; got "${ref}". Fetch it, or name another.`,
    );
  }
}

function placeJob(root: string, commit: string): void {
  const target = path.join(root, path.relative(projectFolder, pipelineJob.code));
  mkdirSync(path.dirname(target), { recursive: true });
  const job = path.relative(projectFolder, path.resolve(pipelineJob.code, "../.."));
  const isSame =
    existsSync(pipelineJob.code) &&
    git("diff", "--name-only", commit, "--", job) === "" &&
    git("ls-files", "--others", "--exclude-standard", "--", job) === "";
  if (isSame) copyFileSync(pipelineJob.code, target);
  else writeFileSync(target, git("rev-parse", `${commit}:${job}`));
}

function git(...args: readonly string[]): string {
  return execFileSync("git", args, {
    cwd: projectFolder,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
}
