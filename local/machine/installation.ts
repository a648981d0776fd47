import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { runCommand } from "./command";
import { archiveClasses, flinkOptions } from "./java";
import { isAlive } from "./process";
import { filesIn, projectFolder, toolsFolder } from "./project";

export type Progress = (text: string) => void;

const PROGRESS_MILLISECONDS = 10_000;

/** Something that is built from sources of this project once and then kept in .tools/. */
interface Tool {
  readonly title: string;
  readonly name: string;
  readonly sources: string;
  /** The command that puts the tool into `into`; what it leaves in `scratch` is removed. */
  readonly build: (
    sources: string,
    into: string,
    scratch: string,
  ) => { readonly command: string; readonly args: readonly string[] };
  readonly step: RegExp;
  /** Arguments of a short run in Java whose classes are archived; what it writes goes into `scratch`. @default none */
  readonly rehearsal?: (scratch: string) => readonly string[];
}

const cargoTool: Tool = {
  title: "the Kinesis server",
  name: "kinesis-server",
  sources: "local/kinesis-server",
  build: (sources, into, scratch) => {
    const folders = ["--path", sources, "--root", into, "--target-dir", scratch];
    return { command: "cargo", args: ["install", "--locked", "--no-track", ...folders] };
  },
  step: /^\s*Compiling /,
};

function mavenTool({
  properties = [],
  ...tool
}: Pick<Tool, "title" | "name" | "sources" | "rehearsal"> & {
  readonly properties?: readonly string[];
}): Tool {
  return {
    ...tool,
    build: (folder, into, scratch) => ({
      command: "mvn",
      args: [
        "--batch-mode",
        "-f",
        path.join(folder, "pom.xml"),
        "package",
        `-Dinstallation=${path.join(into, "lib")}`,
        `-Dscratch=${scratch}`,
        ...properties,
      ],
    }),
    step: /Downloaded from /,
  };
}

const flinkTool = {
  sources: "local/flink-runtime",
  rehearsal: () => [flinkOptions, "streaming.local.Rehearsal"],
};

export const tools = {
  kinesisServer: cargoTool,
  searchNode: mavenTool({
    title: "OpenSearch 2.19.5",
    name: "opensearch-2.19.5",
    sources: "local/search-node",
    // It ends as soon as it has started, for there is nothing on its standard input.
    rehearsal: (scratch) => ["streaming.local.SearchNode", "0", "0", scratch, scratch],
  }),
  flinkRuntime: mavenTool({ title: "Apache Flink 1.20.3", name: "flink-1.20.3", ...flinkTool }),
  flink2Runtime: mavenTool({
    title: "Apache Flink 2.2.1",
    name: "flink-2.2.1",
    properties: ["-Dflink.version=2.2.1"],
    ...flinkTool,
  }),
  javaProducers: mavenTool({
    title: "AWS's producers for Java",
    name: "kpl-1.1.1",
    sources: "bench/kpl",
  }),
} as const;

export type ToolName = keyof typeof tools;

export const localTools = ["kinesisServer", "searchNode", "flinkRuntime"] as const;

/** Folder of a tool, whether it is there yet or not: its sources decide, so that a change of them makes a new one. */
export function toolFolder(tool: ToolName): string {
  const { name, sources } = tools[tool];
  const hash = createHash("sha256");
  const folder = path.join(projectFolder, sources);
  const files = filesIn(folder).filter((file) => !path.relative(folder, file).startsWith("target"));
  for (const file of files.sort()) {
    hash.update(path.relative(folder, file)).update("\0").update(readFileSync(file)).update("\0");
  }
  return path.join(toolsFolder, `${name}-${hash.digest("hex").slice(0, 12)}`);
}

export function isInstalled(tool: ToolName): boolean {
  return existsSync(toolFolder(tool));
}

const installing = new Map<ToolName, Promise<string>>();

/** Folder of a tool, which is built if it is missing. @throws Error with the end of the build's output */
export function install(
  tool: ToolName,
  onProgress: Progress,
  signal?: AbortSignal,
): Promise<string> {
  const running =
    installing.get(tool) ??
    prepared(tool, onProgress, signal).finally(() => {
      installing.delete(tool);
    });
  installing.set(tool, running);
  return running;
}

async function prepared(
  tool: ToolName,
  onProgress: Progress,
  signal?: AbortSignal,
): Promise<string> {
  const folder = await built(tool, onProgress, signal);
  const { rehearsal } = tools[tool];
  if (rehearsal === undefined) return folder;
  const scratch = `${folder}.build-${process.pid}`;
  try {
    // After it is in place: the archive holds for the paths of the jars.
    await archiveClasses(folder, rehearsal(scratch), scratch, signal);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  return folder;
}

async function built(tool: ToolName, onProgress: Progress, signal?: AbortSignal): Promise<string> {
  const folder = toolFolder(tool);
  if (existsSync(folder)) return folder;
  const { title, sources, build, step } = tools[tool];
  onProgress(`building ${title}, once`);
  removeBrokenOff();
  // Put in place by one rename: a build that was broken off is never taken for a tool.
  const partial = `${folder}.partial-${process.pid}`;
  const scratch = `${folder}.build-${process.pid}`;
  try {
    mkdirSync(partial, { recursive: true });
    const { command, args } = build(path.join(projectFolder, sources), partial, scratch);
    await runCommand(command, args, { signal, onLine: partsOf(title, step, onProgress) });
    try {
      renameSync(partial, folder);
    } catch (error) {
      // Another run has built it meanwhile.
      if (!existsSync(folder)) throw error;
    }
  } finally {
    rmSync(partial, { recursive: true, force: true });
    rmSync(scratch, { recursive: true, force: true });
  }
  return folder;
}

/** Reports now and then how many lines of a build's output are a step of it. */
export function partsOf(title: string, step: RegExp, onProgress: Progress): (line: string) => void {
  const begun = performance.now();
  let parts = 0;
  let reported = begun;
  return (line) => {
    if (!step.test(line)) return;
    parts += 1;
    const now = performance.now();
    if (now - reported < PROGRESS_MILLISECONDS) return;
    reported = now;
    onProgress(`building ${title}: ${parts} parts after ${Math.round((now - begun) / 1000)} s`);
  };
}

function removeBrokenOff(): void {
  if (!existsSync(toolsFolder)) return;
  for (const name of readdirSync(toolsFolder)) {
    const [, pid] = /\.(?:partial|build)-(\d+)$/.exec(name) ?? [];
    if (pid === undefined || isAlive(Number(pid))) continue;
    rmSync(path.join(toolsFolder, name), { recursive: true, force: true });
  }
}
