import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { buildSync, version } from "esbuild";

/** A Node.js program in one file. */
export interface Bundle {
  readonly text: string;
  /** SHA-256 of the text, 64 hexadecimal digits. */
  readonly sha256: string;
  /** Files that it is made of, as absolute paths. */
  readonly sources: readonly string[];
}

/** Values that a program finds as global constants, by name. */
export type Constants = Readonly<Record<string, unknown>>;

/**
 * Bundles a TypeScript program and everything it imports. The same sources give the same text on every machine, so
 * that only a change of the program shows up in a plan.
 * @throws Error of esbuild that names the file and line it stumbles over
 */
export function bundle(entryPath: string, constants: Constants = {}): Bundle {
  const { outputFiles, metafile } = buildSync({
    absWorkingDir: process.cwd(),
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
    metafile: true,
  });
  const text = outputFiles.map((file) => file.text).join("");
  // Constants are inputs, too, but no files: <define:NAME>.
  const sources = Object.keys(metafile.inputs)
    .filter((input) => !input.startsWith("<"))
    .map((file) => path.resolve(file));
  return { text, sha256: sha256(text), sources };
}

/** A {@link Bundle} in a file. */
interface BundleFile {
  readonly path: string;
  readonly sha256: string;
}

const files = new Map<string, BundleFile>();

/**
 * File with the {@link bundle} of a program, made again only when a source has changed. A file is uploaded as it is,
 * while text would be kept in every checkpoint of the stack.
 */
export function bundleFile(entryPath: string, constants?: Constants): BundleFile {
  const program = JSON.stringify([version, entryPath, constants]);
  const known = files.get(program);
  if (known !== undefined) return known;
  const folder = path.resolve("node_modules", ".cache", "streaming-pipeline");
  const record = path.join(folder, `${sha256(program)}.json`);
  const fileOf = (digest: string): string => path.join(folder, `${digest}.js`);
  let digest = recorded(record);
  if (digest === undefined || !existsSync(fileOf(digest))) {
    const made = bundle(entryPath, constants);
    digest = made.sha256;
    mkdirSync(folder, { recursive: true });
    write(fileOf(digest), made.text);
    const digests = made.sources.map((file) => [file, sha256(readFileSync(file))]);
    write(record, JSON.stringify({ digest, sources: Object.fromEntries(digests) as unknown }));
  }
  const file = { path: fileOf(digest), sha256: digest };
  files.set(program, file);
  return file;
}

/** Digest of the bundle that was made of sources as they are now. */
function recorded(record: string): string | undefined {
  try {
    const { digest, sources } = JSON.parse(readFileSync(record, "utf8")) as {
      readonly digest: string;
      readonly sources: Readonly<Record<string, string>>;
    };
    const isCurrent = Object.entries(sources).every(
      ([file, known]) => sha256(readFileSync(file)) === known,
    );
    return isCurrent ? digest : undefined;
  } catch {
    // A record or a source that cannot be read is none.
    return undefined;
  }
}

/** Complete from the first moment: another process may be about to read the file of this name. */
function write(file: string, text: string): void {
  const unfinished = `${file}.${process.pid}`;
  writeFileSync(unfinished, text);
  renameSync(unfinished, file);
}

/** SHA-256 in hexadecimal digits. */
export function sha256(content: string | Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}

/** Where the components are installed as a package, their functions lie compiled next to them. */
function sourceOf(entryPath: string): string {
  const compiled = entryPath.replace(/\.ts$/, ".js");
  return !existsSync(entryPath) && existsSync(compiled) ? compiled : entryPath;
}
