import { execFile } from "node:child_process";
import { access, constants, statfs } from "node:fs/promises";
import { promisify } from "node:util";
import { pipelineJob } from "./job-build";
import { isInstalled, localTools, type ToolName } from "./installation";
import { javaCommand } from "./java";
import { isStale, projectFolder } from "./project";

const run = promisify(execFile);
const MIN_JAVA = 17;
/** The oldest Rust that builds the Kinesis server, as its Cargo.toml says. */
const MIN_RUST_MINOR = 88;
const GIB = 1024 ** 3;
/** Indices, stream, checkpoints and logs of a run. */
const RUN_GIB = 2;
/** What a tool takes while it is built, with what its build downloads. */
const BUILD_GIB: Readonly<Record<ToolName, number>> = {
  kinesisServer: 1,
  searchNode: 0.5,
  flinkRuntime: 0.5,
  flink2Runtime: 0.5,
  javaProducers: 0.5,
};

const NO_MAVEN =
  "Maven (mvn) was not found; it fetches OpenSearch and Flink once and builds the job: install it (Debian: apt-get install maven; macOS: brew install maven).";

/** This machine does not allow a run; the message lists every reason with its fix. */
export class MachineError extends Error {}

/** What the machine looks like, as far as the local services care. */
export type Machine = typeof thisMachine;

const thisMachine = {
  java: async (): Promise<string> => (await run(javaCommand(), ["-version"])).stderr,
  mvn: async () => (await run("mvn", ["--version"])).stdout,
  cargo: async () => (await run("cargo", ["--version"])).stdout,
  isInstalled,
  isJobJarStale: (): boolean => isStale(pipelineJob.code, pipelineJob.sources),
  /** Rejects where the project's folder cannot be written. */
  writable: (): Promise<void> => access(projectFolder, constants.W_OK),
  /** On the disk of the project. */
  freeBytes: async (): Promise<number> => {
    const { bavail, bsize } = await statfs(projectFolder);
    return bavail * bsize;
  },
};

/** Everything that keeps the local services from running here, each with its fix; nothing when all is well. */
export async function preflight(machine: Machine = thisMachine): Promise<string[]> {
  // Whatever else is missing could not be built there.
  try {
    await machine.writable();
  } catch {
    return [
      `The folder ${projectFolder} cannot be written, where state and tools go; change its owner or copy the project.`,
    ];
  }
  const missing = localTools.filter((tool) => !machine.isInstalled(tool));
  const needsMaven =
    missing.includes("searchNode") || missing.includes("flinkRuntime") || machine.isJobJarStale();
  const problems = await Promise.all([
    javaProblem(machine),
    needsMaven
      ? machine.mvn().then(
          () => undefined,
          () => NO_MAVEN,
        )
      : undefined,
    missing.includes("kinesisServer") ? cargoProblem(machine) : undefined,
    diskProblem(machine, missing),
  ]);
  return problems.filter((problem) => problem !== undefined);
}

async function javaProblem({ java }: Machine): Promise<string | undefined> {
  const fix = `install a JDK ${MIN_JAVA} or newer (Debian: apt-get install openjdk-17-jdk-headless; macOS: brew install openjdk@17) or point JAVA_HOME at one.`;
  const output = await java().catch(() => undefined);
  if (output === undefined) return `Java was not found; ${fix}`;
  const [, version = "unknown"] = /version "([^"]+)"/.exec(output) ?? [];
  return Number.parseInt(version, 10) >= MIN_JAVA
    ? undefined
    : `Java is ${version}; OpenSearch and Flink need ${MIN_JAVA} or newer: ${fix}`;
}

async function cargoProblem({ cargo }: Machine): Promise<string | undefined> {
  const fix =
    "install it (Debian: apt-get install cargo-web; others: https://rustup.rs), only to build the Kinesis server once.";
  const output = await cargo().catch(() => undefined);
  if (output === undefined) return `Rust (cargo) was not found; ${fix}`;
  const [, version = "unknown", major, minor] = /((\d+)\.(\d+)\S*)/.exec(output) ?? [];
  return Number(major) > 1 || Number(minor) >= MIN_RUST_MINOR
    ? undefined
    : `cargo is ${version}; the Kinesis server needs 1.${MIN_RUST_MINOR} or newer: ${fix}`;
}

async function diskProblem(
  { freeBytes }: Machine,
  missing: readonly ToolName[],
): Promise<string | undefined> {
  const needed = missing.reduce((sum, tool) => sum + BUILD_GIB[tool], RUN_GIB);
  const free = (await freeBytes()) / GIB;
  return free >= needed
    ? undefined
    : `The disk of ${projectFolder} has ${free.toFixed(1)} GiB free; ${needed} GiB are needed: free some space, or remove .local and unused folders in .tools.`;
}
