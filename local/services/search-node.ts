import path from "node:path";
import { install, type Progress } from "./installation";
import { javaCommand } from "./preflight";
import { type ProcessError, ServiceProcess } from "./process";
import type { ServiceFolders } from "./service-folders";

export interface SearchNodeOptions {
  readonly httpPort: number;
  readonly transportPort: number;
  readonly folders: ServiceFolders;
  readonly onProgress: Progress;
  readonly onExit: (exit: ProcessError) => void;
}

/** One OpenSearch node; indices survive a restart. */
export async function startSearchNode(options: SearchNodeOptions): Promise<ServiceProcess> {
  const { httpPort, transportPort, folders, onProgress, onExit } = options;
  const installation = await install("searchNode", onProgress);
  return ServiceProcess.start({
    name: "OpenSearch",
    command: javaCommand(),
    args: [
      ...["-Xms256m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"],
      ...["-XX:+ExitOnOutOfMemoryError", "-Dlog4j2.disable.jmx=true"],
      ...["-cp", path.join(installation, "lib", "*"), "streaming.local.SearchNode"],
      ...[String(httpPort), String(transportPort), folders.state("opensearch")],
    ],
    logFile: folders.log("opensearch"),
    pidFolder: folders.processes,
    ready: /^listening on/,
    timeoutSeconds: 120,
    onExit,
  });
}
