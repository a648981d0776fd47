import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { get } from "node:http";
import { createConnection, createServer } from "node:net";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";

import { startPageServer, type PageServer } from "../../../local/page-server";
import type { PipelineStatus } from "../../../local/status/pipeline-status";
import { fakeStatus } from "./fake-status";

/** The answer to a GET with a Host header of the caller's choice, which fetch does not allow. */
function statusWithHost(url: string, host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    get(url, { headers: { host } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    }).on("error", reject);
  });
}

/** The first `count` events of the stream, as name and data. */
async function events(url: string, count: number): Promise<[string, unknown][]> {
  const response = await fetch(`${url}events`);
  expect(response.headers.get("content-type")).to.equal("text/event-stream");
  const found: [string, unknown][] = [];
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk as Uint8Array, { stream: true });
    for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
      const match = /^event: (\w+)\ndata: (.+)$/.exec(text.slice(0, end));
      text = text.slice(end + 2);
      if (match) found.push([match[1] ?? "", JSON.parse(match[2] ?? "")]);
    }
    if (found.length >= count) break;
  }
  return found;
}

describe("the page server", () => {
  let folder: string;
  let server: PageServer;
  let polls: number;
  let status: () => Promise<PipelineStatus>;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "page-"));
    writeFileSync(join(folder, "index.html"), "<title>a page</title>");
    writeFileSync(join(folder, "secret.txt"), "not a type that a page has");
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });
  beforeEach(async () => {
    polls = 0;
    status = () => Promise.resolve(fakeStatus());
    const counted = () => {
      polls++;
      return status();
    };
    server = await startPageServer({ port: 0, status: counted, pollMilliseconds: 5, folder });
  });
  afterEach(async () => {
    await server.close();
  });

  it("serves the built page", async () => {
    const response = await fetch(server.url);
    expect(response.headers.get("content-type")).to.equal("text/html; charset=utf-8");
    expect(await response.text()).to.equal("<title>a page</title>");
  });

  it("serves the outlines of the zones", async () => {
    const response = await fetch(`${server.url}zones.geojson`);
    expect(response.headers.get("content-type")).to.equal("application/geo+json");
    expect(await response.json())
      .to.have.property("features")
      .that.has.length(260);
  });

  it("serves the status as it is now", async () => {
    expect(await (await fetch(`${server.url}status.json`)).json()).to.deep.equal(fakeStatus());
    expect(polls).to.equal(1);
  });

  it("forbids the browser every other host, also on errors", async () => {
    for (const path of ["", "status.json", "zones.geojson", "missing.html"]) {
      const { headers } = await fetch(`${server.url}${path}`);
      expect(headers.get("content-security-policy")).to.match(/^default-src 'self';/);
      expect(headers.get("x-content-type-options")).to.equal("nosniff");
    }
  });

  it("answers 404 for what is not there, is no part of a page, or lies outside", async () => {
    for (const path of ["missing.js", "secret.txt", "../page-server.ts", "%2e%2e/package.json"]) {
      expect((await fetch(`${server.url}${path}`)).status, path).to.equal(404);
    }
  });

  it("only reads", async () => {
    expect((await fetch(server.url, { method: "POST" })).status).to.equal(405);
  });

  it("refuses a foreign host name, which may be somebody else's page", async () => {
    expect(await statusWithHost(server.url, "evil.example:80")).to.equal(403);
    expect(await statusWithHost(server.url, "localhost:8088")).to.equal(200);
  });

  it("sends one status event a poll", async () => {
    expect(await events(server.url, 2)).to.deep.equal([
      ["status", fakeStatus()],
      ["status", fakeStatus()],
    ]);
  });

  it("sends a problem, and goes on, when the status cannot be had", async () => {
    let answers = 0;
    status = () =>
      answers++ === 0 ? Promise.reject(new Error("no answer")) : Promise.resolve(fakeStatus());
    expect(await events(server.url, 2)).to.deep.equal([
      ["problem", { message: "Error: no answer" }],
      ["status", fakeStatus()],
    ]);
  });

  it("polls once for everybody who listens, and not while nobody does", async () => {
    expect(polls).to.equal(0);
    let running = 0;
    let most = 0;
    status = async () => {
      most = Math.max(most, ++running);
      await new Promise(setImmediate);
      running--;
      return fakeStatus();
    };
    await Promise.all([events(server.url, 3), events(server.url, 3), events(server.url, 3)]);
    expect(most).to.equal(1);
    expect(polls).to.be.lessThan(9);
  });

  it("listens on 127.0.0.1 and on no other address of this machine", async () => {
    const port = Number(new URL(server.url).port);
    const addresses = Object.values(networkInterfaces())
      .flatMap((found) => found ?? [])
      .map(({ address }) => address)
      .filter((address) => address !== "127.0.0.1" && !address.startsWith("fe80"));
    const reached = (host: string) =>
      new Promise<boolean>((resolve) => {
        const socket = createConnection({ host, port });
        socket.on("connect", () => {
          socket.destroy();
          resolve(true);
        });
        socket.on("error", () => {
          resolve(false);
        });
      });
    expect(await reached("127.0.0.1")).to.equal(true);
    for (const address of addresses) {
      expect(await reached(address), address).to.equal(false);
    }
  });

  it("says which port is taken, and what to do", async () => {
    const other = createServer();
    await new Promise<void>((listening) => other.listen(0, "127.0.0.1", listening));
    const { port } = other.address() as { port: number };
    let message = "";
    await startPageServer({ port, status, folder }).catch((error: unknown) => {
      message = String(error);
    });
    other.close();
    expect(message).to.include(`Port ${port} on 127.0.0.1 is taken`).and.include("--port");
  });

  it("ends its streams and frees its port when it is closed", async () => {
    const response = await fetch(`${server.url}events`);
    await server.close();
    await response.text().catch(() => "cut off");
    const port = Number(new URL(server.url).port);
    server = await startPageServer({ port, status, folder });
    expect((await fetch(server.url)).status).to.equal(200);
  });
});
