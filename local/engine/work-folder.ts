import { dump, load } from "js-yaml";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { isObject } from "../provider/values";

/** Configuration by key; a key without a namespace belongs to the project. */
export type ConfigOverrides = Readonly<Record<string, unknown>>;

const SETTINGS = /^Pulumi(\..+)?\.yaml$/;

/**
 * A folder that looks to the engine like the project, with a stack file of its own: the engine writes
 * its secrets' salt there, and the project's stack file stays as it is.
 *
 * Everything else in the project's folder is linked, so that relative paths of assets hold.
 *
 * @param folder to make
 * @param root folder of the project: Pulumi.yaml and a file for each stack
 * @returns the project, and ESC environments that the stack's file imports, which are not opened here
 * @throws an error that lists the stacks when there is no such stack, one when neither its file nor the environment
 *   has a region, one that lists every secret of the stack's file that cannot be read here and was not overridden, and
 *   one that lists every value of the wrong type.
 */
export function makeWorkFolder(
  folder: string,
  root: string,
  stack: string,
  overrides: ConfigOverrides = {},
): { readonly project: string; readonly environments: readonly string[] } {
  const { name: project, config: declared } = settings(path.join(root, "Pulumi.yaml"));
  if (typeof project !== "string") throw new Error(`${root}/Pulumi.yaml has no name.`);
  const file = `Pulumi.${stack}.yaml`;
  if (!existsSync(path.join(root, file))) {
    throw new Error(
      `There is no stack "${stack}": ${root} has ${stackNames(root).join(", ")}; a stack is a file ${file}.`,
    );
  }
  const config = { ...configOf(path.join(root, file)) } as Record<string, unknown>;
  for (const [key, value] of Object.entries(overrides)) {
    config[key.includes(":") ? key : `${project}:${key}`] = value;
  }
  const secrets = Object.entries(config).filter(
    ([, value]) => isObject(value) && "secure" in value,
  );
  if (secrets.length > 0) {
    const keys = secrets.map(([key]) => key).join(", ");
    throw new Error(
      `${file} has secrets that cannot be read here: ${keys}. Override each of them.`,
    );
  }

  const problems = typeProblems(project, declared, config);
  if (problems.length > 0) {
    const lines = problems.map((problem) => `\n- ${problem}`).join("");
    throw new Error(
      `The configuration of the stack ${stack} has values of the wrong type:${lines}`,
    );
  }

  config["aws:region"] ??= environmentRegion();
  if (config["aws:region"] === undefined) {
    throw new Error(
      `The stack ${stack} has no region. Set aws:region in ${file}, such as us-east-1, or AWS_REGION in the environment.`,
    );
  }

  mkdirSync(folder, { recursive: true });
  const own = path.join(folder, file);
  const salt = existsSync(own) ? settings(own)["encryptionsalt"] : undefined;
  link(root, folder);
  copyFileSync(path.join(root, "Pulumi.yaml"), path.join(folder, "Pulumi.yaml"));
  writeFileSync(own, dump({ ...(salt !== undefined && { encryptionsalt: salt }), config }));
  const { environment } = settings(path.join(root, file));
  const imports = isObject(environment) ? (environment["imports"] ?? []) : (environment ?? []);
  const environments = (Array.isArray(imports) ? imports : [imports]).map(String);
  return { project, environments };
}

/** Names of a project's stacks, from its stack files. */
export function stackNames(root: string): string[] {
  return readdirSync(root)
    .map((name) => /^Pulumi\.(.+)\.yaml$/.exec(name)?.[1])
    .filter((name) => name !== undefined)
    .sort();
}

/** The region that a stack is deployed to. */
export function regionOf(root: string, stack: string, overrides: ConfigOverrides = {}): string {
  return stackValue(root, stack, "aws:region", overrides) ?? environmentRegion() ?? "us-east-1";
}

/** The region that the provider takes where a stack has none. */
function environmentRegion(): string | undefined {
  return [process.env["AWS_REGION"], process.env["AWS_DEFAULT_REGION"]].find(Boolean);
}

/** The folder of the workload of a stack, as it is configured. */
export function workloadOf(root: string, stack: string, overrides: ConfigOverrides = {}): string {
  const { name, config } = settings(path.join(root, "Pulumi.yaml"));
  const declared = isObject(config) && isObject(config["workload"]) ? config["workload"] : {};
  return (
    stackValue(root, stack, "workload", overrides) ??
    stackValue(root, stack, `${String(name)}:workload`, overrides) ??
    String(declared["default"])
  );
}

function stackValue(
  root: string,
  stack: string,
  key: string,
  overrides: ConfigOverrides,
): string | undefined {
  const value = { ...configOf(path.join(root, `Pulumi.${stack}.yaml`)), ...overrides }[key];
  return typeof value === "string" ? value : undefined;
}

/**
 * A configuration value from its text: as the project declares the key's type, else as text, with
 * JSON for lists and objects.
 */
export function configValue(root: string, key: string, text: string): unknown {
  const { name, config } = settings(path.join(root, "Pulumi.yaml"));
  const declared = isObject(config) ? config[key.replace(`${String(name)}:`, "")] : undefined;
  const type = isObject(declared) ? declared["type"] : /^[[{]/.test(text) ? "object" : "string";
  return type === "string" ? text : load(text);
}

function link(root: string, folder: string): void {
  for (const name of readdirSync(folder)) {
    if (!SETTINGS.test(name)) rmSync(path.join(folder, name), { recursive: true });
  }
  for (const name of readdirSync(root)) {
    // This folder may itself be in a hidden one of the project.
    if (!SETTINGS.test(name) && !name.startsWith("."))
      symlinkSync(path.join(root, name), path.join(folder, name));
  }
}

function configOf(file: string): ConfigOverrides {
  const { config } = settings(file);
  return isObject(config) ? config : {};
}

function settings(file: string): Readonly<Record<string, unknown>> {
  const content = load(readFileSync(file, "utf8"), { filename: file });
  return isObject(content) ? content : {};
}

/**
 * What does not have the type that Pulumi.yaml declares for its key. The engine would name one such value at a time;
 * whatever it could take passes here.
 *
 * @param declared the section `config` of Pulumi.yaml.
 * @param config values by their full names.
 */
function typeProblems(
  project: string,
  declared: unknown,
  config: Readonly<Record<string, unknown>>,
): string[] {
  return Object.entries(isObject(declared) ? declared : {}).flatMap(([key, declaration]) => {
    const name = key.includes(":") ? key : `${project}:${key}`;
    const value = config[name];
    if (value === undefined || value === null || !isObject(declaration)) return [];
    const type = String(declaration["type"]);
    const fits = forms[type];
    return fits === undefined || fits(value)
      ? []
      : [`${name} must be of type ${type}; got ${JSON.stringify(value)}`];
  });
}

/** Text may stand for every type: that is how the command line gives it. */
const forms: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: (value) => typeof value !== "object",
  integer: (value) => /^-?\d+$/.test(String(value)),
  boolean: (value) => /^(true|false)$/.test(String(value)),
  array: (value) => Array.isArray(value) || (typeof value === "string" && value.startsWith("[")),
};
