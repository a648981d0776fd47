import { join } from "node:path";
import { isStale } from "../machine/project";

const PAGE_FOLDER = join(__dirname, "../page");
/** The built page: index.html and its assets. */
export const PAGE_DIST = join(PAGE_FOLDER, "dist");

/** Builds the page into `local/page/dist`, unless what is there is newer than every source. */
export async function buildPage(): Promise<void> {
  if (!isStale(join(PAGE_DIST, "index.html"), PAGE_FOLDER)) return;
  // It takes a second to load, which most starts do without.
  const { build } = await import("vite");
  await build({
    root: PAGE_FOLDER,
    configFile: false,
    logLevel: "warn",
    // Relative addresses, and no inlined data: the page must live with a strict content security policy.
    base: "./",
    build: {
      outDir: PAGE_DIST,
      emptyOutDir: true,
      assetsInlineLimit: 0,
      modulePreload: false,
      target: "es2022",
    },
  });
}
