import { configuredExceptions, stackPolicy, typesPolicy } from "../engine/policy";
import { integer, text } from "../engine/setting-schema";
import { exceptionLimits, wholeStack } from "../engine/violation";

const source = "https://www.pulumi.com/docs/insights/policy/";

export const exceptionRules = typesPolicy("exception-limits", [], {
  severity: "low",
  level: "advisory",
  isGeneral: true,
  rule: "Limit the exceptions of every policy.",
  reason: "An exception without an end or an owner is a policy that is switched off.",
  fix: "Let the exception end sooner, or name its ticket in the reason.",
  source,
  config: {
    warnDays: integer("Days before the end of an exception from which it is warned of.", 14, [0]),
    maxExceptionDays: integer("Most days from today to the end of an exception.", 366, [1]),
    ticketPattern: text(
      "Regular expression that the reason of an exception must match, such as OPS-[0-9]+. Empty for any reason.",
      "",
      "",
    ),
  },
  check(_resource, limits) {
    // The first policy of the pack: the others apply its settings to their own exceptions.
    Object.assign(exceptionLimits, limits);
    return [];
  },
});

export const unusedExceptions = stackPolicy("exception-unused", [], {
  severity: "low",
  level: "advisory",
  isGeneral: true,
  rule: "Name resources of the stack in exceptions.",
  reason: "An exception with a mistyped name excepts nothing, and one left behind hides the next.",
  fix: "Correct the name, or remove the exception.",
  source,
  *check(resources) {
    const [first] = resources;
    const names = new Set([...resources.flatMap(({ name, urn }) => [name, urn]), wholeStack]);
    for (const [policy, exceptions] of configuredExceptions) {
      for (const { resource } of exceptions.filter((one) => !names.has(one.resource))) {
        if (first) {
          yield {
            resource: first,
            fact: `an exception of ${policy} names ${resource}`,
            limit: "the stack has no such resource",
          };
        }
      }
    }
  },
});
