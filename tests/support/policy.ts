import {
  type PolicyResource,
  type ReportViolation,
  type ResourceValidationArgs,
  type ResourceValidationPolicy,
  type StackValidationPolicy,
  UnknownValueError,
  unknownCheckingProxy,
} from "@pulumi/policy";
import type { CustomResourceOptions, Resource, Unwrap } from "@pulumi/pulumi";
import { Ajv } from "ajv";
import addFormats from "ajv-formats";
import { judgedForms } from "../../policies/engine/policy";
import { declaredInputs } from "../../policies/engine/unset";

/** How the engine writes an unknown text in a preview. */
export const unknownString = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
/** How the engine writes an unknown number in a preview. */
export const unknownNumber = "3eeb2bf0-c639-47a8-9e75-3b44932eb421";
/** How the engine writes an unknown block in a preview. */
export const unknownObject = "dd056dcd-154b-4c76-9bd3-c8f88648b5ff";

/** A resource as a policy meets it. */
export interface TestResource {
  readonly type: string;
  readonly name: string;
  readonly props: object;
  /** Resources whose outputs a property is made of, by property. */
  readonly dependencies?: Readonly<Record<string, readonly TestResource[]>>;
  /** The resource option. @default false */
  readonly protect?: boolean;
}

/** What the engine would say. */
export interface Outcome {
  readonly applicable: boolean;
  /** Why the policy did not apply, where it is not the type: what it hangs on is unknown. */
  readonly undecided?: string;
  /** Messages that stop a deployment. */
  readonly violations: readonly string[];
  /** Messages about excepted violations, and of policies that only inform. */
  readonly advice: readonly string[];
  /** Why the policy could not run in a preview. */
  readonly unknown?: string;
}

const noConfig = {};

/** A day as exceptions have it, so many days from today. */
export function inDays(days: number): string {
  return new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
}

/** A resource of a class, with properties that the compiler checks. */
export function resource<Args>(
  resourceClass: new (name: string, args: Args, opts?: CustomResourceOptions) => Resource,
  name: string,
  props: Unwrap<NonNullable<Args>>,
): TestResource {
  return { type: typeToken(resourceClass), name, props: props as object };
}

/** The same resource with other values for some properties; `undefined` leaves one out. */
export function change(original: TestResource, changes: Readonly<Record<string, unknown>>) {
  const props = Object.entries({ ...original.props, ...changes });
  return {
    ...original,
    props: Object.fromEntries(props.filter(([, value]) => value !== undefined)),
  };
}

/** Judges resources one after the other, as the engine does while the program declares them. */
export async function evaluateEach(
  policy: ResourceValidationPolicy,
  resources: readonly TestResource[],
  config: Readonly<Record<string, unknown>> = noConfig,
): Promise<readonly string[]> {
  judgedForms.clear();
  const all: string[] = [];
  for (const one of resources) {
    all.push(...(await evaluateNext(policy, one, config)).violations);
  }
  return all;
}

/** Judges one resource as the engine does: by its class, with defaults from the schema and unknowns that throw. */
export async function evaluate(...judged: Parameters<typeof evaluateNext>): Promise<Outcome> {
  judgedForms.clear();
  return await evaluateNext(...judged);
}

async function evaluateNext(
  policy: ResourceValidationPolicy,
  { type, name, props, protect = false }: TestResource,
  config: Readonly<Record<string, unknown>> = noConfig,
): Promise<Outcome> {
  if (isPassedOver(policy, type)) return { applicable: false, violations: [], advice: [] };
  const checked = throwOnUnknown(props);
  return await outcome(policy, config, async (getConfig, report, notApplicable) => {
    const isType = (resourceClass: object) => typeToken(resourceClass) === type;
    for (const validate of [policy.validateResource ?? []].flat()) {
      await validate(
        {
          type,
          name,
          urn: urnOf(type, name),
          props: checked,
          opts: { ...options, protect },
          stackTags: new Map(),
          isType,
          asType: () => undefined,
          getConfig,
          notApplicable,
        },
        report,
      );
    }
  });
}

/** Whether the library skips a policy for this type; a resource of another provider than @pulumi/aws may have another form. */
function isPassedOver({ validateResource }: ResourceValidationPolicy, type: string): boolean {
  const { __pulumiType: onlyType } = (validateResource ?? {}) as { readonly __pulumiType?: string };
  return onlyType !== undefined && onlyType !== type && type.startsWith("aws:");
}

/**
 * Judges a whole stack.
 *
 * @param inputs what the program declared, where that is less than the resources have
 */
export async function evaluateStack(
  policy: StackValidationPolicy,
  resources: readonly TestResource[],
  config: Readonly<Record<string, unknown>> = noConfig,
  inputs: readonly TestResource[] = [],
): Promise<Outcome> {
  // Every test has resources of the same names.
  declaredInputs.clear();
  for (const { type, name, props } of inputs) {
    declaredInputs.set(urnOf(type, name), props);
  }
  const judged = new Map(resources.map((one) => [one, policyResource(one)]));
  for (const [{ dependencies = {} }, target] of judged) {
    for (const [property, needed] of Object.entries(dependencies)) {
      target.propertyDependencies[property] = needed.flatMap((one) => judged.get(one) ?? []);
    }
  }
  return await outcome(policy, config, async (getConfig, report, notApplicable) => {
    await policy.validateStack(
      { resources: [...judged.values()], stackTags: new Map(), getConfig, notApplicable },
      report,
    );
  });
}

/** Checks a configuration as the engine does before it starts a policy. */
export function configurationProblems(
  policy: ResourceValidationPolicy | StackValidationPolicy,
  config: unknown,
): string[] {
  const { configSchema: schema } = policy;
  // Compiled once for each policy; Ajv remembers by the schema's identity.
  return ajv.validate(schema ?? {}, config)
    ? []
    : (ajv.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message ?? ""}`);
}

const ajv = new Ajv({ allErrors: true, strict: false });
addFormats(ajv);

/** One for all: the stack trace of a new one would be most of a judgement's time. */
const notApplicable = new Error("The policy does not apply");

/** What an own configuration makes of the defaults, checked once. */
const configured = new WeakMap<object, WeakMap<object, Readonly<Record<string, unknown>>>>();

/** @throws Error where the configuration does not fit the policy's schema */
function valuesOf(
  policy: ResourceValidationPolicy | StackValidationPolicy,
  config: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const known = configured.get(policy) ?? new WeakMap<object, typeof config>();
  configured.set(policy, known);
  const values = known.get(config) ?? { ...defaults(policy), ...config };
  if (!known.has(config)) {
    const problems = configurationProblems(policy, values);
    if (problems.length > 0) {
      throw new Error(`The configuration does not fit its schema: ${problems.join(", ")}`);
    }
    known.set(config, values);
  }
  return values;
}

async function outcome(
  policy: ResourceValidationPolicy | StackValidationPolicy,
  config: Readonly<Record<string, unknown>>,
  run: (
    getConfig: ResourceValidationArgs["getConfig"],
    report: ReportViolation,
    notApplicable: (reason?: string) => never,
  ) => Promise<void>,
): Promise<Outcome> {
  const values = valuesOf(policy, config);
  let reasonNotToApply = "";
  const violations: string[] = [];
  const advice: string[] = [];
  const report = (diagnostic: string | { message: string; enforcementLevel?: string }) => {
    if (typeof diagnostic === "string") {
      (policy.enforcementLevel === "advisory" ? advice : violations).push(diagnostic);
    } else {
      (diagnostic.enforcementLevel === "advisory" ? advice : violations).push(diagnostic.message);
    }
  };
  try {
    await run((() => values) as ResourceValidationArgs["getConfig"], report, (reason = "") => {
      reasonNotToApply = reason;
      throw notApplicable;
    });
  } catch (error) {
    if (error === notApplicable) {
      const undecided = reasonNotToApply.includes("the update judges it")
        ? reasonNotToApply
        : undefined;
      return { applicable: false, violations, advice, ...(undecided && { undecided }) };
    }
    if (error instanceof UnknownValueError) {
      return { applicable: true, violations, advice, unknown: (error as Error).message };
    }
    throw error;
  }
  return { applicable: true, violations, advice };
}

function defaults({ configSchema }: ResourceValidationPolicy | StackValidationPolicy) {
  return Object.fromEntries(
    Object.entries(configSchema?.properties ?? {}).flatMap(([key, schema]) =>
      schema.default === undefined ? [] : [[key, schema.default]],
    ),
  );
}

function policyResource({ type, name, props, protect = false }: TestResource): PolicyResource {
  const isType = (resourceClass: object) => typeToken(resourceClass) === type;
  const checked = throwOnUnknown(props);
  const asType = (resourceClass: object) => (isType(resourceClass) ? checked : undefined);
  return {
    type,
    name,
    urn: urnOf(type, name),
    props: checked,
    opts: { ...options, protect },
    dependencies: [],
    propertyDependencies: {},
    isType,
    asType: asType as PolicyResource["asType"],
  };
}

function throwOnUnknown(props: object): Record<string, unknown> {
  return (unknownCheckingProxy as (props: object) => Record<string, unknown>)(props);
}

function typeToken(resourceClass: object): string {
  const { __pulumiType } = resourceClass as { readonly __pulumiType?: string };
  if (__pulumiType === undefined) {
    throw new Error("Only the classes of a provider's SDK have a type token");
  }
  return __pulumiType;
}

function urnOf(type: string, name: string): string {
  return `urn:pulumi:test::program::${type}::${name}`;
}

const options: PolicyResource["opts"] = {
  protect: false,
  ignoreChanges: [],
  aliases: [],
  customTimeouts: { createSeconds: 0, updateSeconds: 0, deleteSeconds: 0 },
  additionalSecretOutputs: [],
};
