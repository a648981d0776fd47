import { existsSync, mkdirSync, renameSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { runCommand } from "./command";

/** Options of Flink's JVMs. */
export const flinkOptions = `@${path.join(__dirname, "jvm.options")}`;

/** The Java that runs OpenSearch and Flink: that of JAVA_HOME, else the one on PATH. */
export function javaCommand(): string {
  const home = process.env["JAVA_HOME"];
  const command = home && path.join(home, "bin", "java");
  return command && existsSync(command) ? command : "java";
}

/** Class path of an installation, with the archive of its classes, from which a JVM starts in half of the time. */
export function classPath(installation: string): string[] {
  const archive = archiveOf(installation);
  const size = existsSync(archive) ? statSync(archive).size : 0;
  return [
    // An archive of another Java is ignored.
    ...(size > 0 ? [`-XX:SharedArchiveFile=${archive}`] : []),
    "-cp",
    path.join(installation, "lib", "*"),
  ];
}

/**
 * Archives the classes of an installation, once.
 *
 * @param rehearsal arguments of a short run that loads them
 * @param scratch folder for what the run writes
 */
export async function archiveClasses(
  installation: string,
  rehearsal: readonly string[],
  scratch: string,
  signal?: AbortSignal,
): Promise<void> {
  const archive = archiveOf(installation);
  if (existsSync(archive)) return;
  mkdirSync(scratch, { recursive: true });
  const partial = path.join(scratch, path.basename(archive));
  const args = [
    `-XX:ArchiveClassesAtExit=${partial}`,
    `-Djava.io.tmpdir=${scratch}`,
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    ...classPath(installation),
    ...rehearsal,
  ];
  // A Java that archives nothing starts without: an empty file keeps it from being tried again.
  await runCommand(javaCommand(), args, { signal }).catch(() => signal?.throwIfAborted());
  if (!existsSync(partial)) writeFileSync(partial, "");
  renameSync(partial, archive);
}

function archiveOf(installation: string): string {
  return path.join(installation, "classes.jsa");
}
