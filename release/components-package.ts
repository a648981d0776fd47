import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { builtinModules } from "node:module";
import path from "node:path";
import own from "../package.json";
import entryPoints from "./entry-points.json";
import { versionOf } from "./version";

const root = path.resolve(__dirname, "..");

/** Data that components read or bundle: JSON and shell scripts, below these folders. */
const dataFolders = ["infra", "producer/schemas", "flink-job/src/main/resources"];

/**
 * Builds the package of the components: compiled, with types and with what they bundle at a deployment, below the same
 * folders as here. `entry-points.json` names the modules that can be imported, such as
 * `streaming-pipeline-components/event-stream`; no other module resolves.
 *
 * @param folder - that becomes the package; what is in it is gone.
 */
export function buildComponentsPackage(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  compile(folder);
  for (const data of dataFolders) {
    cpSync(path.join(root, data), path.join(folder, data), {
      recursive: true,
      filter: (source) => ["", ".json", ".sh"].includes(path.extname(source)),
    });
  }
  copyFileSync(path.join(root, "LICENSE"), path.join(folder, "LICENSE"));
  copyFileSync(path.join(root, "release/README.md"), path.join(folder, "README.md"));
  const manifest = manifestOf(folder);
  writeFileSync(path.join(folder, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
}

function compile(folder: string): void {
  const compiler = require.resolve("typescript/bin/tsc");
  const project = path.join(__dirname, "tsconfig.components.json");
  execFileSync(process.execPath, [compiler, "-p", project, "--outDir", folder], {
    stdio: ["ignore", "inherit", "inherit"],
  });
}

function manifestOf(folder: string): object {
  const changelog = readFileSync(path.join(root, "CHANGELOG.md"), "utf8");
  return {
    name: "streaming-pipeline-components",
    version: versionOf(changelog, own.version),
    description: "Pulumi components for streaming pipelines on AWS",
    keywords: ["pulumi", "aws", "kinesis", "flink", "firehose", "opensearch"],
    license: own.license,
    engines: own.engines,
    exports: {
      ...mapEntries((entry, module) => [
        `./${entry}`,
        { types: `./${module}.d.ts`, default: `./${module}.js` },
      ]),
      "./package.json": "./package.json",
    },
    // For compilers that do not read `exports`.
    typesVersions: { "*": mapEntries((entry, module) => [entry, [`${module}.d.ts`]]) },
    ...dependenciesOf(folder, own.dependencies),
  };
}

function mapEntries<Value>(
  map: (entry: string, module: string) => readonly [string, Value],
): Readonly<Record<string, Value>> {
  return Object.fromEntries(
    Object.entries(entryPoints).map(([entry, module]) => map(entry, module)),
  );
}

/** What the compiled modules load: Pulumi's packages as peers in a range, the others in the versions tested here. */
function dependenciesOf(folder: string, versions: Readonly<Record<string, string>>) {
  const names = new Set<string>();
  for (const file of compiledFiles(folder)) {
    const loads = readFileSync(file, "utf8").matchAll(/\b(?:require\(|from )"([^."][^"]*)"/g);
    for (const [, name = ""] of loads) {
      if (name.startsWith("node:") || builtinModules.includes(name)) continue;
      names.add(name.split("/", name.startsWith("@") ? 2 : 1).join("/"));
    }
  }
  const dependencies: Record<string, string> = {};
  const peerDependencies: Record<string, string> = {};
  for (const name of [...names].sort()) {
    const version = versions[name];
    if (version === undefined) {
      throw new Error(`The components load ${name}, which is not among the dependencies.`);
    }
    // One @pulumi/aws per program: a second one costs 84 MB and its resources are other classes.
    if (name.startsWith("@pulumi/")) peerDependencies[name] = `^${version}`;
    else dependencies[name] = version;
  }
  return { dependencies, peerDependencies };
}

function compiledFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(js|d\.ts)$/.test(entry.name))
    .map((entry) => path.join(entry.parentPath, entry.name));
}
