import * as pulumi from "@pulumi/pulumi";
import { program } from "../../infra/program";
import { KNOWN_TYPES } from "../../local/provider/facts";
import { change, type TestResource, unknownString } from "../support/policy";
import { compliant } from "../policies/compliant";
import { isAbout, type Mutation, mutated } from "../policies/mutations";

/** A resource of a plan. */
export interface Planned {
  readonly type: string;
  readonly name: string;
}

/** A mutation and the resource that it is made to. */
export interface Placed {
  readonly mutation: Mutation;
  readonly target?: Planned;
}

/** Fixtures that others depend on, or that a mutation names. */
const always = ["failed", "failed-events", "address", "way-out", "transform", "private"];

/** Fixtures of the types that a program has none of, so that each policy has something to judge. */
export function missingFixtures(planned: readonly Planned[]): readonly TestResource[] {
  const types = new Set(planned.map(({ type }) => type));
  return compliant.filter(
    ({ type, name }) =>
      KNOWN_TYPES.includes(type) &&
      (!types.has(type) || always.includes(name)) &&
      // Without its rotation, which the local provider does not know, a secret is refused.
      type !== "aws:secretsmanager/secret:Secret",
  );
}

/**
 * Sorts mutations into as few programs as it takes for none to meet another: two at the same resource must not set the
 * same property, nor a part of it.
 */
export function batches(
  mutations: readonly Mutation[],
  planned: readonly Planned[],
): readonly (readonly Placed[])[] {
  const result: Placed[][] = [];
  for (const mutation of mutations) {
    const candidates = planned.filter((one) => isAbout(mutation, one));
    const places: readonly Placed[] =
      mutation.type === undefined
        ? [{ mutation }]
        : candidates.map((target) => ({ mutation, target }));
    const batch = result.find((placed) => places.some((one) => fits(one, placed)));
    const place = places.find((one) => batch === undefined || fits(one, batch));
    if (place === undefined) continue;
    if (batch === undefined) result.push([place]);
    else batch.push(place);
  }
  return result;
}

/** The project's program and fixtures, with mutations made to both. */
export function mutatedProgram(fixtures: readonly TestResource[], placed: readonly Placed[]) {
  return (): Promise<Record<string, unknown>> => {
    // By a transform of the engine's, which reaches the children of remote components as well.
    pulumi.runtime.registerResourceTransform(({ type, name, props, opts }) => {
      const mutations = placed.filter(
        ({ target }) => target?.type === type && target.name === name,
      );
      if (mutations.length === 0) return undefined;
      return {
        props: mutations.reduce((result, { mutation }) => mutated(result, mutation), props),
        opts: mutations.some(({ mutation }) => mutation.unprotect)
          ? { ...opts, protect: false }
          : opts,
      };
    });
    const outputs = program();
    declare(fixtures);
    return Promise.resolve(outputs);
  };
}

/** A resource of any type. */
class Declared extends pulumi.CustomResource {}

function declare(fixtures: readonly TestResource[]): void {
  const declared = new Map<string, Declared>();
  // What others depend on comes first.
  const order = [...fixtures].sort((a, b) => dependencyCount(a) - dependencyCount(b));
  for (const fixture of order) {
    const links = Object.entries(fixture.dependencies ?? {}).flatMap(([property, [needed]]) => {
      const resource = needed && declared.get(`${needed.type} ${needed.name}`);
      if (resource === undefined) return [];
      // A dimension names the queue, whose id is its URL.
      const { id } = resource;
      const named = id.apply((url) => url.slice(url.lastIndexOf("/") + 1));
      return [[property, property === "dimensions" ? named : id] as const];
    });
    const { props } = change(fixture, {});
    const linked = links.reduce(
      (result, [property, id]) => ({ ...result, [property]: linkedValue(result[property], id) }),
      known(props) as Record<string, unknown>,
    );
    const resource = new Declared(fixture.type, fixture.name, linked, {
      protect: fixture.protect ?? false,
    });
    declared.set(`${fixture.type} ${fixture.name}`, resource);
  }
}

function dependencyCount({ dependencies = {} }: TestResource): number {
  return Object.keys(dependencies).length;
}

/** A reference, alone or as the first of several values. */
function linkedValue(value: unknown, id: pulumi.Output<string>): unknown {
  if (!(value instanceof Object)) return id;
  const [first = ""] = Object.keys(value);
  return { ...(value as Record<string, unknown>), [first]: id };
}

/** What is unknown in a fixture has some value in a program. */
function known(value: unknown): unknown {
  if (value === unknownString) return "arn:aws:kms:us-east-1:123456789012:key/1";
  if (Array.isArray(value)) return value.map(known);
  if (!(value instanceof Object)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, known(one)]));
}

function fits({ mutation, target }: Placed, batch: readonly Placed[]): boolean {
  return batch.every(
    (other) =>
      other.mutation.policy !== mutation.policy &&
      (target === undefined ||
        other.target?.type !== target.type ||
        other.target.name !== target.name ||
        !overlap(Object.keys(mutation.set ?? {}), Object.keys(other.mutation.set ?? {}))),
  );
}

function overlap(paths: readonly string[], others: readonly string[]): boolean {
  return paths.some((path) =>
    others.some(
      (other) => `${path}.`.startsWith(`${other}.`) || `${other}.`.startsWith(`${path}.`),
    ),
  );
}
