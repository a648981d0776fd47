import { accessSync, constants } from "node:fs";

import axe, { type AxeResults } from "axe-core";
import { expect } from "chai";
import { chromium, type Browser, type BrowserContextOptions, type Page } from "playwright-core";

import { actionsStatus } from "../../local/page-server/page-actions";
import type { LoopbackServer } from "../../local/machine/loopback-server";
import { startPageServer } from "../../local/page-server/page-server";
import type { PipelineStatus } from "../../local/status/pipeline-status";
import { fakeActions, type FakeActions } from "../local/page/fake-actions";
import { fakeHistory, zonesAt } from "../local/page/fake-demand";
import { fakeFeed, type FakeFeed } from "../local/page/fake-feed";
import { fakeStatus } from "../local/page/fake-status";
import { fakeIndices } from "../local/page/fake-indices";
import { fakeTrades } from "../local/page/fake-trades";

const CHROMIUM = "/usr/bin/chromium";
const COLOURED = 'path.zone[data-level]:not([data-level="0"])';
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
const DESKTOP = { viewport: { width: 1366, height: 900 } };
/** Of the fake history, in epoch seconds. */
const FIRST_WINDOW = 1_551_465_900;
const NOTHING_YET: Partial<PipelineStatus> = {
  phase: "waiting",
  replay: { up: false, reason: "not started yet" },
  stream: {
    up: true,
    value: {
      name: "events",
      status: "ACTIVE",
      mode: "PROVISIONED",
      openShards: 2,
      retentionHours: 24,
      shards: [],
    },
  },
  job: { up: false, reason: "not started yet" },
  search: {
    up: true,
    value: {
      documents: {},
      writes: 0,
      deadLetters: {},
      latestDeadLetters: [],
      newest: null,
      demand: null,
      airports: [],
      origins: [],
    },
  },
  rates: { recordsPut: null, recordsRead: null, writes: null, throttled: null, shards: {} },
  lag: {
    replaySeconds: null,
    consumerSeconds: null,
    watermarkSeconds: null,
    resultSeconds: null,
    waits: null,
  },
  policies: [],
  resources: [],
};

describe("the page in a browser", () => {
  let browser: Browser;
  let server: LoopbackServer;
  let status: PipelineStatus;
  let actions: FakeActions;
  let onAction: (asked: string) => void;
  let feed: FakeFeed;
  const pages: Page[] = [];
  /** Console errors and requests to other hosts, of all pages. */
  const complaints: string[] = [];

  before(async function () {
    try {
      accessSync(CHROMIUM, constants.X_OK);
    } catch {
      const reason = `${CHROMIUM} is missing; install it with apt-get install -y chromium`;
      if (process.env["CI"] !== undefined) throw new Error(reason);
      console.log(`      skipped: ${reason}`);
      return this.skip();
    }
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
    status = fakeStatus();
    server = await startServer(0);
    return undefined;
  });
  beforeEach(() => {
    status = fakeStatus();
    onAction = () => undefined;
    complaints.length = 0;
  });
  afterEach(async () => {
    await Promise.all(pages.splice(0).map((page) => page.context().close()));
  });
  after(async () => {
    await (browser as Browser | undefined)?.close();
    if ((server as LoopbackServer | undefined) !== undefined) await closeServer();
  });

  function startServer(port: number): Promise<LoopbackServer> {
    actions = fakeActions((asked) => {
      onAction(asked);
    });
    feed = fakeFeed(() => ({ ...status, actions: actionsStatus(actions) }));
    return startPageServer({ port, actions, feed, history: fakeHistory });
  }

  /** Ends the server and what feeds it. */
  async function closeServer(): Promise<void> {
    feed.stop();
    await server.close();
  }

  /** @param lost - part of the address of a request that does not reach the server the first time */
  async function open(options: BrowserContextOptions = DESKTOP, lost?: string): Promise<Page> {
    const context = await browser.newContext(options);
    if (lost !== undefined)
      await context.route(`**/${lost}`, (route) => route.abort(), { times: 1 });
    const page = await context.newPage();
    pages.push(page);
    page.on("console", (message) => {
      if (message.type() === "error") complaints.push(message.text());
    });
    page.on("pageerror", (error) => {
      complaints.push(error.message);
    });
    page.on("request", (request) => {
      if (!request.url().startsWith(server.url)) complaints.push(`request to ${request.url()}`);
    });
    await page.goto(server.url);
    return page;
  }

  /** Resolves when all zones are drawn, this many of them coloured. */
  async function zonesColoured(page: Page, wanted: number): Promise<void> {
    const coloured = page.locator(COLOURED);
    await page.locator("path.zone[data-level]").nth(259).waitFor({ state: "attached" });
    if (wanted > 0) await coloured.nth(wanted - 1).waitFor({ state: "attached" });
    await coloured.nth(wanted).waitFor({ state: "detached" });
  }

  const stage = (page: Page, name: string) => page.locator(`[data-stage=${name}]`).innerText();

  const manhattan = () =>
    status.search.up ? (status.search.value.demand?.window.zones.length ?? 0) : 0;

  it("colours the zones that have demand, asks no other host, and reports no error", async () => {
    const page = await open();
    await zonesColoured(page, manhattan());
    const fills = await page.evaluate<string[]>(
      `[...document.querySelectorAll('${COLOURED}')].map((path) => getComputedStyle(path).fill)`,
    );
    expect(new Set(fills).size).to.equal(6);
    expect(await page.locator(".verdict .title").textContent()).to.equal("Live");
    expect(complaints).to.deep.equal([]);
  });

  it("draws the zones also when the server was away for a moment while it was loaded", async () => {
    const page = await open(DESKTOP, "zones.geojson");
    await zonesColoured(page, manhattan());
    expect(complaints.filter((complaint) => !complaint.includes("ERR_FAILED"))).to.deep.equal([]);
  });

  it("shows the figures of the status", async () => {
    const page = await open();
    await zonesColoured(page, manhattan());
    const text = await page.locator("main").innerText();
    expect(await stage(page, "producer")).to.match(
      /Producer\s*1,834 records\/s\s*×3,600\s*123,456 of 500,000 records\s*on schedule/,
    );
    expect(await stage(page, "stream")).to.match(/2 shards\s*busiest at 92 % of its limit/);
    expect(await stage(page, "job")).to.match(/1,830 records\/s\s*busy 31 % · back pressure 2 %/);
    expect(await stage(page, "search")).to.match(/412 writes\/s\s*40,296 documents\s*3 dead/);
    expect(await stage(page, "results")).to.match(/2\.1 s behind\s*newest window 2019-03-02 00:00/);
    expect(await page.locator(".delay").innerText()).to.match(/^2\.1 s/);
    expect(text).to.include("2 malformed, 1 late").and.include("45 min 12 s");
    expect(text).to.include("log-group-retention-floor");
    expect(await page.locator(".clock").innerText()).to.include("19:01 Fri, Mar 1, 2019");
    expect(await page.locator(".top li").first().innerText()).to.match(
      /Union Sq[^]*116[^]*\+21\.5/,
    );
    expect(text).to.include("dropoffTime is missing").and.not.include("EventStream taxi-events");
    await page.locator(".resources summary").first().click();
    expect(await page.locator(".resources").innerText()).to.include("EventStream taxi-events");
    expect(text).to.include("median 44 min 0 s").and.include("most from Midtown Center (9)");
    expect(await page.locator(".table tbody tr").first().innerText()).to.match(/912\s+91 %/);
  });

  it("follows the pipeline without being reloaded", async () => {
    const page = await open();
    await zonesColoured(page, manhattan());
    if (!status.search.up) throw new Error("the fake status has a domain");
    const { demand } = status.search.value;
    if (!demand) throw new Error("the fake status has demand");
    const zones = demand.window.zones.slice(0, 3);
    const window = { ...demand.window, zones };
    const value = { ...status.search.value, demand: { ...demand, window } };
    status = { ...status, phase: "finished", search: { up: true, value } };
    await zonesColoured(page, 3);
    await page.getByText("Finished", { exact: true }).waitFor();
    expect(await page.locator(".top li").count()).to.equal(3);
  });

  it("can show everything so far instead of the newest window", async () => {
    const page = await open();
    await zonesColoured(page, manhattan());
    await page.getByText("Since the start").click();
    await page.getByText("trips counted so far").waitFor();
    expect(await page.locator(".legend").innerText()).to.match(/–16,240/);
    expect(await page.locator(".top small[data-high]").count()).to.equal(0);
  });

  it("outlines the area that is chosen with the keyboard", async () => {
    const page = await open();
    await zonesColoured(page, manhattan());
    await page.getByRole("button", { name: /Union Sq/ }).focus();
    await page.keyboard.press("Enter");
    await page.locator("path.zone.selected").waitFor();
    expect(await page.locator(".top [aria-pressed=true]").innerText()).to.include("Union Sq");
  });

  it("goes back to a past window with the slider, plays on from it, and comes back to the newest", async () => {
    const page = await open();
    await zonesColoured(page, manhattan());
    const slider = page.getByRole("slider", { name: "Start of the window" });
    await slider.focus();
    await page.keyboard.press("Home");
    await zonesColoured(page, zonesAt(FIRST_WINDOW));
    expect(await page.locator(".caption").innerText()).to.include("13:45 to 14:00");
    await page.keyboard.press("ArrowRight");
    await zonesColoured(page, zonesAt(FIRST_WINDOW + 300));
    expect(await slider.getAttribute("aria-valuetext")).to.equal("Mar 1, 13:50");
    await page.getByRole("button", { name: "Play" }).click();
    await page
      .locator(COLOURED)
      .nth(zonesAt(FIRST_WINDOW + 900) - 1)
      .waitFor({ state: "attached" });
    await page.getByRole("button", { name: "Stop" }).click();
    await page.getByRole("button", { name: "Newest" }).click();
    await zonesColoured(page, manhattan());
    expect(complaints).to.deep.equal([]);
  });

  it("goes back to a past window that the server did not give at first", async () => {
    const page = await open(DESKTOP, "windows/*.json");
    await zonesColoured(page, manhattan());
    await page.getByRole("slider", { name: "Start of the window" }).focus();
    await page.keyboard.press("Home");
    await zonesColoured(page, zonesAt(FIRST_WINDOW));
  });

  it("does not ask again for a past window of which nothing is known", async () => {
    const page = await open();
    await zonesColoured(page, manhattan());
    await page.clock.install();
    let asked = 0;
    await page.route("**/windows/*.json", (route) => {
      asked += 1;
      return route.fulfill({ status: 404, json: { message: "Nothing is known of this window" } });
    });
    const answered = page.waitForResponse("**/windows/*.json");
    await page.getByRole("slider", { name: "Start of the window" }).focus();
    await page.keyboard.press("Home");
    await (await answered).finished();
    await page.clock.fastForward(5_000);
    await page.clock.fastForward(5_000);
    expect(asked).to.equal(1);
  });

  it("shows hot spots, and cells instead of zones", async () => {
    const page = await open();
    await zonesColoured(page, manhattan());
    await page.getByText("Hot spots").click();
    expect(await page.locator(".legend").innerText()).to.include("8 or more");
    await page.getByText("Cells", { exact: true }).click();
    await page.locator("path.cell[data-level]").nth(39).waitFor({ state: "attached" });
    await page.getByText("Zones", { exact: true }).click();
    await page.locator("path.cell").first().waitFor({ state: "detached" });
  });

  it("tells the figures of the zone that somebody points at, or taps", async () => {
    const page = await open();
    await zonesColoured(page, manhattan());
    const zone = page.locator("path.zone[data-level='6']").first();
    await zone.hover();
    expect(await page.locator(".leaflet-tooltip").innerText()).to.match(
      /Manhattan\s*\d+ trips, 20 would be normal/,
    );
    await zone.click();
    await page.locator("path.zone.selected").waitFor();
    expect(await page.locator(".details p").innerText()).to.match(/^\d+ trips/);
  });

  it("shows a fault while it lasts, with what was known last, and what happened afterwards", async () => {
    const page = await open();
    await zonesColoured(page, manhattan());
    const { search } = status;
    if (!search.up) throw new Error("the fake status has a domain");
    const last = { at: "2026-01-05T10:00:00.000Z", value: search.value };
    const coloured = manhattan();
    onAction = () => {
      status = {
        ...status,
        search: { up: false, reason: "no answer", last },
        lag: { ...status.lag, resultSeconds: 37, waits: { stream: 1, job: 0, search: 36 } },
      };
    };
    await page.getByLabel("Fault").selectOption("search-down");
    await page.getByRole("button", { name: "Inject" }).click();
    await page.getByText("Results are 37 s behind").waitFor();
    const verdict = page.locator(".verdict");
    expect(await verdict.getAttribute("data-level")).to.equal("problem");
    expect(await verdict.innerText())
      .to.match(/OpenSearch does not answer\. Since [\d:]+ \(fault search-down\)/)
      .and.include("37 s");
    expect(await stage(page, "search")).to.match(
      /down for [^]*0 writes\/s\s*40,296 documents[^]*as of/,
    );
    expect(await stage(page, "producer")).to.include("1,834 records/s");
    expect(await page.locator(".chart li", { hasText: "At the sink" }).innerText()).to.match(
      /36 s/,
    );
    // What was known last stays, and says how old it is.
    await zonesColoured(page, coloured);
    expect(await page.locator(".map-card[data-old=true]").innerText()).to.match(/As of [\d:]+/);
    expect(await page.locator("main").innerText()).not.to.include("No results yet");
    expect(await page.locator(".told").innerText()).to.include("Injecting search-down");
    status = fakeStatus();
    actions.endFault();
    await page.locator(".verdict .title", { hasText: /^Live$/ }).waitFor();
    await page.locator(".journal").getByText("Fault search-down is over").waitFor();
    await page.getByText("Injecting search-down").waitFor({ state: "detached" });
    expect(await page.locator(".journal").innerText())
      .to.match(/OpenSearch answers again/)
      .and.match(/Fault search-down began/);
    expect(await page.locator("[data-old=true]").count()).to.equal(0);
    expect(actions.asked.at(-1)).to.equal("fault search-down");
    expect(complaints).to.deep.equal([]);
  });

  it("loses nothing when it is loaded again", async () => {
    const page = await open();
    await page.getByRole("button", { name: "Pause" }).click();
    await page.locator(".journal").getByText("Paused").waitFor();
    await page.reload();
    await page.locator(".journal").getByText("Paused").waitFor();
    await page.getByRole("button", { name: "Resume" }).click();
    const samples = (await (
      await page.request.get(`${server.url}samples.json`)
    ).json()) as object[];
    expect(samples).to.have.length.above(2);
  });

  it("says that it hears nothing when the pipeline freezes, and comes back", async () => {
    const page = await open();
    await page.getByText("Live", { exact: true }).waitFor();
    feed.freeze(true);
    await page.getByText("Disconnected", { exact: true }).waitFor();
    expect(await page.locator(".verdict").innerText()).to.match(/What is shown is of [\d:]+/);
    feed.freeze(false);
    await page.getByText("Live", { exact: true }).waitFor();
  });

  it("shows every kind of dead letter, and the rest of the page with what it cannot show", async () => {
    const { search } = status;
    if (!search.up) throw new Error("the fake status has a domain");
    const letters = [
      { reason: "refused", detail: "mapper_parsing_exception" },
      { reason: "late", detail: "", shardId: "shardId-0" },
      { reason: "late", detail: "", sequenceNumber: "49590338271490256608559692538361571095" },
    ];
    const value = { ...search.value, latestDeadLetters: letters };
    status = { ...status, search: { up: true, value } };
    const page = await open();
    await page.getByText("mapper_parsing_exception").waitFor();
    expect(await page.locator(".dead-letters li").count()).to.equal(3);
    // No document that the server lets through does this; a fault of the page's own may.
    const broken = [null] as unknown as typeof letters;
    status = { ...status, search: { up: true, value: { ...value, latestDeadLetters: broken } } };
    const alert = page.getByRole("alert");
    await alert.getByText(/^Cannot be shown/).waitFor();
    expect(await alert.innerText()).to.include("Dead letters");
    await zonesColoured(page, manhattan());
    expect(await stage(page, "producer")).to.include("1,834");
    status = { ...status, search: { up: true, value } };
    await alert.waitFor({ state: "detached" });
    await page.getByText("mapper_parsing_exception").waitFor();
  });

  it("makes the map one tab stop, in which arrow keys go from zone to zone", async () => {
    const page = await open();
    await zonesColoured(page, manhattan());
    const map = page.getByRole("application");
    await map.focus();
    await page.keyboard.press("ArrowRight");
    await page.locator("path.zone.selected").waitFor();
    const first = await page.locator(".details select").inputValue();
    await page.keyboard.press("ArrowRight");
    await page.waitForFunction(
      `document.querySelector(".details select").value !== ${JSON.stringify(first)}`,
    );
    expect(await page.locator(".details p").innerText()).to.match(/trip/i);
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("Escape");
    await page.locator("path.zone.selected").waitFor({ state: "detached" });
    await page.keyboard.press("Tab");
    expect(await page.evaluate<string>("document.activeElement.outerHTML")).to.match(/>Play</);
  });

  it("has the figures before the map on a phone, and targets for fingers", async () => {
    const page = await open(PHONE);
    await zonesColoured(page, manhattan());
    const top = async (selector: string) =>
      (await page.locator(selector).first().boundingBox())?.y ?? Infinity;
    expect(await top(".stages")).to.be.lessThan(await top(".map"));
    expect(await top(".verdict")).to.be.lessThan(await top(".stages"));
    const small = await page.evaluate<string[]>(
      `[...document.querySelectorAll("button, select, summary, .choice span, .slider input, .leaflet-bar a")]
        .filter((target) => target.getBoundingClientRect().height < 44)
        .map((target) => target.outerHTML.slice(0, 80))`,
    );
    expect(small).to.deep.equal([]);
  });

  it("pauses, changes the speed and reshards, with the effect in the figures", async () => {
    const page = await open();
    await zonesColoured(page, manhattan());
    const before = actions.asked.length;
    onAction = (asked) => {
      const { stream } = fakeStatus();
      if (asked === "reshard 4" && stream.up) {
        status = { ...status, stream: { up: true, value: { ...stream.value, openShards: 4 } } };
      }
      if (asked === "pause true") {
        status = { ...status, rates: { ...status.rates, recordsPut: 0 } };
      }
    };
    await page.getByRole("button", { name: "Pause" }).click();
    await page.locator("[data-stage=producer] .figure").getByText(/^0 /).waitFor();
    await page.getByRole("button", { name: "Resume" }).click();
    await page.getByLabel("Speed-up").selectOption("14400");
    await page.getByRole("button", { name: "Double the shards" }).click();
    await page.locator(".journal").getByText("2 → 4 shards").waitFor();
    expect(actions.asked.slice(before)).to.deep.equal([
      "pause true",
      "pause false",
      "speedup 14400",
      "reshard 4",
    ]);
    expect(await page.locator(".journal").innerText()).to.include("Speed-up ×14,400");
  });

  it("says why an action did not work", async () => {
    const page = await open();
    await zonesColoured(page, manhattan());
    const { stream } = status;
    if (!stream.up) throw new Error("the fake status has a stream");
    // The fake refuses 99 shards: half of these, rounded up.
    status = { ...status, stream: { up: true, value: { ...stream.value, openShards: 198 } } };
    await page.locator(".controls").getByText("198 shards").waitFor();
    await page.clock.install();
    await page.getByRole("button", { name: "Halve the shards" }).click();
    const refusal = page.getByText("The stream can get 1 to 4 shards.");
    await refusal.waitFor();
    await page.clock.fastForward(15_000);
    await refusal.waitFor({ state: "detached" });
  });

  it("shows price and volume of the trades, of the symbol that is chosen", async () => {
    status = fakeTrades();
    const page = await open();
    await page.getByRole("heading", { name: "Stock trades" }).waitFor();
    await page.getByRole("heading", { name: "Price and volume of ACME" }).waitFor();
    await page.getByRole("button", { name: /BOLT/ }).click();
    await page.getByRole("heading", { name: "Price and volume of BOLT" }).waitFor();
    const drawn = await page.evaluate<boolean>(
      `(() => {
        const { width, height } = document.querySelector(".plot canvas");
        const context = document.querySelector(".plot canvas").getContext("2d");
        return context.getImageData(0, 0, width, height).data.some((value) => value > 0);
      })()`,
    );
    expect(drawn).to.equal(true);
    expect(complaints).to.deep.equal([]);
  });

  it("says what it is waiting for before there is data", async () => {
    status = fakeStatus(NOTHING_YET);
    const page = await open();
    await page.getByText("Flink's job manager is not up yet").waitFor();
    await zonesColoured(page, 0);
    expect(await page.locator("main").innerText()).to.include("No results yet");
    expect(complaints).to.deep.equal([]);
  });

  it("says that it is disconnected, and comes back by itself", async () => {
    const page = await open();
    await page.getByText("Live", { exact: true }).waitFor();
    const port = Number(new URL(server.url).port);
    await closeServer();
    await page.getByText(/^Disconnected/).waitFor();
    server = await startServer(port);
    await page.getByText("Live", { exact: true }).waitFor();
  });

  for (const [scheme, workload, name, options] of [
    ["light", "taxi", "a phone", PHONE],
    ["dark", "taxi", "a phone", PHONE],
    ["light", "taxi", "a desktop", DESKTOP],
    ["dark", "taxi", "a desktop", DESKTOP],
    ["light", "trades", "a phone", PHONE],
    ["dark", "trades", "a desktop", DESKTOP],
    ["light", "orders", "a phone", PHONE],
  ] as const) {
    it(`fits ${name} and passes the accessibility rules with ${workload} in the ${scheme} scheme`, async () => {
      if (workload === "trades") status = fakeTrades();
      if (workload === "orders") status = fakeIndices();
      const page = await open({ ...options, colorScheme: scheme, reducedMotion: "reduce" });
      await page.locator(".chart canvas").nth(1).waitFor();
      if (workload === "taxi") await zonesColoured(page, manhattan());
      const width = await page.evaluate<number>("document.documentElement.scrollWidth");
      expect(width).to.equal(options.viewport.width);
      await page.evaluate(axe.source);
      const { violations } = await page.evaluate<AxeResults>("axe.run()");
      expect(violations.map(({ id, help }) => `${id}: ${help}`)).to.deep.equal([]);
      expect(complaints).to.deep.equal([]);
    });
  }

  it("shows the newest documents of a workload without a view of its own", async () => {
    status = fakeIndices();
    const page = await open();
    await page.getByRole("heading", { name: "Orders", exact: true }).waitFor();
    expect(await page.locator(".clock").innerText()).to.match(
      /^Event time in UTC\s+\d\d:\d\d \d{4}-/,
    );
    const rows = await page.locator(".documents tbody tr").allInnerTexts();
    expect(rows.map((row) => row.split("\t"))).to.deep.equal([
      ["b", "shop-2", "12.5", '["new"]'],
      ["a", "shop-1", "3", ""],
    ]);
    expect(await page.locator(".documents h3").innerText()).to.match(
      /^orders-2026\s+1,200 documents$/,
    );
    expect(complaints).to.deep.equal([]);
  });

  it("has another look in the dark", async () => {
    const background = async (colorScheme: "light" | "dark") => {
      const page = await open({ ...DESKTOP, colorScheme });
      return page.evaluate<string>("getComputedStyle(document.body).backgroundColor");
    };
    expect(await background("light")).not.to.equal(await background("dark"));
  });
});
