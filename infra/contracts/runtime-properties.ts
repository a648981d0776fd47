import * as pulumi from "@pulumi/pulumi";
import { Ajv2020, type ErrorObject } from "ajv/dist/2020";
import schema from "../../flink-job/src/main/resources/runtime-properties.schema.json";
import type {
  DemandProperties,
  RuntimeProperties,
  SourceProperties,
} from "./runtime-properties.generated";
import { type Naming, ownName, Problems } from "../core/validate";

/** A group whose values are plain, or outputs where another resource makes them. */
type Group<T> = { readonly [Key in keyof T]: T[Key] | pulumi.Output<string> };

/** The property groups of the job's contract, ready to be filled in by a program. */
export type RuntimePropertyInputs = {
  readonly [Name in keyof RuntimeProperties]: Group<RuntimeProperties[Name]>;
};

const conforms = new Ajv2020({ allErrors: true, verbose: true }).compile(schema);

/**
 * Checks values against the contract that the job itself checks when it starts.
 * Outputs are left out: what a resource will be called is not known yet.
 * @returns one sentence for each problem
 */
export function runtimePropertyProblems(properties: RuntimePropertyInputs): string[] {
  const plain = Object.fromEntries(
    groups(properties).map(([name, values]) => [name, Object.fromEntries(values.filter(isPlain))]),
  );
  const problems = conforms(plain)
    ? []
    : (conforms.errors ?? []).filter((error) => !isOutput(properties, error)).map(describe);
  const contradictions = new Problems();
  checkRuntimeProperties(properties, contradictions);
  return [...problems, ...contradictions.found];
}

/** Properties that are named in the checks of more than one value. */
type NamedProperty =
  | "demand.windowMinutes"
  | "demand.slideMinutes"
  | "source.initialPosition"
  | "source.initialTimestamp";

/** Properties that are checked together; a resource's output is not among them. */
interface CheckedProperties {
  readonly source?: Pick<SourceProperties, "initialPosition" | "initialTimestamp">;
  readonly demand?: Pick<DemandProperties, "windowMinutes" | "slideMinutes">;
}

/** What the contract demands of windows and of the start. */
export function checkJobProperties(
  { source, demand }: CheckedProperties,
  problems: Problems,
  name: Naming<NamedProperty> = ownName,
): void {
  const { windowMinutes, slideMinutes } = demand ?? {};
  problems.require(
    // Not `=== 0`: a value that could not be read is NaN here and has its complaint already.
    !((windowMinutes ?? NaN) % (slideMinutes ?? NaN) > 0),
    `${name("demand.windowMinutes")} must be a multiple of ${name("demand.slideMinutes")}, ${String(slideMinutes)}; got ${String(windowMinutes)}`,
  );
  const { initialPosition, initialTimestamp } = source ?? {};
  problems.require(
    (initialPosition === "AT_TIMESTAMP") === (initialTimestamp !== undefined),
    `${name("source.initialPosition")} AT_TIMESTAMP and ${name("source.initialTimestamp")} must be set together; got ${String(initialPosition)} and "${initialTimestamp ?? ""}"`,
  );
}

/** What the contract says of more than one value. */
function checkRuntimeProperties(
  { job, source, search, demand, airports, trades, archive }: Partial<RuntimePropertyInputs>,
  problems: Problems,
): void {
  checkJobProperties({ source, demand } as CheckedProperties, problems);
  problems.require(
    search !== undefined || archive !== undefined,
    "runtime properties must have search or archive: dead letters need a place to go to",
  );
  const isTrades = job?.workload === "trades";
  const foreign = isTrades ? { demand, airports } : { trades };
  for (const [group, values] of Object.entries(foreign)) {
    problems.require(
      values === undefined,
      `${group} must be left out with job.workload ${isTrades ? "trades" : "taxi"}, which does not compute it`,
    );
  }
}

/**
 * The property groups of the job as the application takes them, checked against the job's contract.
 * @throws Error that lists every property against the contract
 */
export function jobPropertyGroups(
  properties: RuntimePropertyInputs,
): Record<string, Record<string, pulumi.Input<string>>> {
  const problems = new Problems();
  for (const problem of runtimePropertyProblems(properties)) problems.add(problem);
  problems.throwIfAny("The runtime properties of the job are invalid");
  return Object.fromEntries(
    groups(properties).map(([name, values]) => [
      name,
      Object.fromEntries(
        values.map(([key, value]) => [
          key,
          pulumi.Output.isInstance(value) ? value : String(value),
        ]),
      ),
    ]),
  );
}

type Entry = readonly [key: string, value: string | number | pulumi.Output<string>];

function groups(properties: RuntimePropertyInputs): (readonly [string, Entry[]])[] {
  return Object.entries(properties).map(([name, values]) => [name, Object.entries(values)]);
}

function isPlain([, value]: Entry): boolean {
  return !pulumi.Output.isInstance(value);
}

/** Whether the contract misses a property that is there, but not known yet. */
function isOutput(properties: RuntimePropertyInputs, error: ErrorObject): boolean {
  if (error.keyword !== "required") return false;
  const group = error.instancePath.slice(1);
  const { missingProperty } = error.params as { missingProperty: string };
  return groups(properties).some(
    ([name, values]) => name === group && values.some(([key]) => key === missingProperty),
  );
}

function describe({ instancePath, keyword, message, params, data }: ErrorObject): string {
  const path = instancePath.slice(1).replaceAll("/", ".") || "runtime properties";
  switch (keyword) {
    case "required":
      return `${path} must have ${(params as { missingProperty: string }).missingProperty}`;
    case "additionalProperties":
      return `${path} must not have ${(params as { additionalProperty: string }).additionalProperty}: the job does not know it`;
    case "enum":
      return `${path} must be one of ${(params as { allowedValues: string[] }).allowedValues.join(", ")}; got ${String(data)}`;
    default:
      return `${path} ${String(message)}; got ${String(data)}`;
  }
}
