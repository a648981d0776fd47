import { execFileSync, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { StartError } from "./command";

/** Commands that a session with a stack's host needs, and where they come from. */
export const sessionTools = {
  pulumi: "https://www.pulumi.com/docs/install/",
  aws: "https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html",
  "session-manager-plugin":
    "https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-working-with-install-plugin.html",
};

/**
 * Outputs of a deployed stack.
 * @param what - that cannot start without them
 * @throws StartError when a command of a session is missing, or the outputs cannot be read
 */
export function stackOutputs(stack: string, what?: string): Readonly<Record<string, unknown>> {
  const missing = Object.entries(sessionTools).filter(([name]) => !isInstalled(name));
  if (missing.length > 0) {
    throw new StartError(
      missing.map(([name, link]) => `${name} is not installed. Install it: ${link}`),
      what,
    );
  }
  const args = ["stack", "output", "--json", "--stack", stack];
  try {
    const text = execFileSync("pulumi", args, {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
    return JSON.parse(text) as Record<string, unknown>;
  } catch (error) {
    throw new StartError([`The outputs of ${stack} cannot be read: ${String(error)}`], what);
  }
}

function isInstalled(name: string): boolean {
  const folders = (process.env["PATH"] ?? "").split(path.delimiter);
  return folders.some((folder) => existsSync(path.join(folder, name)));
}

interface Session {
  readonly region: string;
  readonly instanceId: string;
  readonly document: string;
  readonly parameters: Readonly<Record<string, readonly string[]>>;
  readonly profile: string | undefined;
}

/** Starts a session of Session Manager with an instance. */
export function startSession({ region, instanceId, document, parameters, profile }: Session) {
  return spawn(
    "aws",
    [
      ["ssm", "start-session", "--region", region, "--target", instanceId],
      ["--document-name", document, "--parameters", JSON.stringify(parameters)],
      // AWS_PROFILE alone would come after access keys of the environment.
      profile === undefined ? [] : ["--profile", profile],
    ].flat(),
    // A group of its own, as the plugin is a child of `aws` and acts on the interruption.
    { detached: true, stdio: ["pipe", "pipe", "inherit"] },
  );
}

/** Interrupts a session: the plugin ends a forwarded port, and sends Ctrl-C to a command. */
export function interrupt({ pid }: ReturnType<typeof startSession>): void {
  if (pid !== undefined) process.kill(-pid, "SIGINT");
}
