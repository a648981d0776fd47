import type * as pulumi from "@pulumi/pulumi";

/**
 * The arguments of a component that the engine records as its inputs, without those that are a matter of this machine,
 * such as paths of files, or of the order of things, which would show a change without a cause; and without secrets.
 */
export function componentInputs<Args extends object>(
  args: Args,
  ...left: readonly (keyof Args & string)[]
): Record<string, unknown> {
  const names: readonly string[] = left;
  return Object.fromEntries(Object.entries(args).filter(([name]) => !names.includes(name)));
}

/** Options of a child that, with `protectData`, is neither replaced nor deleted and stays when it leaves the program. */
export function keptChild(parent: pulumi.Resource, protectData = false) {
  return { parent, protect: protectData, retainOnDelete: protectData };
}
