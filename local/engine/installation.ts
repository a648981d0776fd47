import { PulumiCommand } from "@pulumi/pulumi/automation";
import { existsSync, mkdirSync, realpathSync, renameSync, rmSync, symlinkSync } from "node:fs";
import path from "node:path";
import { runCommand } from "../machine/command";
import { toolsFolder } from "../machine/project";

/** Version that is built where there is no engine; go.mod names the same. */
const VERSION = "3.255.0";
/** Since this version options can be given as environment variables. */
const OLDEST = "3.208.0";

const NEEDED =
  `The Pulumi engine is needed: install the pulumi command, version ${OLDEST} or newer ` +
  "(https://www.pulumi.com/docs/install/), or Go (https://go.dev/doc/install), with which it is built once.";

/** What keeps the engine from being found or built, with the fix; undefined when nothing does. */
export async function engineProblem(tools = toolsFolder): Promise<string | undefined> {
  if (existsSync(path.join(tools, `pulumi-${VERSION}`, "pulumi"))) return undefined;
  const folders = (process.env["PATH"] ?? "").split(path.delimiter);
  const hasGo = folders.some((folder) => existsSync(path.join(folder, "go")));
  return hasGo || (await onPath()) !== undefined ? undefined : NEEDED;
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

/**
 * The `pulumi` command on PATH, else one that was built from its Go module under .tools/, which takes
 * about three minutes the first time.
 *
 * @throws when there is neither an engine nor Go to build it, or when the build fails.
 */
export async function findEngine(args: FindEngineArgs = {}): Promise<Engine> {
  const installed = await onPath();
  if (installed) return withPolicyHost(installed.command, installed.folder);
  const folder = path.join(toolsFolder, `pulumi-${VERSION}`);
  const binary = path.join(folder, "pulumi");
  if (!existsSync(binary)) await build(binary, args);
  // The Automation API looks for bin/pulumi below a folder.
  const bin = path.join(folder, "bin");
  if (!existsSync(bin)) symlinkSync(".", bin);
  return withPolicyHost(await PulumiCommand.get({ root: folder }), folder);
}

async function onPath(): Promise<{ command: PulumiCommand; folder: string } | undefined> {
  const folder = (process.env["PATH"] ?? "")
    .split(path.delimiter)
    .find((entry) => existsSync(path.join(entry, "pulumi")));
  if (folder === undefined) return undefined;
  try {
    const command = await PulumiCommand.get();
    if ((command.version?.compare(OLDEST) ?? -1) < 0) return undefined;
    return { command, folder: path.dirname(realpathSync(path.join(folder, "pulumi"))) };
  } catch {
    // A command that cannot tell its version is no engine to rely on.
    return undefined;
  }
}

function withPolicyHost(command: PulumiCommand, folder: string): Engine {
  const hosts = ["pulumi-language-nodejs", "pulumi-analyzer-policy-nodejs"];
  const isComplete = hosts.some((host) => existsSync(path.join(folder, host)));
  return {
    command,
    ...(!isComplete && { policyHostFolder: path.join(__dirname, "policy-host") }),
  };
}

async function build(binary: string, { onProgress, signal }: FindEngineArgs): Promise<void> {
  onProgress?.(`Building the Pulumi engine ${VERSION} (once, about 3 minutes)`);
  mkdirSync(path.dirname(binary), { recursive: true });
  // Under a name of its own until it is whole, for another process may look for it meanwhile.
  const unfinished = `${binary}.${process.pid}`;
  const version = `github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=${VERSION}`;
  const flags = ["-o", unfinished, "-ldflags", `-s -w -X ${version}`];
  try {
    const args = ["build", ...flags, "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"];
    await runCommand("go", args, { cwd: __dirname, signal });
    renameSync(unfinished, binary);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    throw new Error(NEEDED, { cause: error });
  } finally {
    rmSync(unfinished, { force: true });
  }
}
