import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "chai";
import { command, projectRoot } from "../../support/command";

const script = path.join(projectRoot, "local/preview/comment.ts");
const sha = "a".repeat(40);
const preview = "<!-- preview of dev -->\n\n## Preview of dev\n";

interface Comment {
  readonly id: number;
  readonly body: string;
  readonly user: { readonly type: string };
}

describe("The comment with the previews of a pull request", function () {
  this.timeout(30_000);

  const folder = mkdtempSync(path.join(tmpdir(), "comment-test-"));
  /** Requests that changed something. */
  let writes: { readonly method: string; readonly url: string; readonly body: unknown }[];
  let pulls: object[];
  let comments: Comment[];
  let asked: string[];
  let api: Server;

  before(async () => {
    api = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const { method = "", url = "", headers } = request;
        if (headers.authorization !== "Bearer token") {
          response.writeHead(401).end("no");
          return;
        }
        asked.push(`${method} ${url}`);
        if (method !== "GET") {
          const body: unknown = JSON.parse(Buffer.concat(chunks).toString());
          writes.push({ method, url, body });
        }
        const page = Number(/&page=(\d+)/.exec(url)?.[1] ?? 1);
        const answer = url.includes("/pulls?")
          ? pulls
          : comments.slice((page - 1) * 100, page * 100);
        response.end(JSON.stringify(answer));
      });
    });
    await new Promise<void>((resolve) => api.listen(0, "127.0.0.1", resolve));
  });

  after(() => {
    api.close();
    rmSync(folder, { recursive: true });
  });

  beforeEach(() => {
    writes = [];
    asked = [];
    comments = [];
    pulls = [{ number: 7, head: { sha } }];
    writeFileSync(path.join(folder, "preview-dev.md"), preview);
  });

  const run = (env: Readonly<Record<string, string>> = {}, previews = folder) =>
    command(script, [previews], {
      GITHUB_API_URL: `http://127.0.0.1:${(api.address() as AddressInfo).port}`,
      GITHUB_REPOSITORY: "owner/pipeline",
      GITHUB_TOKEN: "token",
      HEAD_OWNER: "contributor",
      HEAD_BRANCH: "more/shards&x",
      HEAD_SHA: sha,
      ...env,
    });

  it("writes a new one", async () => {
    const { code, stderr } = await run();
    expect(code, stderr).to.equal(0);
    expect(asked[0]).to.equal(
      "GET /repos/owner/pipeline/pulls?state=open&head=contributor%3Amore%2Fshards%26x",
    );
    expect(writes).to.deep.equal([
      { method: "POST", url: "/repos/owner/pipeline/issues/7/comments", body: { body: preview } },
    ]);
  });

  it("takes a stack of any name", async () => {
    const body = preview.replaceAll("of dev", "of Dev_eu.1");
    writeFileSync(path.join(folder, "preview-dev.md"), body);
    expect((await run()).stderr).to.equal("");
    expect(writes).to.deep.equal([
      { method: "POST", url: "/repos/owner/pipeline/issues/7/comments", body: { body } },
    ]);
  });

  it("renews the one before, however many comments there are, and nobody else's", async () => {
    const user = { type: "User" };
    comments = [
      { id: 1, body: preview, user },
      ...Array.from({ length: 120 }, (_, index) => ({ id: 10 + index, body: "hm", user })),
      { id: 2, body: `${preview}old`, user: { type: "Bot" } },
    ];
    expect((await run()).code).to.equal(0);
    expect(writes.map(({ method, url }) => `${method} ${url}`)).to.deep.equal([
      "PATCH /repos/owner/pipeline/issues/comments/2",
    ]);
  });

  it("writes nothing when the pull request has moved on or is closed", async () => {
    for (const found of [[], [{ number: 7, head: { sha: "b".repeat(40) } }]]) {
      pulls = found;
      const { code, stdout } = await run();
      expect(code).to.equal(0);
      expect(stdout).to.include("No open pull request");
    }
    expect(writes).to.be.empty;
  });

  it("writes nothing when the run has made no preview", async () => {
    const { code, stdout } = await run({}, path.join(folder, "none"));
    expect(code).to.equal(0);
    expect(stdout).to.include("no preview");
    expect(asked).to.be.empty;
  });

  it("refuses what is no preview", async () => {
    for (const body of ["Buy this\n", `${preview}${"x".repeat(65_536)}`]) {
      writeFileSync(path.join(folder, "preview-dev.md"), body);
      const { code, stderr } = await run();
      expect(code).to.equal(1);
      expect(stderr).to.include("preview-dev.md is no preview");
    }
    expect(writes).to.be.empty;
  });

  it("fails when GitHub refuses, and when it is not told enough", async () => {
    expect((await run({ GITHUB_TOKEN: "other" })).stderr).to.match(/pulls.*: 401 no/);
    const { code, stderr } = await run({ HEAD_SHA: "" });
    expect(code).to.equal(1);
    expect(stderr).to.include("HEAD_SHA is not set");
  });
});
