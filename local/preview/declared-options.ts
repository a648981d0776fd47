import * as pulumi from "@pulumi/pulumi";
import type { PulumiFn } from "@pulumi/pulumi/automation";
import { valueAt } from "./structure";

/** What a program's options say that the engine's plan leaves out; resources by {@link optionKey}. */
export class DeclaredOptions {
  readonly protectedResources = new Set<string>();
  /** Values that the program declares for properties whose changes it ignores, by path. */
  readonly ignored = new Map<string, Map<string, unknown>>();

  /**
   * The program, with its options noted as it runs.
   *
   * @param program
   * @param unprotect - leaves nothing protected, so that a plan of what comes next has every deletion.
   */
  watch(program: PulumiFn, { unprotect = false } = {}): PulumiFn {
    const isProtected = new WeakMap<pulumi.Resource, boolean>();
    return async () => {
      pulumi.runtime.registerStackTransformation(({ resource, type, name, props, opts }) => {
        const key = optionKey(type, name);
        const { protect = opts.parent && isProtected.get(opts.parent) } = opts;
        isProtected.set(resource, protect === true);
        if (protect === true) this.protectedResources.add(key);
        const { ignoreChanges = [] } = opts;
        if (ignoreChanges.length > 0) this.#noteIgnored(key, props, ignoreChanges);
        return unprotect ? { props, opts: { ...opts, protect: false } } : undefined;
      });
      return program();
    };
  }

  #noteIgnored(key: string, props: pulumi.Inputs, paths: readonly string[]): void {
    const values = new Map<string, unknown>();
    this.ignored.set(key, values);
    for (const path of paths) {
      const [property = path] = path.split(/[.[]/);
      // What is declared may be known only once other resources are.
      const declared = pulumi.output({ [property]: props[property] as unknown });
      declared.apply((value) => values.set(path, valueAt(value, path)));
    }
  }
}

/** Type and name, with which a URN ends. */
export function optionKey(type: string, name: string): string {
  return `${type}::${name}`;
}
