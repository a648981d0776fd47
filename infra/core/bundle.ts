import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { buildSync } from "esbuild";

/** A Node.js program in one file. */
export interface Bundle {
  readonly text: string;
  /** SHA-256 of the text, 64 hexadecimal digits. */
  readonly sha256: string;
}

/** Values that a program finds as global constants, by name. */
export type Constants = Readonly<Record<string, unknown>>;

/**
 * Bundles a TypeScript program and everything it imports. The same sources give the same text on every machine, so
 * that only a change of the program shows up in a plan.
 * @throws Error of esbuild that names the file and line it stumbles over
 */
export function bundle(entryPath: string, constants: Constants = {}): Bundle {
  const { outputFiles } = buildSync({
    entryPoints: [sourceOf(entryPath)],
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    minify: true,
    legalComments: "none",
    define: Object.fromEntries(
      Object.entries(constants).map(([name, value]) => [name, JSON.stringify(value)]),
    ),
    logLevel: "silent",
    write: false,
  });
  const text = outputFiles.map((file) => file.text).join("");
  return { text, sha256: createHash("sha256").update(text).digest("hex") };
}

const bundles = new Map<string, Bundle>();

/** As {@link bundle}, but each program once in a process: its sources do not change while a deployment is planned. */
export function bundleOnce(entryPath: string, constants?: Constants): Bundle {
  const program = JSON.stringify([entryPath, constants]);
  const known = bundles.get(program) ?? bundle(entryPath, constants);
  bundles.set(program, known);
  return known;
}

/** Where the components are installed as a package, their functions lie compiled beside them. */
function sourceOf(entryPath: string): string {
  const compiled = entryPath.replace(/\.ts$/, ".js");
  return !existsSync(entryPath) && existsSync(compiled) ? compiled : entryPath;
}
