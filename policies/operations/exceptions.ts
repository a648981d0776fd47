import { configuredExceptions, stackPolicy, typesPolicy } from "../engine/policy";
import { exceptionLimits, wholeStack } from "../engine/violation";

export const exceptionRules = typesPolicy("exception-limits", [], {
  isGeneral: true,
  check(_resource, limits) {
    // The first policy of the pack: the others apply its settings to their own exceptions.
    Object.assign(exceptionLimits, limits);
    return [];
  },
});

export const unusedExceptions = stackPolicy("exception-unused", [], {
  isGeneral: true,
  *check(resources) {
    const [first] = resources;
    const names = new Set([...resources.flatMap(({ name, urn }) => [name, urn]), wholeStack]);
    for (const [policy, exceptions] of configuredExceptions) {
      for (const { resource } of exceptions.filter((one) => !names.has(one.resource))) {
        if (first) {
          yield { resource: first, fact: `an exception of ${policy} names ${resource}` };
        }
      }
    }
  },
});
