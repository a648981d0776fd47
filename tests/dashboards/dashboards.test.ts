import { jsonFilesOf } from "../../infra/core/json-files";
import { readFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { type Browser, chromium, type Page } from "playwright-core";
import { dashboardSources, importBody } from "../../infra/search/bootstrap/saved-objects";
import { documents } from "../support/dashboard-documents";
import { settingsFolders } from "../support/workloads";

const { SEARCH_URL, DASHBOARDS_URL, CHROMIUM = "/usr/bin/google-chrome" } = process.env;

const within = (name: string) => settingsFolders.map((folder) => path.join(folder, name));
const sources = dashboardSources(within("dashboards"));

/** What OpenSearch Dashboards shows where a visual fails. */
const failures = [
  ".vgaVis__message--err",
  ".visError",
  ".embPanel__error",
  "[data-test-subj=embeddableStackError]",
  ".euiToast--danger",
].join(", ");

/** Sends a request, and fails with the answer unless it succeeds. */
async function send(url: string, init: RequestInit): Promise<unknown> {
  const answer = await fetch(url, init);
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${text}`);
  return JSON.parse(text);
}

function put(url: string, body: string, method = "PUT"): Promise<unknown> {
  return send(url, { method, body, headers: { "content-type": "application/json" } });
}

describe("the dashboards in OpenSearch Dashboards", () => {
  let browser: Browser;

  before(async function () {
    if (SEARCH_URL === undefined || DASHBOARDS_URL === undefined) {
      if (process.env["CI"] !== undefined) throw new Error("Set SEARCH_URL and DASHBOARDS_URL");
      console.log("      skipped: SEARCH_URL and DASHBOARDS_URL have to name the two services");
      this.skip();
    }
    for (const file of jsonFilesOf(within("index-templates"))) {
      const name = path.basename(file, ".json");
      await put(`${SEARCH_URL}/_index_template/${name}`, readFileSync(file, "utf8"));
    }
    for (const [index, document] of Object.entries(documents)) {
      await put(`${SEARCH_URL}/${index}/_doc/one?refresh=true`, JSON.stringify(document));
    }
    const form = new FormData();
    form.append("file", new Blob([importBody(sources)]), "dashboards.ndjson");
    const imported = await send(`${DASHBOARDS_URL}/api/saved_objects/_import?overwrite=true`, {
      method: "POST",
      body: form,
      headers: { "osd-xsrf": "true" },
    });
    expect(imported).to.deep.include({ success: true, successCount: sources.length });
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
  });
  after(async () => {
    await (browser as Browser | undefined)?.close();
  });

  for (const source of sources) {
    if (source.type !== "dashboard") continue;
    const { id, panels } = source;
    it(`opens ${id}, and every one of its ${panels.length} visuals without an error`, async () => {
      const page = await browser.newPage({ viewport: { width: 1600, height: 2400 } });
      try {
        await open(page, id);
        const shown = page.locator("[data-test-subj=embeddablePanel]");
        await shown.nth(panels.length - 1).waitFor();
        await page
          .locator("[data-render-complete=true]")
          .nth(panels.length - 1)
          .waitFor();
        expect(await shown.count()).to.equal(panels.length);
        expect(await page.locator(failures).allTextContents()).to.deep.equal([]);
        for (const text of await shown.allTextContents()) {
          expect(text).not.to.match(/No results found|Could not locate|is now invalid/);
        }
      } finally {
        await page.close();
      }
    });
  }

  it("shows all of the data after a click on its times", async () => {
    const page = await browser.newPage({ viewport: { width: 1600, height: 2400 } });
    try {
      await open(page, "taxi", "from:'2019-03-01T00:00:00Z',to:'2019-03-02T00:00:00Z'");
      await page
        .locator(".vgaVis__view canvas, .vgaVis__view svg")
        .first()
        .click({
          position: { x: 60, y: 14 },
        });
      await page.waitForURL(/2019-03-01T18:00:00\.000Z.*2019-03-01T19:00:00\.000Z/);
    } finally {
      await page.close();
    }
  });
});

/** Opens a dashboard, with its own range of time or another. */
async function open(page: Page, id: string, time?: string): Promise<void> {
  const state = time ?? "from:'2019-03-01T17:00:00Z',to:'2019-03-01T20:00:00Z'";
  await page.goto(`${DASHBOARDS_URL}/app/dashboards#/view/${id}?_g=(time:(${state}))`);
}
