/**
 * Writes previews into the pull request that they are of: a new comment for each, or in the place of the one before.
 *
 * The previews come from a pull request's own run, hence from any author. The pull request is found by GitHub's data of
 * the run and not by the run's content, and the previews are taken for text. This file runs without any package.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";

interface PullRequest {
  readonly number: number;
  readonly head: { readonly sha: string };
}

interface Comment {
  readonly id: number;
  readonly body?: string | null;
  readonly user: { readonly type: string } | null;
}

/** GitHub takes no longer comment. */
const maxLength = 65_536;
const perPage = 100;
const maxPages = 10;

/** The first line of a preview, with the name of a stack as Pulumi takes it. */
const mark = /^<!-- preview of [\w.-]{1,120} -->$/;

async function main(folder: string): Promise<void> {
  if (!existsSync(folder)) {
    console.log("The run has made no preview.");
    return;
  }
  const sha = setting("HEAD_SHA");
  const head = encodeURIComponent(`${setting("HEAD_OWNER")}:${setting("HEAD_BRANCH")}`);
  const candidates = await request<PullRequest[]>("GET", `pulls?state=open&head=${head}`);
  const pull = candidates.find((candidate) => candidate.head.sha === sha);
  if (pull === undefined) {
    console.log(`No open pull request is at ${sha} any more.`);
    return;
  }
  const comments = await commentsOf(pull.number);
  for (const file of readdirSync(folder)
    .filter((name) => name.endsWith(".md"))
    .sort()) {
    const body = readFileSync(path.join(folder, file), "utf8");
    const [first = ""] = body.split("\n");
    if (!mark.test(first) || body.length > maxLength) {
      throw new Error(
        `${file} is no preview: it must begin with its mark and have at most ${maxLength} characters`,
      );
    }
    const earlier = comments.find(
      (comment) => comment.user?.type === "Bot" && comment.body?.startsWith(`${first}\n`) === true,
    );
    if (earlier === undefined) await request("POST", `issues/${pull.number}/comments`, { body });
    else await request("PATCH", `issues/comments/${earlier.id}`, { body });
    console.log(`${earlier === undefined ? "Wrote" : "Renewed"} ${file} in #${pull.number}`);
  }
}

async function commentsOf(pull: number): Promise<readonly Comment[]> {
  const comments: Comment[] = [];
  for (let page = 1; page <= maxPages; page += 1) {
    const query = `issues/${pull}/comments?per_page=${perPage}&page=${page}`;
    const found = await request<Comment[]>("GET", query);
    comments.push(...found);
    if (found.length < perPage) break;
  }
  return comments;
}

async function request<T>(method: string, resource: string, content?: object): Promise<T> {
  const url = `${setting("GITHUB_API_URL")}/repos/${setting("GITHUB_REPOSITORY")}/${resource}`;
  const response = await fetch(url, {
    method,
    headers: {
      Accept: "application/vnd.github+json",
      Authorization: `Bearer ${setting("GITHUB_TOKEN")}`,
      "X-GitHub-Api-Version": "2022-11-28",
    },
    ...(content !== undefined && { body: JSON.stringify(content) }),
  });
  if (!response.ok) {
    throw new Error(`${method} ${resource}: ${response.status} ${await response.text()}`);
  }
  return (await response.json()) as T;
}

function setting(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === "") throw new Error(`${name} is not set`);
  return value;
}

main(process.argv[2] ?? "previews").catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
