import { isObject } from "../provider/values";

/**
 * What does not have the type that Pulumi.yaml declares for its key. The engine would name one such value at a time;
 * whatever it could take passes here.
 *
 * @param declared the section `config` of Pulumi.yaml.
 * @param config values by their full names.
 */
export function typeProblems(
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
