import type { ReportViolation, Severity } from "@pulumi/policy";
import { type Exception, findException, isExpired } from "./exceptions";

/** What a policy says about itself, in the engine's output and in docs/policies.md. */
export interface PolicyText {
  /** Kebab case, `<service>-<thing>-<rule>`; a link into the documentation, so it never changes. */
  readonly name: string;
  readonly severity: Severity;
  /** The rule, as an imperative sentence. */
  readonly rule: string;
  /** Why the rule exists. */
  readonly reason: string;
  /** What to do about a violation, as sentences. */
  readonly fix: string;
  /** Security Hub controls that the defaults satisfy, such as Kinesis.1. */
  readonly controls?: readonly string[];
  /** AWS page that the rule or its limits rest on. */
  readonly source?: string;
  /** For what a reader should know and need not act on. @default the pack's level, mandatory */
  readonly level?: "advisory";
}

/** How a resource breaks a rule; reads as "fact; limit". */
export interface Violation {
  readonly fact: string;
  readonly limit: string;
  /** @default the policy's own */
  readonly fix?: string;
}

/** Where a policy is documented. */
export function anchor(name: string): string {
  return `docs/policies.md#${name}`;
}

/**
 * The engine accepts a diagnostic as well as a message, with a level of its own; only the message is in its types.
 * That is how a violation that is excepted stays in the output of a mandatory policy.
 */
type ReportDiagnostic = (diagnostic: {
  readonly message: string;
  readonly urn: string;
  readonly enforcementLevel: "advisory";
}) => void;

/** Reports a violation, or advises of it where it is excepted. */
export function reportTo(
  report: ReportViolation,
  { name, rule, fix }: PolicyText,
  all: readonly Exception[],
  resource: { readonly name: string; readonly urn: string },
  violation: Violation,
): void {
  const remedy = violation.fix ?? fix;
  const message = `${resource.name}: ${violation.fact}; ${violation.limit}. ${remedy} See ${anchor(name)}.`;
  const exception = findException(all, resource);
  if (exception === undefined) {
    report(message, resource.urn);
  } else if (isExpired(exception, new Date())) {
    report(
      `${message} Its exception ended on ${exception.expires} (${exception.reason}).`,
      resource.urn,
    );
  } else {
    (report as unknown as ReportDiagnostic)({
      message: `${rule}\nExcepted until ${exception.expires} (${exception.reason}). ${message}`,
      urn: resource.urn,
      enforcementLevel: "advisory",
    });
  }
}
