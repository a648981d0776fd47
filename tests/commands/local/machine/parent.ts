// A parent for the tests: starts a service, writes its pid into a file, and says so. Arguments: folder, file, script.
import { writeFileSync } from "node:fs";
import path from "node:path";
import { startProcess } from "../../../../local/machine/process";

const [folder = "", pidFile = "", script = ""] = process.argv.slice(2);
void startProcess({
  name: "Service",
  command: process.execPath,
  args: ["-e", script],
  logFile: path.join(folder, "service.log"),
  ready: /^ready/,
  timeoutSeconds: 30,
}).then(({ pid }) => {
  writeFileSync(pidFile, String(pid));
  console.log("started");
});
