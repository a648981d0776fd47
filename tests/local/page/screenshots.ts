/**
 * Takes the pictures of the page that the README shows, while `npm run local` runs: `npm run screenshots`, or with
 * `-- --help` how.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";

import { Command, InvalidArgumentError } from "commander";
import { applyPalette, GIFEncoder, type Palette, quantize } from "gifenc";
import { chromium, type Browser, type BrowserContextOptions, type Page } from "playwright-core";
import { PNG } from "pngjs";

import { runningPipeline } from "../../../local/run/run-file";
import { projectFolder } from "../../../local/machine/project";
import type { PipelineStatus } from "../../../local/status/pipeline-status";

interface Options {
  readonly url?: string;
  readonly out: string;
  readonly seconds: number;
  readonly chromium: string;
}

const desktop = { viewport: { width: 1440, height: 1230 } };
const phone = {
  viewport: { width: 390, height: 844 },
  deviceScaleFactor: 2,
  isMobile: true,
  hasTouch: true,
};
const pictures: readonly (readonly [name: string, context: BrowserContextOptions])[] = [
  ["light", { ...desktop, colorScheme: "light" }],
  ["dark", { ...desktop, colorScheme: "dark" }],
  ["phone", { ...phone, colorScheme: "light" }],
];

/** The moving picture: so many frames, one each so often, at two thirds of the size. */
const moving = { frames: 30, milliseconds: 500, deviceScaleFactor: 2 / 3 };
const colours = 128;

const POLL_MILLISECONDS = 500;

async function main(options: Options): Promise<void> {
  mkdirSync(options.out, { recursive: true });
  const url = options.url ?? runningPipeline().page;
  if (url === undefined) throw new Error("The pipeline that runs shows no page.");
  const { workload } = await withResults(url);
  const browser = await chromium.launch({
    executablePath: options.chromium,
    args: ["--no-sandbox"],
  });
  try {
    await takeAll(browser, url, workload.name, options);
  } finally {
    await browser.close();
  }
}

async function takeAll(
  browser: Browser,
  url: string,
  workload: string,
  { out, seconds }: Options,
): Promise<void> {
  // All are open at the same time, so that their charts show the same.
  const pages = await Promise.all(
    pictures.map(async ([name, context]): Promise<readonly [string, Page]> => {
      const page = await (await browser.newContext(context)).newPage();
      await page.goto(url);
      return [name, page];
    }),
  );
  // A chart needs something to show.
  await delay(1000 * seconds);
  await film(browser, url, path.join(out, `${workload}-moving.gif`));
  for (const [name, page] of pages) await take(page, path.join(out, `${workload}-${name}.png`));
  const [first] = pages;
  if (first !== undefined) {
    const [, page] = first;
    await page.getByLabel("Fault").selectOption("search-down");
    await page.getByRole("button", { name: "Inject" }).click();
    const verdict = page.locator(".verdict[data-level=problem]");
    await verdict.getByText(/^Results are .* behind/).waitFor();
    await take(page, path.join(out, `${workload}-fault.png`));
  }
}

/** Writes a GIF whose frames hold what has changed only. */
async function film(browser: Browser, url: string, file: string): Promise<void> {
  const { frames, milliseconds, deviceScaleFactor } = moving;
  const context = await browser.newContext({ ...desktop, deviceScaleFactor, colorScheme: "dark" });
  const page = await context.newPage();
  await page.goto(url);
  await delay(10 * milliseconds);
  const gif = GIFEncoder();
  let palette: Palette | undefined;
  let last: Uint8Array | undefined;
  for (let frame = 0; frame < frames; frame++) {
    const { data, width, height } = PNG.sync.read(await page.screenshot());
    palette ??= quantize(data, colours - 1);
    const shown = applyPalette(data, palette);
    const changed = shown.map((colour, at) => (colour === last?.[at] ? colours - 1 : colour));
    gif.writeFrame(changed, width, height, {
      ...(last === undefined && { palette: [...palette, [0, 0, 0]] }),
      delay: milliseconds,
      transparent: last !== undefined,
      transparentIndex: colours - 1,
      dispose: 1,
    });
    last = shown;
    await delay(milliseconds);
  }
  gif.finish();
  await context.close();
  writeFileSync(file, gif.bytes());
  console.log(path.relative(process.cwd(), file));
}

async function take(page: Page, file: string): Promise<void> {
  await page.screenshot({ path: file });
  console.log(path.relative(process.cwd(), file));
}

/** The first status with results of the workload. */
async function withResults(url: string): Promise<PipelineStatus> {
  for (;;) {
    const response = await fetch(new URL("status.json", url));
    const status = (await response.json()) as PipelineStatus;
    if (status.search.up) {
      const { demand, symbols } = status.search.value;
      if (demand || symbols?.length) return status;
    }
    await delay(POLL_MILLISECONDS);
  }
}

function watchTime(text: string): number {
  const seconds = Number(text);
  if (seconds >= 0 && seconds <= 600) return seconds;
  throw new InvalidArgumentError("It must be a number from 0 to 600.");
}

const command = new Command("npm run screenshots --")
  .description(
    "Takes the pictures of the page that the README shows, in light, dark, on a phone and during a fault.",
  )
  .option("--url <url>", "page of a pipeline (default: that of the one that runs)")
  .option("--out <folder>", "where the pictures go", path.join(projectFolder, "docs/images"))
  .option("--seconds <n>", "how long the page is watched before, 0 to 600", watchTime, 60)
  .option("--chromium <file>", "the browser", "/usr/bin/chromium")
  .action(main);

command.parseAsync().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
