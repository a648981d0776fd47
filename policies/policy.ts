import {
  type PolicyResource,
  type ReportViolation,
  type ResourceValidationPolicy,
  type Severity,
  type StackValidationPolicy,
  validateResourceOfType,
} from "@pulumi/policy";
import type { CustomResourceOptions, Resource, Unwrap } from "@pulumi/pulumi";
import { exceptions, findException, isExpired } from "./exceptions";
import { configuredValues, type Settings, type Values } from "./settings";

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
}

/** How a resource breaks a rule; reads as "fact; limit". */
export interface Violation {
  readonly fact: string;
  readonly limit: string;
  /** @default the policy's own */
  readonly fix?: string;
}

interface Definition<S extends Settings> extends PolicyText {
  /** The policy's own settings; exceptions come by themselves. */
  readonly config?: S;
}

interface ResourceDefinition<Props, S extends Settings> extends Definition<S> {
  check(props: Props, config: Values<S>, resource: { readonly name: string }): Iterable<Violation>;
}

interface StackDefinition<S extends Settings> extends Definition<S> {
  check(
    resources: readonly PolicyResource[],
    config: Values<S>,
  ): Iterable<Violation & { readonly resource: PolicyResource }>;
}

type ResourceClass<R extends Resource, Args> = new (
  name: string,
  args: Args,
  opts?: CustomResourceOptions,
) => R;

interface Documented {
  readonly text: PolicyText;
}

export type ResourcePolicy = ResourceValidationPolicy & Documented;
export type StackPolicy = StackValidationPolicy & Documented;
export type StreamingPolicy = ResourcePolicy | StackPolicy;

/** A policy about the resources of one class, judged one by one with the inputs that the program declares. */
export function resourcePolicy<R extends Resource, Args, const S extends Settings>(
  resourceClass: ResourceClass<R, Args>,
  definition: ResourceDefinition<Unwrap<NonNullable<Args>>, S>,
): ResourcePolicy {
  return {
    ...metadata(definition),
    validateResource: validateResourceOfType(resourceClass, (props, args, report) => {
      const config = configuration(definition, args.getConfig());
      for (const violation of definition.check(props, config.own, args)) {
        reportTo(report, definition, config.exceptions, args, violation);
      }
    }),
  };
}

/** A policy about relations between resources, judged when the program has declared all of them. */
export function stackPolicy<const S extends Settings>(definition: StackDefinition<S>): StackPolicy {
  return {
    ...metadata(definition),
    validateStack: (args, report) => {
      const config = configuration(definition, args.getConfig());
      for (const violation of definition.check(args.resources, config.own)) {
        reportTo(report, definition, config.exceptions, violation.resource, violation);
      }
    },
  };
}

function metadata<S extends Settings>(definition: Definition<S>) {
  const { name, severity, rule, fix, controls = [] } = definition;
  return {
    text: definition,
    name,
    severity,
    description: rule,
    remediationSteps: fix,
    url: documentation(name),
    tags: [...controls],
    configSchema: { properties: { ...definition.config, exceptions } },
  };
}

function documentation(name: string): string {
  return `docs/policies.md#${name}`;
}

function configuration<S extends Settings>(
  definition: Definition<S>,
  given: Readonly<Record<string, unknown>>,
) {
  const settings: Settings = { ...definition.config, exceptions };
  const values = configuredValues(definition.name, settings, given);
  return {
    own: values as Values<S>,
    exceptions: (values as Values<{ exceptions: typeof exceptions }>).exceptions,
  };
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

function reportTo(
  report: ReportViolation,
  { name, rule, fix }: PolicyText,
  all: Values<{ exceptions: typeof exceptions }>["exceptions"],
  resource: { readonly name: string; readonly urn: string },
  violation: Violation,
): void {
  const remedy = violation.fix ?? fix;
  const message = `${resource.name}: ${violation.fact}; ${violation.limit}. ${remedy} See ${documentation(name)}.`;
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
