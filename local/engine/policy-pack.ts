import { buildSync } from "esbuild";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { policies as projectPolicies } from "../../policies/pack";
import { isStale, projectFolder } from "../machine/project";
import type { RunResult } from "./run-record";

/** A policy pack and the limits that it applies to one stack. */
export interface PolicyPack {
  /** In JavaScript: an engine without a language host starts no other. */
  readonly folder: string;
  /** JSON with the configuration of the policies. */
  readonly configFile: string;
  readonly policies: readonly {
    readonly name: string;
    readonly enforcementLevel?: string | undefined;
  }[];
}

const sources = path.join(projectFolder, "policies");

/** The project's own pack with the limits of a stack. */
export function projectPack(stack: string): PolicyPack {
  return {
    get folder() {
      return compiledPack(sources);
    },
    configFile: path.join(sources, `limits.${stack}.json`),
    policies: projectPolicies,
  };
}

/** Folder of a pack in JavaScript. Of its sources the engine would check the types in each operation, for ten seconds. */
export function compiledPack(sources: string): string {
  const folder = path.join(projectFolder, ".local", path.relative(projectFolder, sources));
  if (!isStale(path.join(folder, "index.js"), sources)) return folder;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  // Each file is put in place by one rename, for another process may start the pack meanwhile.
  const put = (name: string, content: string | Uint8Array): void => {
    const unfinished = path.join(folder, `${name}.${process.pid}`);
    writeFileSync(unfinished, content);
    renameSync(unfinished, path.join(folder, name));
  };
  for (const name of ["PulumiPolicy.yaml", "README.md"]) {
    const source = path.join(sources, name);
    if (existsSync(source)) put(name, readFileSync(source));
  }
  const manifest = JSON.parse(readFileSync(path.join(sources, "package.json"), "utf8")) as object;
  put("package.json", JSON.stringify({ ...manifest, main: "index.js" }));
  const { outputFiles } = buildSync({
    entryPoints: [path.join(sources, "index.ts")],
    write: false,
    bundle: true,
    packages: "external",
    platform: "node",
    target: "node20",
    format: "cjs",
    logLevel: "silent",
  });
  for (const { contents } of outputFiles) put("index.js", contents);
  return folder;
}

/** What a run came to, with every policy of the pack. */
export interface OperationResult extends RunResult {
  readonly policies: readonly {
    readonly name: string;
    readonly enforcementLevel: string;
    /** A policy that applies to no resource of the program is passed. */
    readonly result: "passed" | "violated";
    /** How many resources it passed; a rule for the whole stack counts as one. */
    readonly passes: number;
  }[];
}

/** Policies with the strictest level of what they found: a configuration or an exception may lower the pack's own. */
export function withPolicies({ policies }: PolicyPack, result: RunResult): OperationResult {
  return {
    ...result,
    policies: policies.map(({ name, enforcementLevel = "mandatory" }) => {
      const levels = result.violations
        .filter((violation) => violation.name === name)
        .map((violation) => violation.enforcementLevel);
      const [found] = levels;
      return {
        name,
        enforcementLevel: levels.includes("mandatory") ? "mandatory" : (found ?? enforcementLevel),
        result: found === undefined ? "passed" : "violated",
        passes: result.passes[name] ?? 0,
      };
    }),
  };
}

/** What the engine says of policies that could not judge, in its own words; a plan with any of it is not accepted. */
export function unjudged({ violations, warnings }: RunResult): readonly string[] {
  return [...violations.map(({ message }) => message), ...warnings].filter((message) =>
    message.includes("can't run policy"),
  );
}
