import { PulumiCommand } from "@pulumi/pulumi/automation";
import { existsSync, mkdirSync, realpathSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { version as VERSION } from "pulumi/package.json";
import { runCommand } from "../machine/command";
import { partsOf } from "../machine/installation";
import { toolsFolder } from "../machine/project";

/** Oldest usable version: the first that takes options as environment variables. */
const OLDEST = "3.208.0";
const DOWNLOAD = "https://get.pulumi.com";

/** What the stacks of this project hardly run and takes a third of the build: it is compiled as it stands. */
const UNOPTIMIZED = [
  "cloud.google.com/go",
  "github.com/Azure",
  "github.com/AzureAD",
  "github.com/alecthomas",
  "github.com/aws",
  "github.com/envoyproxy",
  "github.com/go-git",
  "github.com/pb33f",
  "google.golang.org/api",
];

const NEEDED =
  `The Pulumi CLI was not found and ${DOWNLOAD} cannot be reached. Install the pulumi command, version ${OLDEST} or ` +
  "newer (https://www.pulumi.com/docs/install/), or Go (https://go.dev/doc/install), which builds it once.";

/**
 * Reason why no engine can be found, downloaded or built, with the fix; undefined when there is a way.
 *
 * @param canDownload whether Pulumi's downloads can be reached
 */
export async function engineProblem(
  tools = toolsFolder,
  canDownload = (): Promise<boolean> =>
    fetch(`${DOWNLOAD}/install.sh`, { method: "HEAD" }).then(
      ({ ok }) => ok,
      () => false,
    ),
): Promise<string | undefined> {
  if (existsSync(path.join(builtFolder(tools), "pulumi")) || (await onPath())) return undefined;
  return onPathFolders("go").length > 0 || (await canDownload()) ? undefined : NEEDED;
}

/** The Pulumi engine and what it lacks. */
export interface Engine {
  readonly command: PulumiCommand;
  /** Folder to put on PATH so that the engine can start policy packs; absent when it can already. */
  readonly policyHostFolder?: string;
}

export interface FindEngineArgs {
  readonly onProgress?: ((message: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The engine of this process, looked for once: each look runs a command. */
let found: Engine | undefined;

/**
 * The `pulumi` command on PATH, else the one that the npm package `pulumi` downloads once. Where its downloads cannot
 * be reached, the engine is built from its Go module under .tools/, which takes minutes the first time.
 *
 * @throws when there is no engine, no download and no Go, or when the build fails.
 */
export async function findEngine(args: FindEngineArgs = {}): Promise<Engine> {
  return (found ??= await find(args));
}

async function find(args: FindEngineArgs): Promise<Engine> {
  const folder = builtFolder(toolsFolder);
  const built = async (): Promise<PulumiCommand> => {
    // The Automation API looks for bin/pulumi below a folder.
    const bin = path.join(folder, "bin");
    if (!existsSync(bin)) symlinkSync(".", bin);
    return PulumiCommand.get({ root: folder });
  };
  const binary = path.join(folder, "pulumi");
  const installed =
    (await onPath()) ?? (existsSync(binary) ? await built() : await downloaded(args));
  if (installed !== undefined) return withPolicyHost(installed);
  await build(binary, args);
  return withPolicyHost(await built());
}

function builtFolder(tools: string): string {
  return path.join(tools, `pulumi-${VERSION}`);
}

function onPathFolders(command: string): string[] {
  return (process.env["PATH"] ?? "")
    .split(path.delimiter)
    .filter((folder) => existsSync(path.join(folder, command)));
}

/** The newest enough command in a folder `bin` on PATH, the npm package's wrapper apart: it passes no signals on. */
async function onPath(): Promise<PulumiCommand | undefined> {
  for (const folder of onPathFolders("pulumi")) {
    if (path.basename(folder) !== "bin") continue;
    if (realpathSync(path.join(folder, "pulumi")).endsWith("run.js")) continue;
    // A command that cannot report its version is no engine to rely on.
    const command = await PulumiCommand.get({ root: path.dirname(folder) }).catch(() => undefined);
    if ((command?.version?.compare(OLDEST) ?? -1) >= 0) return command;
  }
  return undefined;
}

/** The CLI with its language hosts that the npm package keeps in its documented cache; undefined when it cannot. */
async function downloaded({
  onProgress,
  signal,
}: FindEngineArgs): Promise<PulumiCommand | undefined> {
  const home = process.env["PULUMI_HOME"] ?? path.join(homedir(), ".pulumi");
  const root = path.join(home, "versions", VERSION);
  if (!existsSync(root)) onProgress?.(`Downloading the Pulumi CLI ${VERSION}, once`);
  try {
    await runCommand(process.execPath, [require.resolve("pulumi/run.js"), "version"], { signal });
    return await PulumiCommand.get({ root });
  } catch {
    signal?.throwIfAborted();
    return undefined;
  }
}

function withPolicyHost(command: PulumiCommand): Engine {
  const folder = path.dirname(realpathSync(command.command));
  const hosts = ["pulumi-language-nodejs", "pulumi-analyzer-policy-nodejs"];
  const isComplete = hosts.some((host) => existsSync(path.join(folder, host)));
  return {
    command,
    ...(!isComplete && { policyHostFolder: path.join(__dirname, "policy-host") }),
  };
}

async function build(binary: string, { onProgress, signal }: FindEngineArgs): Promise<void> {
  const title = `the Pulumi engine ${VERSION}`;
  onProgress?.(`building ${title}, once`);
  mkdirSync(path.dirname(binary), { recursive: true });
  // Under a name of its own until it is whole, for another process may look for it meanwhile.
  const unfinished = `${binary}.${process.pid}`;
  const version = `github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=${VERSION}`;
  const flags = ["-v", "-o", unfinished, "-ldflags", `-s -w -X ${version}`];
  const unoptimized = UNOPTIMIZED.map((module) => `-gcflags=${module}/...=-N -l`);
  // The compiler spends a tenth of its time on collecting garbage by default.
  const env = { CGO_ENABLED: "0", GOGC: "400" };
  const onLine = onProgress && partsOf(title, /^[^\s:]+$/, onProgress);
  try {
    const args = ["build", ...flags, ...unoptimized, "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"];
    await runCommand("go", args, { cwd: __dirname, env, signal, ...(onLine && { onLine }) });
    renameSync(unfinished, binary);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    throw new Error(NEEDED, { cause: error });
  } finally {
    rmSync(unfinished, { force: true });
  }
}
