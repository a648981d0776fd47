import {
  type PolicyConfigSchema,
  type PolicyResource,
  type ReportViolation,
  type ResourceValidationArgs,
  type ResourceValidationPolicy,
  type StackValidationPolicy,
} from "@pulumi/policy";
import type { CustomResourceOptions, Resource, Unwrap } from "@pulumi/pulumi";
import table from "../policies.json";
import { controls } from "./controls.json";
import { Undecided } from "./known";
import { formsOf, isMapped, resourceForms } from "./native-forms";
import { covers } from "./policy-document";
import { ofType, refersTo } from "./relation";
import { typeToken } from "./sdk-types";
import { declaredInputs, dropComputed, dropUnset } from "./unset";
import {
  anchor,
  type Exception,
  exceptions,
  type Finding,
  findException,
  type PolicyText,
  reportTo,
  type Violation,
  violationOf,
} from "./violation";
import {
  configuredValues,
  schemasOf,
  type Setting,
  type Settings,
  type Values,
} from "./setting-schema";

export type { PolicyText };

/** What policies.json declares of each policy: all that it says about itself, and its settings. */
const declarations: Readonly<
  Record<string, Partial<PolicyText> & { readonly settings?: Settings }>
> = table as object as typeof declarations;

/** The settings that it declares of one. */
type Declared<Name> = Name extends keyof typeof table
  ? (typeof table)[Name] extends { readonly settings: infer S }
    ? S
    : None
  : None;
type None = { readonly none?: never };

/** What a policy does; in place of policies.json it can say about itself what stands there. */
interface Definition<S extends Settings> extends Partial<Omit<PolicyText, "name">> {
  /** Settings besides those of policies.json; exempt and exceptions come by themselves. */
  readonly config?: S;
  /** Whether it judges something of every type, such as tags, which does not make a type one that is judged. */
  readonly isGeneral?: boolean;
}

interface ResourceDefinition<Name, Props, S extends Settings> extends Definition<S> {
  /** Values of the properties that have one right value; enforcementLevel remediate sets them. */
  remedy?(
    props: Props,
    config: Values<Declared<Name> & S>,
    resource: Pick<ResourceValidationArgs, "type" | "urn">,
  ): Readonly<Record<string, unknown>>;
  check(
    props: Props,
    config: Values<Declared<Name> & S>,
    resource: Pick<ResourceValidationArgs, "name" | "type" | "opts" | "provider">,
  ): Found<Finding>;
}

interface StackDefinition<Name, S extends Settings> extends Definition<S> {
  check(
    resources: readonly PolicyResource[],
    config: Values<Declared<Name> & S>,
  ): Iterable<Violation & { readonly resource: PolicyResource }>;
}

interface RelationDefinition<Name, S extends Settings> extends Definition<S> {
  /** Violations of the subject, unless they name another resource. */
  check(
    subject: PolicyResource,
    resources: readonly PolicyResource[],
    config: Values<Declared<Name> & S>,
  ): Found<string | (Violation & { readonly resource?: PolicyResource })>;
}

/** What a check gives: all that it finds, the only thing, or nothing. */
type Found<F> = Iterable<F> | F | false | undefined;

function listed<F extends object | string>(found: Found<F>): Iterable<F> {
  if (!found) {
    return [];
  }
  return typeof found === "object" && Symbol.iterator in found ? found : [found];
}

type ResourceClass<R extends Resource, Args> = new (
  name: string,
  args: Args,
  opts?: CustomResourceOptions,
) => R;

type Block = Readonly<Record<string, unknown>>;

/** A type as its token, such as aws:iam/role:Role, or as its class. */
type Type = string | object;

function tokenOf(type: Type): string {
  return typeof type === "string" ? type : typeToken(type);
}

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
export function resourcePolicy<
  const Name extends string,
  R extends Resource,
  Args,
  const S extends Settings = None,
>(
  name: Name,
  resourceClass: ResourceClass<R, Args>,
  definition: ResourceDefinition<Name, Unwrap<NonNullable<Args>>, S>,
): ResourcePolicy {
  // The engine hands over properties as the class has them.
  return typesPolicy(name, [resourceClass], definition as object as AnyResourceDefinition);
}

type AnyResourceDefinition = ResourceDefinition<string, Block, Settings>;

/**
 * A policy about the resources of several types, judged one by one.
 *
 * @param judgedTypes none for every type
 */
export function typesPolicy<const Name extends string, const S extends Settings = None>(
  name: Name,
  judgedTypes: readonly Type[],
  definition: ResourceDefinition<Name, Block, S>,
): ResourcePolicy {
  const types = judgedTypes.map(tokenOf);
  const judged = new Set(types);
  const text = described(name, definition as object as AnyResourceDefinition);
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
function remediated(
  text: Described<AnyResourceDefinition>,
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

/**
 * A policy about relations between resources, judged when the program has declared all of them.
 *
 * @param judgedTypes of the resources that it is about; a stack without any of them is not judged
 */
export function stackPolicy<const Name extends string, const S extends Settings = None>(
  name: Name,
  judgedTypes: readonly Type[],
  definition: StackDefinition<Name, S>,
): StackPolicy {
  const types = judgedTypes.map(tokenOf);
  const text = described(name, definition as object as StackDefinition<string, Settings>);
  const policy: StackPolicy = {
    ...metadata(text),
    types,
    validateStack: (args, report) => {
      for (const { urn, props } of args.resources) {
        dropComputed(props, declaredInputs.get(urn));
      }
      const resources = args.resources.flatMap(resourceForms);
      if (types.length > 0 && !resources.some(({ type }) => types.includes(type))) {
        args.notApplicable(`It judges stacks with resources of type ${types.join(", ")}.`);
      }
      const config = configuration(text, args.getConfig());
      for (const { props } of resources) {
        dropUnset(props);
      }
      unlessUndecided(args, () => {
        for (const violation of text.check(resources, config)) {
          if (!covers(config.exempt, violation.resource.name)) {
            reportTo(report, text, config.exceptions, violation.resource, violation);
          }
        }
      });
    },
  };
  // As validateStackResourcesOfType does, which would pass on the resources of this type only.
  passOver(policy.validateStack, types);
  return policy;
}

/** A policy about the resources of one class, each judged with the others of its stack. */
export function relationPolicy<const Name extends string, const S extends Settings = None>(
  name: Name,
  subject: PolicyResourceClass,
  definition: RelationDefinition<Name, S>,
): StackPolicy {
  return stackPolicy(name, [subject], {
    ...definition,
    *check(resources, config) {
      for (const resource of ofType(resources, subject)) {
        for (const finding of listed(definition.check(resource, resources, config))) {
          yield { resource, ...violationOf(finding) };
        }
      }
    },
  });
}

type PolicyResourceClass = Parameters<PolicyResource["isType"]>[0];

/** A policy that every bucket has a companion resource of another class, in which S3 keeps one of the bucket's settings. */
export function companionPolicy(
  name: string,
  subject: PolicyResourceClass,
  companion: PolicyResourceClass,
): StackPolicy {
  return relationPolicy(name, subject, {
    *check(bucket, resources) {
      const companions = ofType(resources, companion);
      if (!companions.some((candidate) => refersTo(candidate, "bucket", bucket, "bucket"))) {
        yield { fact: `no ${companion.name} names this bucket`, limit: "every bucket needs one" };
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

function judge(
  definition: Described<AnyResourceDefinition>,
  args: ResourceValidationArgs,
  report: ReportViolation,
): void {
  const config = configuration(definition, args.getConfig());
  if (covers(config.exempt, args.name)) {
    return;
  }
  dropUnset(args.props);
  judgedForms.set(args.urn, args);
  unlessUndecided(args, () => {
    for (const finding of listed(definition.check(args.props, config, args))) {
      reportTo(report, definition, config.exceptions, args, violationOf(finding));
    }
  });
}

/** The engine counts an undecided policy as one that did not apply, and not as passed. */
function unlessUndecided(
  { notApplicable }: Pick<ResourceValidationArgs, "notApplicable">,
  judgeAll: () => void,
): void {
  try {
    judgeAll();
  } catch (error) {
    if (error instanceof Undecided) {
      notApplicable(error.message);
    }
    throw error;
  }
}

type Described<D> = PolicyText & D & { readonly settings: Settings };

/** A definition with what policies.json says of it. */
function described<D extends Definition<Settings>>(name: string, definition: D): Described<D> {
  const { settings: declared, ...text } = declarations[name] ?? {};
  const settings = { ...schemasOf({ ...definition.config, ...declared }), exempt, exceptions };
  const severity = "medium";
  return { name, severity, ...text, ...definition, settings } as Described<D>;
}

function metadata(definition: Described<Definition<Settings>>) {
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
    configSchema: { properties: definition.settings as PolicyConfigSchema["properties"] },
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

/** The setting of every policy for resources that it is wrong for. */
export const exempt: Setting<readonly string[]> = {
  description:
    "Logical names of resources that this policy does not judge, for good; * stands for any characters.",
  default: [],
  type: "array",
  items: { type: "string", minLength: 1 },
  uniqueItems: true,
};

/** What every policy's configuration has. */
interface Common {
  readonly exempt: readonly string[];
  readonly exceptions: typeof exceptions.default;
}

/** Exceptions of each policy that has judged, by its name. */
export const configuredExceptions = new Map<string, readonly Exception[]>();

function configuration(
  { name, settings }: Described<Definition<Settings>>,
  given: Readonly<Record<string, unknown>>,
) {
  const values = configuredValues(name, settings, given);
  configuredExceptions.set(name, values["exceptions"] as readonly Exception[]);
  return values as typeof values & Common;
}
