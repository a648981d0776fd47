import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { filesIn, projectFolder } from "../machine/project";

/** Whatever decides a plan of the stack local, in the project. */
const SOURCES = [
  "capacity",
  "infra",
  "local/engine",
  "local/provider",
  "policies",
  "producer",
  "workloads",
  "flink-job/src",
  "Pulumi.yaml",
  "Pulumi.local.yaml",
  "package-lock.json",
].map((name) => path.join(projectFolder, name));

/**
 * Memory of the last plan of a configuration that the policies accepted: an unchanged program is not planned again before
 * it is deployed.
 *
 * @param config of the stack, over its file
 * @param inputs files and folders that decide the plan, too, such as the jar
 * @param folder with a file per configuration
 */
export function acceptedPlan(
  config: object,
  inputs: readonly string[],
  folder = path.join(projectFolder, ".local", "accepted-plans"),
) {
  const configuration = createHash("sha256").update(JSON.stringify(config)).digest("hex");
  const file = path.join(folder, configuration);
  const hash = createHash("sha256").update(configuration);
  for (const source of [...SOURCES, ...inputs]) {
    for (const name of statSync(source).isDirectory() ? filesIn(source) : [source]) {
      const { size, mtimeMs } = statSync(name);
      hash.update(`${name} ${size} ${mtimeMs}\n`);
    }
  }
  const key = hash.digest("hex");
  return {
    isAccepted: existsSync(file) && readFileSync(file, "utf8") === key,
    accept(): void {
      mkdirSync(folder, { recursive: true });
      writeFileSync(file, key);
    },
  };
}
