import { createHash } from "node:crypto";
import { existsSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
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

/** A {@link Bundle} in a file. */
interface BundleFile {
  readonly path: string;
  readonly sha256: string;
}

const files = new Map<string, BundleFile>();

/**
 * File with the {@link bundle} of a program, made once in a process. A file is uploaded as it is, while text would be
 * kept in every checkpoint of the stack.
 */
export function bundleFile(entryPath: string, constants?: Constants): BundleFile {
  const program = JSON.stringify([entryPath, constants]);
  const known = files.get(program);
  if (known !== undefined) return known;
  const { text, sha256 } = bundle(entryPath, constants);
  const folder = path.resolve("node_modules", ".cache", "streaming-pipeline");
  const file = { path: path.join(folder, `${sha256}.js`), sha256 };
  mkdirSync(folder, { recursive: true });
  // Complete from the first moment: another process may be about to read the file of this name.
  const unfinished = `${file.path}.${process.pid}`;
  writeFileSync(unfinished, text);
  renameSync(unfinished, file.path);
  files.set(program, file);
  return file;
}

/** Where the components are installed as a package, their functions lie compiled beside them. */
function sourceOf(entryPath: string): string {
  const compiled = entryPath.replace(/\.ts$/, ".js");
  return !existsSync(entryPath) && existsSync(compiled) ? compiled : entryPath;
}
