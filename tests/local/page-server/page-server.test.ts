import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { get, type IncomingMessage } from "node:http";
import { createConnection, createServer } from "node:net";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";

import { actionsStatus } from "../../../local/page-server/page-actions";
import type { LoopbackServer } from "../../../local/machine/loopback-server";
import { startPageServer } from "../../../local/page-server/page-server";
import { changes, type StatusFeed } from "../../../local/page-server/status-events";
import { applied } from "../../../local/page/src/status-change";
import type { PipelineStatus, Sample, StatusChange } from "../../../local/status/pipeline-status";
import { fakeActions, type FakeActions } from "../page/fake-actions";
import { fakeHistory } from "../page/fake-demand";
import { fakeStatus } from "../page/fake-status";

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
async function events(
  url: string,
  count: number,
  onFirst: () => void,
): Promise<[string, unknown][]> {
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
      if (match === null) continue;
      found.push([match[1] ?? "", JSON.parse(match[2] ?? "")]);
      if (found.length === 1) onFirst();
    }
    if (found.length >= count) break;
  }
  return found;
}

/** The event stream in an encoding, of which nothing is read yet. */
function listen(url: string, encoding: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    get(`${url}events`, { headers: { "accept-encoding": encoding } }, resolve).on("error", reject);
  });
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise(setImmediate);
}

describe("the page server", () => {
  let folder: string;
  let server: LoopbackServer;
  let status: PipelineStatus;
  let listeners: Set<(status: PipelineStatus, sample: Sample) => void>;
  const sample: Sample = {
    at: 1,
    put: 5,
    read: null,
    written: 7,
    waits: { stream: 1, job: 2, search: 0 },
  };
  const feed: StatusFeed = {
    status: () => Promise.resolve(status),
    samples: [sample],
    onStatus(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
  /** Lets the next status be there. */
  const tell = (next: PipelineStatus): void => {
    status = next;
    for (const listener of listeners) listener(next, sample);
  };

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "page-"));
    writeFileSync(join(folder, "index.html"), "<title>a page</title>");
    writeFileSync(join(folder, "secret.txt"), "not a type that a page has");
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });
  beforeEach(async () => {
    status = fakeStatus();
    listeners = new Set();
    server = await startPageServer({ port: 0, feed, folder });
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
    expect(await (await fetch(`${server.url}samples.json`)).json()).to.deep.equal([sample]);
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

  it("has no past windows and no actions unless it is given them", async () => {
    expect(await (await fetch(`${server.url}windows.json`)).json()).to.deep.equal([]);
    expect((await fetch(`${server.url}windows/1551465900.json`)).status).to.equal(404);
    expect((await fetch(`${server.url}actions/pause`, { method: "POST" })).status).to.equal(405);
  });

  it("serves the list of past windows, and each of them", async () => {
    const more = await startPageServer({ port: 0, feed, folder, history: fakeHistory });
    const windows = await (await fetch(`${more.url}windows.json`)).json();
    expect(windows).to.deep.equal(await fakeHistory.windows());
    const window = await fetch(`${more.url}windows/1551466200.json`);
    expect(await window.json()).to.deep.equal(await fakeHistory.window(1_551_466_200));
    expect((await fetch(`${more.url}windows/1.json`)).status).to.equal(404);
    await more.close();
  });

  describe("with actions", () => {
    let actions: FakeActions;
    let acting: LoopbackServer;
    const post = (
      action: string,
      body: unknown,
      headers: Readonly<Record<string, string>> = {},
    ): Promise<Response> =>
      fetch(`${acting.url}actions/${action}`, {
        method: "POST",
        body: typeof body === "string" ? body : JSON.stringify(body),
        headers: {
          "content-type": "application/json",
          origin: acting.url.replace(/\/$/, ""),
          ...headers,
        },
      });
    const message = async (response: Response) =>
      ((await response.json()) as { readonly message: string }).message;

    beforeEach(async () => {
      actions = fakeActions();
      acting = await startPageServer({ port: 0, feed, folder, actions });
    });
    afterEach(() => acting.close());

    it("carries out what the page asks for, and answers with the state that follows", async () => {
      expect(await (await post("pause", { paused: true })).json()).to.include({ paused: true });
      expect(await (await post("speedup", { speedup: 60 })).json()).to.include({ speedup: 60 });
      expect((await post("reshard", { shards: 4 })).status).to.equal(200);
      expect(actions.asked).to.deep.equal(["pause true", "speedup 60", "reshard 4"]);
    });

    it("tells in the status which fault is happening, and answers when it is over", async () => {
      const asked = post("fault", { name: "search-down" });
      while (actions.asked.length === 0) await new Promise(setImmediate);
      expect(actionsStatus(actions).faults.map(({ name, active }) => [name, active])).to.deep.equal(
        [
          ["search-down", true],
          ["task-manager-killed", false],
        ],
      );
      actions.endFault();
      expect(await (await asked).json()).to.have.nested.property("faults[0].active", false);
    });

    it("passes on why an action did not work", async () => {
      const refused = await post("reshard", { shards: 99 });
      expect(refused.status).to.equal(409);
      expect(await message(refused)).to.equal("The stream can get 1 to 4 shards.");
    });

    it("does nothing for a page of another site, another port, or nobody", async () => {
      for (const origin of ["https://evil.example", "http://127.0.0.1:1", "null", ""]) {
        expect((await post("pause", { paused: true }, { origin })).status, origin).to.equal(403);
      }
      expect(actions.asked).to.deep.equal([]);
    });

    it("does nothing for a body that a form could send", async () => {
      const plain = await post("pause", { paused: true }, { "content-type": "text/plain" });
      expect(plain.status).to.equal(415);
      expect(actions.asked).to.deep.equal([]);
    });

    it("says what the body must be", async () => {
      for (const [action, body] of [
        ["pause", { paused: "yes" }],
        ["speedup", { speedup: 0 }],
        ["speedup", { speedup: 1_000_001 }],
        ["speedup", { speedup: 1.5 }],
        ["reshard", {}],
        ["fault", { name: "toString" }],
        ["pause", "no JSON"],
        ["pause", "null"],
        ["pause", `{"paused": true, "more": "${"x".repeat(2000)}"}`],
      ] as const) {
        const refused = await post(action, body);
        expect(refused.status, JSON.stringify(body)).to.equal(400);
        expect(await message(refused)).to.match(/^The body must be \{/);
      }
      expect(actions.asked).to.deep.equal([]);
    });

    it("says which actions there are", async () => {
      const refused = await post("toString", {});
      expect(refused.status).to.equal(404);
      expect(await message(refused)).to.include("pause, speedup, reshard, fault");
    });
  });

  it("sends everything once, and then what changed", async () => {
    const before = fakeStatus();
    const { stream } = before;
    if (!stream.up || !before.search.up) throw new Error("the fake status has both");
    const entry = { at: before.at, kind: "action", text: "Paused" } as const;
    const now = fakeStatus({
      stream: { up: true, value: { ...stream.value, openShards: 4 } },
      search: { up: true, value: { ...before.search.value, writes: 91_500 } },
      journal: [entry],
    });
    let started = 0;
    const streams = [1, 2].map(() =>
      events(server.url, 3, () => {
        started++;
      }),
    );
    for (const request of streams) request.catch(() => undefined);
    await until(() => started === 2);
    tell(now);
    tell(now);
    for (const request of streams) {
      const [all, change, nothing] = await request;
      expect(all).to.deep.equal(["all", { status: before, samples: [sample] }]);
      expect(change).to.deep.equal([
        "change",
        {
          stream: now.stream,
          stages: now.stages,
          results: { writes: 91_500 },
          journal: [entry],
          sample,
        },
      ]);
      expect(nothing).to.deep.equal(["change", { sample }]);
      expect(applied(before, change?.[1] as StatusChange)).to.deep.include({
        stream: now.stream,
        search: now.search,
        journal: [entry],
      });
    }
  });

  it("sends all of a domain that has gone or come back", () => {
    const up = fakeStatus();
    const down = fakeStatus({ search: { up: false, reason: "no answer" } });
    expect(changes(up, down)).to.have.property("search", down.search);
    expect(changes(down, up)).to.have.property("search", up.search);
  });

  for (const encoding of ["gzip", "identity"]) {
    it(`drops a viewer that takes nothing, so that it comes back (${encoding})`, async () => {
      const response = await listen(server.url, encoding);
      const dropped = new Promise((resolve) => response.on("error", resolve));
      for (let second = 1; second <= 40; second++) {
        const text = randomBytes(500_000).toString("base64");
        tell(fakeStatus({ journal: [{ at: status.at, kind: "problem", text }] }));
        await new Promise(setImmediate);
      }
      response.resume();
      expect(await dropped).to.have.property("code", "ECONNRESET");
    });
  }

  it("takes a few kilobytes a second, however much there is", async () => {
    let bytes = 0;
    const response = await listen(server.url, "gzip");
    response.on("data", (chunk: Buffer) => (bytes += chunk.length));
    await until(() => bytes > 0);
    const all = bytes;
    // Each second another window, with other figures of every zone.
    for (let second = 1; second <= 20; second++) {
      const { search } = fakeStatus();
      const value = search.up ? search.value : undefined;
      if (!value?.demand) throw new Error("the fake status has demand");
      const zones = value.demand.window.zones.map((zone, at) => ({
        ...zone,
        trips: (zone.trips * (second + at)) % 97,
      }));
      const window = { ...value.demand.window, zones };
      tell(
        fakeStatus({
          search: { up: true, value: { ...value, demand: { ...value.demand, window } } },
        }),
      );
    }
    const end = fakeStatus({ phase: "finished" });
    tell(end);
    const sent = bytes;
    await until(() => bytes > sent);
    response.destroy();
    expect((bytes - all) / 20).to.be.lessThan(5000);
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
    await startPageServer({ port, feed, folder }).catch((error: unknown) => {
      message = String(error);
    });
    other.close();
    expect(message).to.include(`Port ${port} for the page is in use`).and.include("--port");
  });

  it("ends its streams and frees its port when it is closed", async () => {
    const response = await fetch(`${server.url}events`);
    await server.close();
    await response.text().catch(() => "cut off");
    const port = Number(new URL(server.url).port);
    server = await startPageServer({ port, feed, folder });
    expect((await fetch(server.url)).status).to.equal(200);
  });
});
