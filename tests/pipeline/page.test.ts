import { accessSync, constants } from "node:fs";

import axe, { type AxeResults } from "axe-core";
import { expect } from "chai";
import { chromium, type Browser, type BrowserContextOptions, type Page } from "playwright-core";

import { startPageServer, type PageServer } from "../../local/page-server/page-server";
import type { PipelineStatus } from "../../local/status/pipeline-status";
import { fakeActions, type FakeActions } from "../local/page/fake-actions";
import { fakeHistory, zonesAt } from "../local/page/fake-demand";
import { fakeStatus } from "../local/page/fake-status";
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
      ...{ documents: {}, writes: 0, deadLetters: {}, latestDeadLetters: [] },
      ...{ demand: null, airports: [], origins: [], symbols: [] },
    },
  },
  rates: { recordsPut: null, recordsRead: null, writes: null, throttled: null },
  lag: { replaySeconds: null, consumerSeconds: null, watermarkSeconds: null },
  policies: [],
  resources: [],
};

describe("the page in a browser", () => {
  let browser: Browser;
  let server: PageServer;
  let status: PipelineStatus;
  let actions: FakeActions;
  let onAction: (asked: string) => void;
  /** Lets time pass by a second with each status. */
  let seconds: number;
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
    await (server as PageServer | undefined)?.close();
  });

  function startServer(port: number): Promise<PageServer> {
    seconds = 0;
    actions = fakeActions((asked) => {
      onAction(asked);
    });
    return startPageServer({
      ...{ port, actions, history: fakeHistory, pollMilliseconds: 50 },
      status: () => {
        const at = new Date(Date.parse(status.at) + 1000 * seconds++).toISOString();
        return Promise.resolve({ ...status, at });
      },
    });
  }

  async function open(options: BrowserContextOptions = DESKTOP): Promise<Page> {
    const context = await browser.newContext(options);
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

  const manhattan = () =>
    status.search.up ? (status.search.value.demand?.window.zones.length ?? 0) : 0;

  it("colours the zones that have demand, asks no other host, and reports no error", async () => {
    const page = await open();
    await zonesColoured(page, manhattan());
    const fills = await page.evaluate<string[]>(
      `[...document.querySelectorAll('${COLOURED}')].map((path) => getComputedStyle(path).fill)`,
    );
    expect(new Set(fills).size).to.equal(6);
    expect(await page.locator(".state").textContent()).to.equal("Live");
    expect(complaints).to.deep.equal([]);
  });

  it("shows the figures of the status", async () => {
    const page = await open();
    await zonesColoured(page, manhattan());
    const text = await page.locator("main").innerText();
    for (const figure of ["1,834", "1,830", "412", "40,296 documents", "0.4 s", "0.3 s"]) {
      expect(text).to.include(figure);
    }
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
    if (demand === null) throw new Error("the fake status has demand");
    const zones = demand.window.zones.slice(0, 3);
    const window = { ...demand.window, zones };
    const value = { ...status.search.value, demand: { ...demand, window } };
    status = { ...status, phase: "finished", search: { up: true, value } };
    await zonesColoured(page, 3);
    expect(await page.locator(".state").textContent()).to.match(/^Finished/);
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

  it("shows the fault that was asked for in the lag, and that it is over", async () => {
    const page = await open();
    await zonesColoured(page, manhattan());
    const lag = page.locator(".chart li", { hasText: "Consumer" });
    onAction = () => {
      status = { ...status, lag: { ...status.lag, consumerSeconds: 42 } };
    };
    await page.getByLabel("Fault").selectOption("search-down");
    await page.getByRole("button", { name: "Inject" }).click();
    await page.getByText("Happening: search-down").waitFor();
    await lag.getByText("42 s").waitFor();
    status = fakeStatus();
    actions.endFault();
    await page.locator(".marks").getByText("search-down over").waitFor();
    await lag.getByText("0.3 s").waitFor();
    expect(actions.asked.at(-1)).to.equal("fault search-down");
    expect(complaints).to.deep.equal([]);
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
    await page.locator(".tile", { hasText: "Put to the stream" }).getByText(/^0/).waitFor();
    await page.getByRole("button", { name: "Resume" }).click();
    await page.getByLabel("Speed-up").selectOption("14400");
    await page.getByRole("button", { name: "Double the shards" }).click();
    await page.locator(".marks").getByText("4 shards").waitFor();
    expect(actions.asked.slice(before)).to.deep.equal([
      ...["pause true", "pause false", "speedup 14400", "reshard 4"],
    ]);
    expect(await page.locator(".marks").innerText()).to.include("speed ×14,400");
  });

  it("says why an action did not work", async () => {
    const page = await open();
    await zonesColoured(page, manhattan());
    const { stream } = status;
    if (!stream.up) throw new Error("the fake status has a stream");
    // The fake refuses 99 shards: half of these, rounded up.
    status = { ...status, stream: { up: true, value: { ...stream.value, openShards: 198 } } };
    await page.getByText("198 shards", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Halve the shards" }).click();
    await page.getByText("The stream can get 1 to 4 shards.").waitFor();
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
    await page.getByText("Waiting for data: the Flink job is not up yet").waitFor();
    await zonesColoured(page, 0);
    expect(await page.locator("main").innerText()).to.include("No results yet");
    expect(complaints).to.deep.equal([]);
  });

  it("says that it is disconnected, and comes back by itself", async () => {
    const page = await open();
    await page.getByText("Live", { exact: true }).waitFor();
    const port = Number(new URL(server.url).port);
    await server.close();
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
  ] as const) {
    it(`fits ${name} and passes the accessibility rules with ${workload} in the ${scheme} scheme`, async () => {
      if (workload === "trades") status = fakeTrades();
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

  it("has another look in the dark", async () => {
    const background = async (colorScheme: "light" | "dark") => {
      const page = await open({ ...DESKTOP, colorScheme });
      return page.evaluate<string>("getComputedStyle(document.body).backgroundColor");
    };
    expect(await background("light")).not.to.equal(await background("dark"));
  });
});
