import {
  type PolicyConfigSchema,
  type PolicyResource,
  type ReportViolation,
  type ResourceValidationArgs,
  type ResourceValidationPolicy,
  type StackValidationPolicy,
} from "@pulumi/policy";
import type { CustomResourceOptions, Resource, Unwrap } from "@pulumi/pulumi";
import { controls } from "./controls.json";
import { Undecided } from "./known";
import { formsOf, isMapped, stackForms } from "./native-forms";
import { covers } from "./policy-document";
import { ofType } from "./relation";
import { typeToken } from "./sdk-types";
import { declaredInputs, dropComputed, dropUnset } from "./unset";
import {
  anchor,
  type Exception,
  exceptions,
  findException,
  type PolicyText,
  reportTo,
  type Violation,
} from "./violation";
import { configuredValues, type Settings, texts, type Values } from "./setting-schema";

export type { PolicyText, Violation };

interface Definition<S extends Settings> extends Omit<PolicyText, "name" | "severity"> {
  /** @default medium */
  readonly severity?: PolicyText["severity"];
  /** The policy's own settings; exempt and exceptions come by themselves. */
  readonly config?: S;
  /** Whether it judges something of every type, such as tags, which does not make a type one that is judged. */
  readonly isGeneral?: boolean;
}

interface ResourceDefinition<Props, S extends Settings> extends Definition<S> {
  /** Values of the properties that have one right value; enforcementLevel remediate sets them. */
  remedy?(
    props: Props,
    config: Values<S>,
    resource: Pick<ResourceValidationArgs, "type" | "urn">,
  ): Readonly<Record<string, unknown>>;
  check(
    props: Props,
    config: Values<S>,
    resource: Pick<ResourceValidationArgs, "name" | "type" | "opts" | "provider">,
  ): Iterable<Violation>;
}

interface StackDefinition<S extends Settings> extends Definition<S> {
  check(
    resources: readonly PolicyResource[],
    config: Values<S>,
  ): Iterable<Violation & { readonly resource: PolicyResource }>;
}

interface RelationDefinition<S extends Settings> extends Definition<S> {
  /** Violations of the subject, unless they name another resource. */
  check(
    subject: PolicyResource,
    resources: readonly PolicyResource[],
    config: Values<S>,
  ): Iterable<Violation & { readonly resource?: PolicyResource }>;
}

type ResourceClass<R extends Resource, Args> = new (
  name: string,
  args: Args,
  opts?: CustomResourceOptions,
) => R;

type Block = Readonly<Record<string, unknown>>;

/** A type as its token, such as aws:iam/role:Role, or as its class. */
type Type = string | object;

interface Documented {
  readonly text: PolicyText;
  /** Tokens of the types that the policy judges; none for one about every type. */
  readonly types: readonly string[];
  readonly isGeneral: boolean;
}

export type ResourcePolicy = ResourceValidationPolicy & Documented;
export type StackPolicy = StackValidationPolicy & Documented;
export type StreamingPolicy = ResourcePolicy | StackPolicy;

/** A policy about the resources of one class, judged one by one with the inputs that the program declares. */
export function resourcePolicy<R extends Resource, Args, const S extends Settings>(
  name: string,
  resourceClass: ResourceClass<R, Args>,
  definition: ResourceDefinition<Unwrap<NonNullable<Args>>, S>,
): ResourcePolicy {
  // The engine hands over properties as the class has them.
  return typesPolicy(name, [resourceClass], definition as unknown as ResourceDefinition<Block, S>);
}

/**
 * A policy about the resources of several types, judged one by one.
 *
 * @param judgedTypes none for every type
 */
export function typesPolicy<const S extends Settings>(
  name: string,
  judgedTypes: readonly Type[],
  definition: ResourceDefinition<Block, S>,
): ResourcePolicy {
  const types = judgedTypes.map(tokenOf);
  const judged = new Set(types);
  const text = { name, severity: "medium" as const, ...definition };
  const validateResource: ResourcePolicy["validateResource"] = (args, report) => {
    if (types.length === 0) {
      declaredInputs.set(args.urn, args.props);
    }
    mappedSeen ||= isMapped(args.type, args.props);
    const forms = formsOf(args).filter(({ type }) => types.length === 0 || judged.has(type));
    if (forms.length === 0) {
      args.notApplicable(`It judges resources of other types than ${args.type}.`);
    }
    for (const { type, props } of forms) {
      judge(text, { ...args, type, props }, report);
    }
  };
  passOver(validateResource, types);
  const remediateResource: ResourcePolicy["remediateResource"] = (args) =>
    judged.has(args.type) ? remediated(text, args) : undefined;
  return {
    ...metadata(text),
    types,
    validateResource,
    ...(definition.remedy && { remediateResource }),
  };
}

/** The properties with the values of the remedy; nothing where they have them already. */
function remediated<S extends Settings>(
  text: PolicyText & ResourceDefinition<Block, S>,
  args: ResourceValidationArgs,
): Record<string, unknown> | undefined {
  const config = configuration(text, args.getConfig());
  if (
    covers(config.exempt, args.name) ||
    findException(config.exceptions, [args.name, args.urn]) !== undefined
  ) {
    return undefined;
  }
  const isChanged = merge(args.props, text.remedy?.(args.props, config, args) ?? {});
  return isChanged ? args.props : undefined;
}

/** Sets values in a block, those of blocks one by one; whether one of them is new. */
function merge(block: Record<string, unknown>, values: Block): boolean {
  let isChanged = false;
  for (const [name, value] of Object.entries(values)) {
    if (value instanceof Object) {
      isChanged = merge((block[name] ??= {}) as typeof block, value as Block) || isChanged;
    } else {
      isChanged ||= block[name] !== value;
      block[name] = value;
    }
  }
  return isChanged;
}

/** Whether a resource of a provider other than @pulumi/aws was seen that is judged by its form there. */
let mappedSeen = false;

/** Lets the library skip other types than the only one, until a resource of another provider is seen. */
function passOver(validate: object, [onlyType, ...others]: readonly string[]): void {
  if (onlyType !== undefined && others.length === 0) {
    Object.defineProperty(validate, "__pulumiType", {
      get: () => (mappedSeen ? undefined : onlyType),
    });
  }
}

function tokenOf(type: Type): string {
  return typeof type === "string" ? type : typeToken(type);
}

/**
 * A policy about relations between resources, judged when the program has declared all of them.
 *
 * @param judgedTypes of the resources that it is about; a stack without any of them is not judged
 */
export function stackPolicy<const S extends Settings>(
  name: string,
  judgedTypes: readonly Type[],
  definition: StackDefinition<S>,
): StackPolicy {
  const types = judgedTypes.map(tokenOf);
  const text = { name, severity: "medium" as const, ...definition };
  const policy: StackPolicy = {
    ...metadata(text),
    types,
    validateStack: (args, report) => {
      for (const { urn, props } of args.resources) {
        dropComputed(props, declaredInputs.get(urn));
      }
      const resources = stackForms(args.resources);
      if (types.length > 0 && !resources.some(({ type }) => types.includes(type))) {
        args.notApplicable(`It judges stacks with resources of type ${types.join(", ")}.`);
      }
      const config = configuration(text, args.getConfig());
      for (const { props } of resources) {
        dropUnset(props);
      }
      try {
        for (const violation of definition.check(resources, config)) {
          if (!covers(config.exempt, violation.resource.name)) {
            reportTo(report, text, config.exceptions, violation.resource, violation);
          }
        }
      } catch (error) {
        skipUndecided(error, (reason) => args.notApplicable(reason));
      }
    },
  };
  // As validateStackResourcesOfType does, which would pass on the resources of this type only.
  passOver(policy.validateStack, types);
  return policy;
}

/** A policy about the resources of one class, each judged with the others of its stack. */
export function relationPolicy<const S extends Settings>(
  name: string,
  subject: Parameters<PolicyResource["isType"]>[0],
  definition: RelationDefinition<S>,
): StackPolicy {
  return stackPolicy(name, [subject], {
    ...definition,
    *check(resources, config) {
      for (const resource of ofType(resources, subject)) {
        for (const violation of definition.check(resource, resources, config)) {
          yield { resource, ...violation };
        }
      }
    },
  });
}

/** Resources as they were judged last, by URN. */
export const judgedForms = new Map<string, Pick<ResourceValidationArgs, "type" | "props">>();

/** The resources of a class that were declared so far, for a limit on their sum. */
export function judgedSoFar<R extends Resource, Args>(
  resourceClass: ResourceClass<R, Args>,
): readonly Unwrap<NonNullable<Args>>[] {
  const type = typeToken(resourceClass);
  const forms = [...judgedForms.values()].filter((one) => one.type === type);
  return forms.map(({ props }) => props as Unwrap<NonNullable<Args>>);
}

function judge<S extends Settings>(
  definition: PolicyText & ResourceDefinition<Block, S>,
  args: ResourceValidationArgs,
  report: ReportViolation,
): void {
  const config = configuration(definition, args.getConfig());
  if (covers(config.exempt, args.name)) {
    return;
  }
  dropUnset(args.props);
  judgedForms.set(args.urn, args);
  try {
    for (const violation of definition.check(args.props, config, args)) {
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

function metadata<S extends Settings>(definition: PolicyText & Definition<S>) {
  const { name, severity, rule, fix, controls: ids = [] } = definition;
  const [id] = ids;
  return {
    text: definition,
    isGeneral: definition.isGeneral ?? false,
    name,
    displayName: displayName(name),
    severity,
    description: rule,
    remediationSteps: fix,
    url: anchor(name),
    tags: [...ids],
    ...(id !== undefined && {
      framework: {
        name: "AWS Security Hub CSPM",
        version: "1.0.0",
        reference: id,
        specification: (controls as Readonly<Record<string, string>>)[id] ?? "",
      },
    }),
    configSchema: { properties: settingsOf(definition) as PolicyConfigSchema["properties"] },
    ...(definition.level && { enforcementLevel: definition.level }),
  };
}

const acronyms = /^(acl|api|ebs|ec2|ecr|https|iam|kms|kpu|s3|sns|sqs|ssm|tls|url|v2|vpc)s?$/;

/** A name as a title, such as S3 bucket policy TLS of s3-bucket-policy-tls. */
function displayName(name: string): string {
  const words = name.split("-").map((word) => (acronyms.test(word) ? word.toUpperCase() : word));
  const title = words.join(" ");
  return `${title.charAt(0).toUpperCase()}${title.slice(1)}`;
}

function settingsOf({ config }: Definition<Settings>): Settings {
  return { ...config, exempt, exceptions };
}

/** The setting of every policy for resources that it is wrong for. */
export const exempt = texts(
  "Logical names of resources that this policy does not judge, for good; * stands for any characters.",
);

/** What every policy's configuration has. */
interface Common {
  readonly exempt: readonly string[];
  readonly exceptions: typeof exceptions.default;
}

/** Exceptions of each policy that has judged, by its name. */
export const configuredExceptions = new Map<string, readonly Exception[]>();

function configuration<S extends Settings>(
  definition: PolicyText & Definition<S>,
  given: Readonly<Record<string, unknown>>,
) {
  const values = configuredValues(definition.name, settingsOf(definition), given);
  configuredExceptions.set(definition.name, values["exceptions"] as readonly Exception[]);
  return values as unknown as Values<S> & Common;
}
