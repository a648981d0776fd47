import type { ReportViolation, Severity } from "@pulumi/policy";
import manifest from "../package.json";
import { isSet } from "./known";
import type { Setting } from "./setting-schema";

/** What a policy says about itself, in the engine's output and in docs/policies.md. */
export interface PolicyText {
  /** Kebab case, `<service>-<thing>-<rule>`; a link into the documentation, so it never changes. */
  readonly name: string;
  readonly severity: Severity;
  /** The rule, as an imperative sentence. */
  readonly rule: string;
  /** Why the rule exists. */
  readonly reason: string;
  /** What violations break, which follows their facts. @default each says it */
  readonly limit?: string;
  /** What to do about a violation, as sentences. */
  readonly fix: string;
  /** Security Hub controls that the defaults satisfy, such as Kinesis.1. */
  readonly controls?: readonly string[];
  /** AWS page that the rule or its limits rest on. */
  readonly source?: string;
  /** For what a reader should know and need not act on. @default the pack's level, mandatory */
  readonly level?: "advisory";
  /** Whether it limits the sum over a stack, so that an exception may name {@link wholeStack}. */
  readonly isStackWide?: boolean;
}

/** How a resource breaks a rule; reads as "fact; limit". */
export interface Violation {
  readonly fact: string;
  /** @default the policy's own */
  readonly limit?: string;
  /** @default the policy's own */
  readonly fix?: string;
}

/** What a check finds: a violation, or its fact alone where limit and fix are the policy's own. */
export type Finding = string | Violation;

export function violationOf(finding: Finding): Violation {
  return typeof finding === "string" ? { fact: finding } : finding;
}

/** A violation unless a value is one of those allowed. */
export function mustBe(
  path: string,
  value: Value | undefined,
  ...allowed: readonly Value[]
): readonly Violation[] {
  return value !== undefined && allowed.includes(value)
    ? []
    : [{ fact: `${path} is ${value ?? "not set"}`, limit: `it must be ${allowed.join(" or ")}` }];
}

type Value = string | number | boolean;

/**
 * A fact unless a property is set; what is unknown in a preview is.
 *
 * @param path of `block` in the resource, for the message
 */
export function mustBeSet(
  block: object | undefined,
  property: string,
  path = "",
): readonly string[] {
  return isSet(block ?? {}, property) ? [] : [`${placeOf(path, property)} is not set`];
}

/** Where a property stands in a resource; the path of the resource itself is empty. */
export function placeOf(path: string, property: string): string {
  return path === "" ? property : `${path}.${property}`;
}

/** A violation unless a number is no higher than a limit. */
export function atMost(value: number, limit: number, fact: string, unit = "") {
  return unless(value <= limit, fact, `the limit is ${limit} ${unit}`);
}

/** A violation unless a number is no lower than a limit. */
export function atLeast(value: number, limit: number, fact: string, unit = "") {
  return unless(value >= limit, fact, `the least is ${limit} ${unit}`);
}

/** A violation unless a number is in a range, both ends allowed. */
export function within(
  value: number | undefined,
  [least, most]: readonly [least: number, most: number],
  fact: string,
  unit = "",
) {
  const isWithin = value !== undefined && value >= least && value <= most;
  return unless(isWithin, fact, `the limit is ${least} to ${most} ${unit}`);
}

/** What the first of some checks finds that finds anything. */
export function firstOf(...checks: readonly (readonly Finding[])[]): readonly Finding[] {
  return checks.find((found) => found.length > 0) ?? [];
}

function unless(isRight: boolean, fact: string, limit: string): readonly Violation[] {
  return isRight ? [] : [{ fact, limit: limit.trimEnd() }];
}

/** Page of the documentation of a policy, in the version of the pack. */
export function anchor(name: string): string {
  return `${manifest.homepage}#${name}`;
}

/** Limits of every exception; the policy exception-limits sets them before others judge. */
export const exceptionLimits = { warnDays: 14, maxExceptionDays: 366, ticketPattern: "" };

/** The resource of an exception from a limit on the sum over a stack. */
export const wholeStack = "<stack>";

/** Reports a violation, or advises of it where it is excepted. */
export function reportTo(
  report: ReportViolation,
  { name, rule, isStackWide = false, ...own }: PolicyText,
  all: readonly Exception[],
  resource: { readonly name: string; readonly urn: string },
  violation: Violation,
): void {
  const { fact, limit = "", fix } = { ...own, ...violation };
  const message = `${resource.name}: ${fact}; ${limit}. ${fix} See ${anchor(name)}.`;
  const names = [resource.name, resource.urn, ...(isStackWide ? [wholeStack] : [])];
  const exception = findException(all, names);
  const problem = exception && exceptionProblem(exception, new Date());
  if (exception === undefined || problem !== undefined) {
    report(problem === undefined ? message : `${message} ${problem}`, resource.urn);
    return;
  }
  const days = daysUntil(exception.expires, new Date());
  const warning =
    days > exceptionLimits.warnDays
      ? ""
      : ` Only ${days} days are left: fix the resource or renew the exception.`;
  // The engine accepts, besides a message, a diagnostic with a level of its own.
  (report as unknown as (diagnostic: object) => void)({
    message: `${rule}\nExcepted until ${exception.expires} (${exception.reason}).${warning} ${message}`,
    urn: resource.urn,
    enforcementLevel: "advisory",
  });
}

/** Why an exception does not hold, as a sentence. */
function exceptionProblem({ expires, reason }: Exception, now: Date): string | undefined {
  const { maxExceptionDays, ticketPattern } = exceptionLimits;
  const days = daysUntil(expires, now);
  if (days < 0) {
    return `Its exception ended on ${expires} (${reason}).`;
  }
  if (days > maxExceptionDays) {
    return `Its exception must end within ${maxExceptionDays} days; got ${expires}.`;
  }
  return new RegExp(ticketPattern).test(reason)
    ? undefined
    : `The reason of its exception must match ${ticketPattern}; got ${reason}.`;
}

/** Leave to break one policy with one resource until a day. */
export interface Exception {
  /** Name of the resource in the program, its URN where the name is not unique, or {@link wholeStack}. */
  readonly resource: string;
  /** Reason, for reviewers. */
  readonly reason: string;
  /** Last day of the exception, YYYY-MM-DD, in UTC. */
  readonly expires: string;
}

/** The setting that every policy has besides its own. */
export const exceptions: Setting<readonly Exception[]> = {
  description: "Resources that may break this policy until a day, with the reason.",
  default: [],
  type: "array",
  items: {
    type: "object",
    required: ["resource", "reason", "expires"],
    additionalProperties: false,
    properties: {
      resource: { type: "string", minLength: 1 },
      reason: { type: "string", pattern: "\\S" },
      expires: { type: "string", format: "date", pattern: "^[0-9]{4}-[0-9]{2}-[0-9]{2}$" },
    },
  },
};

/** The exception of a resource by one of its names; the one that lasts longest where there are several. */
export function findException(
  all: readonly Exception[],
  names: readonly string[],
): Exception | undefined {
  return all
    .filter(({ resource }) => names.includes(resource))
    .sort((a, b) => b.expires.localeCompare(a.expires))[0];
}

/** Days from today to a day such as 2026-11-02, in UTC; negative once it is over. */
export function daysUntil(day: string, now: Date): number {
  return (Date.parse(day) - Date.parse(now.toISOString().slice(0, 10))) / 86_400_000;
}
