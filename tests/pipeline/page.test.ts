import { accessSync, constants } from "node:fs";

import axe, { type AxeResults } from "axe-core";
import { expect } from "chai";
import { chromium, type Browser, type BrowserContextOptions, type Page } from "playwright-core";

import { startPageServer, type PageServer } from "../../local/page-server";
import type { PipelineStatus } from "../../local/status/pipeline-status";
import { fakeStatus } from "../local/page/fake-status";

const CHROMIUM = "/usr/bin/chromium";
const COLOURED = 'path.zone[data-level]:not([data-level="0"])';
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
const DESKTOP = { viewport: { width: 1366, height: 900 } };
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
    },
  },
  job: { up: false, reason: "not started yet" },
  search: {
    up: true,
    value: { documents: {}, writes: 0, deadLetters: {}, demand: null, airports: [] },
  },
  rates: { recordsPut: null, recordsRead: null, writes: null },
  lag: { replaySeconds: null, consumerSeconds: null, watermarkSeconds: null },
  policies: [],
};

describe("the page in a browser", () => {
  let browser: Browser;
  let server: PageServer;
  let status: PipelineStatus;
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
    server = await startPageServer({
      port: 0,
      status: () => Promise.resolve(status),
      pollMilliseconds: 50,
    });
    return undefined;
  });
  beforeEach(() => {
    status = fakeStatus();
    complaints.length = 0;
  });
  afterEach(async () => {
    await Promise.all(pages.splice(0).map((page) => page.context().close()));
  });
  after(async () => {
    await (browser as Browser | undefined)?.close();
    await (server as PageServer | undefined)?.close();
  });

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
    expect(await page.locator(".top li").first().innerText()).to.match(/Union Sq[^]*116[^]*×2\.4/);
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
  });

  it("outlines the area that is chosen with the keyboard", async () => {
    const page = await open();
    await zonesColoured(page, manhattan());
    await page.getByRole("button", { name: /Union Sq/ }).focus();
    await page.keyboard.press("Enter");
    await page.locator("path.zone.selected").waitFor();
    expect(await page.getByRole("button", { pressed: true }).innerText()).to.include("Union Sq");
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
    server = await startPageServer({
      port,
      status: () => Promise.resolve(status),
      pollMilliseconds: 50,
    });
    await page.getByText("Live", { exact: true }).waitFor();
  });

  for (const scheme of ["light", "dark"] as const) {
    for (const [name, options] of [
      ["a phone", PHONE],
      ["a desktop", DESKTOP],
    ] as const) {
      it(`fits ${name} and passes the accessibility rules in the ${scheme} scheme`, async () => {
        const page = await open({ ...options, colorScheme: scheme, reducedMotion: "reduce" });
        await zonesColoured(page, manhattan());
        const width = await page.evaluate<number>("document.documentElement.scrollWidth");
        expect(width).to.equal(options.viewport.width);
        await page.evaluate(axe.source);
        const { violations } = await page.evaluate<AxeResults>("axe.run()");
        expect(violations.map(({ id, help }) => `${id}: ${help}`)).to.deep.equal([]);
        expect(complaints).to.deep.equal([]);
      });
    }
  }

  it("has another look in the dark", async () => {
    const background = async (colorScheme: "light" | "dark") => {
      const page = await open({ ...DESKTOP, colorScheme });
      return page.evaluate<string>("getComputedStyle(document.body).backgroundColor");
    };
    expect(await background("light")).not.to.equal(await background("dark"));
  });
});
