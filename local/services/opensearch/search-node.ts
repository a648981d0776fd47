import { install, type Progress } from "../../machine/installation";
import { classPath, javaCommand } from "../../machine/java";
import { type ProcessError, type ServiceProcess, startProcess } from "../../machine/process";
import type { ServiceFolders } from "../../machine/service-folders";

export interface SearchNodeOptions {
  readonly httpPort: number;
  readonly transportPort: number;
  readonly folders: ServiceFolders;
  /** Fast after a minute instead of soon: for many documents a second, as in a benchmark. @default false */
  readonly sustained?: boolean;
  readonly onProgress: Progress;
  readonly onExit: (exit: ProcessError) => void;
}

export async function startSearchNode(options: SearchNodeOptions): Promise<ServiceProcess> {
  const { httpPort, transportPort, folders, sustained = false, onProgress, onExit } = options;
  // It mostly waits: quick to start matters more than fast code.
  const speed = sustained ? ["-Xmx1g"] : ["-Xmx512m", "-XX:TieredStopAtLevel=1"];
  const installation = await install("searchNode", onProgress);
  return startProcess({
    name: "OpenSearch",
    command: javaCommand(),
    args: [
      "-Xms256m",
      "-XX:+UseSerialGC",
      ...speed,
      "-XX:+ExitOnOutOfMemoryError",
      "-Dlog4j2.disable.jmx=true",
      ...classPath(installation),
      "streaming.local.SearchNode",
      String(httpPort),
      String(transportPort),
      folders.state("opensearch"),
      folders.state("s3"),
    ],
    logFile: folders.log("opensearch"),
    pidFolder: folders.processes,
    ready: /^listening on/,
    timeoutSeconds: 120,
    onExit,
  });
}
