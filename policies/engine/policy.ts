import {
  type PolicyResource,
  type ReportViolation,
  type ResourceValidationArgs,
  type ResourceValidationPolicy,
  type StackValidationPolicy,
  validateResourceOfType,
} from "@pulumi/policy";
import type { CustomResourceOptions, Resource, Unwrap } from "@pulumi/pulumi";
import { exceptions } from "./exceptions";
import { Undecided } from "./known";
import { dropNulls } from "./nulls";
import { anchor, type PolicyText, reportTo, type Violation } from "./violation";
import { configuredValues, type Settings, type Values } from "./setting-schema";

export type { PolicyText, Violation };

interface Definition<S extends Settings> extends PolicyText {
  /** The policy's own settings; exceptions come by themselves. */
  readonly config?: S;
}

interface ResourceDefinition<Props, S extends Settings> extends Definition<S> {
  check(
    props: Props,
    config: Values<S>,
    resource: Pick<ResourceValidationArgs, "name" | "type" | "opts">,
  ): Iterable<Violation>;
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
      judge(definition, props, args, report);
    }),
  };
}

/**
 * A policy about the resources of several types, judged one by one.
 *
 * @param types type tokens such as aws:iam/role:Role
 */
export function typesPolicy<const S extends Settings>(
  types: readonly string[],
  definition: ResourceDefinition<Readonly<Record<string, unknown>>, S>,
): ResourcePolicy {
  const judged = new Set(types);
  return {
    ...metadata(definition),
    validateResource: (args, report) => {
      if (judged.has(args.type)) {
        judge(definition, args.props, args, report);
      } else {
        args.notApplicable(`It judges resources of other types than ${args.type}.`);
      }
    },
  };
}

/**
 * A policy about relations between resources, judged when the program has declared all of them.
 *
 * @param types type tokens of the resources that it is about; a stack without any of them is not judged. They see to
 * speed, too: the library unpacks every resource of the stack for each policy that it runs.
 */
export function stackPolicy<const S extends Settings>(
  types: readonly string[],
  definition: StackDefinition<S>,
): StackPolicy {
  const [onlyType, ...others] = types;
  const policy: StackPolicy = {
    ...metadata(definition),
    validateStack: (args, report) => {
      if (types.length > 0 && !args.resources.some(({ type }) => types.includes(type))) {
        args.notApplicable(`It judges stacks with resources of type ${types.join(", ")}.`);
      }
      const config = configuration(definition, args.getConfig());
      for (const { props } of args.resources) {
        dropNulls(props);
      }
      try {
        for (const violation of definition.check(args.resources, config.own)) {
          reportTo(report, definition, config.exceptions, violation.resource, violation);
        }
      } catch (error) {
        skipUndecided(error, (reason) => args.notApplicable(reason));
      }
    },
  };
  if (onlyType !== undefined && others.length === 0) {
    // As validateStackResourcesOfType does, which would pass on the resources of this type only.
    Object.assign(policy.validateStack, { __pulumiType: onlyType });
  }
  return policy;
}

function judge<Props, S extends Settings>(
  definition: ResourceDefinition<Props, S>,
  props: Props,
  args: ResourceValidationArgs,
  report: ReportViolation,
): void {
  const config = configuration(definition, args.getConfig());
  dropNulls(args.props);
  try {
    for (const violation of definition.check(props, config.own, args)) {
      reportTo(report, definition, config.exceptions, args, violation);
    }
  } catch (error) {
    skipUndecided(error, (reason) => args.notApplicable(reason));
  }
}

/** The engine counts the policy as one that did not apply then, and not as passed. */
function skipUndecided(error: unknown, notApplicable: (reason: string) => never): never {
  if (error instanceof Undecided) {
    return notApplicable(error.message);
  }
  throw error;
}

function metadata<S extends Settings>(definition: Definition<S>) {
  const { name, severity, rule, fix, controls = [] } = definition;
  return {
    text: definition,
    name,
    severity,
    description: rule,
    remediationSteps: fix,
    url: anchor(name),
    tags: [...controls],
    configSchema: { properties: { ...definition.config, exceptions } },
    ...(definition.level && { enforcementLevel: definition.level }),
  };
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
