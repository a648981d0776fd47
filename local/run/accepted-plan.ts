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

/** Memory of the last plan of a configuration that the policies accepted: an unchanged program is not planned again before it is deployed. */
export class AcceptedPlan {
  readonly #file: string;
  readonly #key: string;

  /**
   * @param config of the stack, over its file
   * @param inputs files and folders that decide the plan, too, such as the jar
   * @param folder with a file per configuration
   */
  constructor(
    config: object,
    inputs: readonly string[],
    folder = path.join(projectFolder, ".local", "accepted-plans"),
  ) {
    const configuration = createHash("sha256").update(JSON.stringify(config)).digest("hex");
    this.#file = path.join(folder, configuration);
    const hash = createHash("sha256").update(configuration);
    for (const source of [...SOURCES, ...inputs]) {
      for (const name of statSync(source).isDirectory() ? filesIn(source) : [source]) {
        const { size, mtimeMs } = statSync(name);
        hash.update(`${name} ${size} ${mtimeMs}\n`);
      }
    }
    this.#key = hash.digest("hex");
  }

  get isAccepted(): boolean {
    return existsSync(this.#file) && readFileSync(this.#file, "utf8") === this.#key;
  }

  accept(): void {
    mkdirSync(path.dirname(this.#file), { recursive: true });
    writeFileSync(this.#file, this.#key);
  }
}
