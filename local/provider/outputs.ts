import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { COMPUTED, COMPUTED_EACH_TIME, type Computed, type Resource, type Row } from "./computed";
import { factsOf, type PropertyFacts } from "./facts";
import { logicalName } from "./names";
import { containsUnknown, defined, inBlocks, reveal, secret, UNKNOWN, type Values } from "./values";

/** Where the resources are said to be. */
export interface Place {
  /** Twelve digits. */
  readonly account: string;
  readonly region: string;
}

/** A resource with its checked inputs. */
export interface Deployed {
  readonly type: string;
  readonly urn: string;
  readonly inputs: Values;
  /** Id of the resource that it replaces, whose ids and addresses it must not have. */
  readonly replaced?: string | undefined;
}

const ALPHANUMERIC = "abcdefghijklmnopqrstuvwxyz0123456789";
const CHARACTERS: Readonly<Record<string, string>> = {
  hex: "0123456789abcdef",
  alnum: ALPHANUMERIC,
  upper: ALPHANUMERIC.toUpperCase(),
};

/** The partition that a region belongs to, and the domain of its services. */
export function partitionOf(region: string): { partition: string; dnsSuffix: string } {
  if (region.startsWith("cn-")) return { partition: "aws-cn", dnsSuffix: "amazonaws.com.cn" };
  if (region.startsWith("us-gov-")) return { partition: "aws-us-gov", dnsSuffix: "amazonaws.com" };
  return { partition: "aws", dnsSuffix: "amazonaws.com" };
}

/**
 * Outputs and id of a new resource in a plan: those that it will have on this machine, so that documents and
 * dependants are concrete. What AWS computes beyond them, or from inputs that are unknown, is unknown.
 */
export function plannedOutputs(
  deployed: Deployed,
  place: Place,
): { id: string | undefined; outputs: Values } {
  const { id, outputs } = computedOutputs(deployed, place);
  const unknown = Object.entries(factsOf(deployed.type)).filter(
    ([name, { computed, input }]) => computed && (!input || name in rowOf(deployed.type)),
  );
  return {
    id,
    outputs: { ...Object.fromEntries(unknown.map(([name]) => [name, UNKNOWN])), ...outputs },
  };
}

/**
 * Outputs as the published provider plans them, for LOCAL_PROVIDER_UNKNOWN_COMPUTED in the environment: unknown is each
 * property that AWS computes and the program leaves out, in blocks that are set as well.
 */
export function withUnknownComputed(values: Values, facts: PropertyFacts): Values {
  const result: Record<string, unknown> = { ...values };
  for (const [name, { computed, input, properties }] of Object.entries(facts)) {
    const value = result[name];
    // The tags of a resource are known from its inputs and the provider's default tags.
    if (name !== "tagsAll" && computed && (!input || value === undefined || value === null)) {
      result[name] = UNKNOWN;
    } else if (properties && value !== undefined) {
      result[name] = inBlocks(value, (block) => withUnknownComputed(block, properties));
    }
  }
  return result;
}

/** Outputs and id of a resource on creation, the same for the same resource on every machine. */
export function createdOutputs(deployed: Deployed, place: Place): { id: string; outputs: Values } {
  const { id, outputs } = computedOutputs(deployed, place);
  if (id !== undefined) return { id, outputs };
  const { type } = deployed;
  throw new Error(`${type}: its id ${rowOf(type).id} needs a value that the program does not set`);
}

function computedOutputs(
  deployed: Deployed,
  place: Place,
): { id: string | undefined; outputs: Values } {
  const { type, inputs, urn, replaced = "" } = deployed;
  const resource: Resource = {
    inputs: reveal(inputs) as Values,
    previous: {},
    changesTagsOnly: false,
  };
  const isKnown = !containsUnknown(resource.inputs);
  const names: Record<string, unknown> = { ...environment(resource, urn, place) };
  const draw = drawnFrom(`${urn} ${replaced}`);
  const { id: idTemplate, ...row } = rowOf(type);
  const outputs: Record<string, unknown> = {};
  const compute = (): void => {
    for (const [name, rule] of Object.entries(row)) {
      const isGuess = typeof rule === "function" && !isKnown;
      if (names[name] !== undefined || isGuess) continue;
      const value = typeof rule === "function" ? rule(resource) : rule;
      outputs[name] = names[name] = resolved(value, names, draw);
    }
  };
  // The id may build on an output (a statement id) as well as the other way about.
  if (resolved(idTemplate, names, drawnFrom("")) === undefined) compute();
  const id = resolved(idTemplate, names, draw) as string | undefined;
  if (id !== undefined) names["id"] = id;
  compute();
  return { id, outputs: { ...secretive(type, outputs), ...declared(type, inputs, place) } };
}

/**
 * Outputs of a resource after an update, or in the plan of one.
 *
 * @param previous - its outputs before, and the inputs they came from.
 */
export function updatedOutputs(
  { type, inputs, urn }: Deployed,
  previous: { readonly id: string; readonly inputs: Values; readonly outputs: Values },
  place: Place,
): Values {
  const withoutTags = (values: Values) => ({ ...(reveal(values) as Values), tags: undefined });
  const resource: Resource = {
    inputs: reveal(inputs) as Values,
    previous: reveal(previous.outputs) as Values,
    changesTagsOnly: isDeepStrictEqual(withoutTags(previous.inputs), withoutTags(inputs)),
  };
  // What was an input and is none any more is not to linger.
  const kept = Object.entries(previous.outputs).filter(([name]) => !(name in previous.inputs));
  const outputs: Record<string, unknown> = Object.fromEntries(kept);
  const draw = drawnFrom(urn);
  const names: Record<string, unknown> = {
    ...(reveal(outputs) as Values),
    ...environment(resource, urn, place),
    id: previous.id,
  };
  const isKnown = !containsUnknown(resource.inputs);
  for (const [name, compute] of Object.entries(COMPUTED_EACH_TIME[type] ?? {})) {
    const value = isKnown ? resolved(compute(resource), names, draw) : UNKNOWN;
    outputs[name] = names[name] = value;
  }
  return { ...secretive(type, outputs), ...declared(type, inputs, place) };
}

function rowOf(type: string): Row {
  const row = COMPUTED[type];
  if (row === undefined) {
    throw new Error(
      `What AWS computes for ${type} is not in local/provider/computed.json: add a row for it.`,
    );
  }
  return row;
}

function environment({ inputs }: Resource, urn: string, { account, region }: Place): Values {
  const at = typeof inputs["region"] === "string" ? inputs["region"] : region;
  const { url } = inputs;
  return defined({
    ...inputs,
    ...partitionOf(at),
    account,
    region: at,
    logicalName: logicalName(urn),
    ...(typeof url === "string" && { host: url.replace(/^https?:\/\//, "") }),
  });
}

/** Inputs as outputs, with those that the provider itself derives. */
function declared(type: string, inputs: Values, { region }: Place): Values {
  const facts = factsOf(type);
  return defined({
    ...inputs,
    ...(facts["region"] && { region: inputs["region"] ?? region }),
    ...(facts["tagsAll"] && { tagsAll: inputs["tags"] ?? {} }),
  });
}

function secretive(type: string, outputs: Values): Values {
  const facts = factsOf(type);
  return Object.fromEntries(
    Object.entries(defined(outputs)).map(([name, value]) => [
      name,
      facts[name]?.secret ? secret(reveal(value)) : value,
    ]),
  );
}

function resolved(value: Computed, names: Values, draw: Draw): Computed | undefined {
  if (typeof value !== "string") return value;
  const missing: string[] = [];
  const text = value.replace(/\{(\w+)(?::(\d+))?\}/g, (_, name: string, length?: string) => {
    const characters = CHARACTERS[name] ?? "";
    const made =
      length === undefined
        ? named(name, names, draw)
        : Array.from(draw(Number(length)), (byte) => characters[byte % characters.length]).join("");
    if (made === undefined) missing.push(name);
    return made ?? "";
  });
  return missing.length === 0 ? text : undefined;
}

function named(name: string, names: Values, draw: Draw): string | undefined {
  const value = names[name];
  if (value === UNKNOWN) return undefined;
  if (typeof value === "string" || typeof value === "number") return String(value);
  if (value !== undefined) return undefined;
  if (name === "uuid") {
    return draw(16)
      .toString("hex")
      .replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  }
  if (name === "octet") return String(1 + ((draw(1)[0] ?? 0) % 254));
  return undefined;
}

/** Bytes that stand for the random ones of AWS. */
type Draw = (length: number) => Buffer;

function drawnFrom(seed: string): Draw {
  let count = 0;
  return (outputLength) =>
    createHash("shake256", { outputLength }).update(`${seed} ${count++}`).digest();
}
