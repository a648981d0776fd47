import type { DomainClient } from "./domain-client";
import type { Body } from "./domain-settings";

/** A request that one index needs, and what to do when the domain refuses it. */
export interface IndexChange {
  readonly title: string;
  readonly method: "GET" | "POST" | "PUT";
  readonly path: string;
  readonly body?: Body | undefined;
  readonly remedy: string;
}

/** An index as `GET /<pattern>?flat_settings` answers. */
interface LiveIndex {
  readonly aliases: Readonly<Record<string, unknown>>;
  readonly mappings: Body;
  readonly settings: Readonly<Record<string, unknown>>;
}

/** Results of windows that were open when the index was moved: their final ones are in the index of their day. */
const withoutEarlyResults = { bool: { must_not: { term: { complete: false } } } };

/**
 * Moves an index away whose name the template uses as an alias. Its documents stay, and a job that still writes to
 * that name does so through the alias.
 */
export async function movedIndices(domain: DomainClient, template: Body): Promise<IndexChange[]> {
  const changes: IndexChange[] = [];
  for (const alias of Object.keys(aliasesOf(template))) {
    const copy = `${alias}-undated`;
    const indices = await indicesOf(domain, [alias, copy]);
    if (!(alias in indices)) continue;
    const change = (method: IndexChange["method"], path: string, body?: Body): void => {
      const title = `index ${alias} behind an alias`;
      const remedy = `Deploy again to go on; until then ${alias} takes no documents`;
      changes.push({ title, method, path, body, remedy });
    };
    change("PUT", `/${alias}/_settings`, { "index.blocks.write": true });
    if (!(copy in indices)) {
      change("PUT", `/${alias}/_clone/${copy}`, { settings: { "index.blocks.write": null } });
    }
    change("GET", `/_cluster/health/${copy}?wait_for_status=yellow&timeout=15s`);
    change("POST", "/_aliases", {
      actions: [
        { remove_index: { index: alias } },
        { add: { index: copy, alias, is_write_index: true, filter: withoutEarlyResults } },
      ],
    });
  }
  return changes;
}

/** What indices lack of a template that was changed after they were made. An index without writes needs nothing. */
export async function indexChanges(domain: DomainClient, template: Body): Promise<IndexChange[]> {
  const inner = (template["template"] ?? {}) as Body;
  const mappings = (inner["mappings"] ?? {}) as Body;
  const aliases = aliasesOf(template);
  // The number of shards is fixed when an index is made; the next one has the new number.
  const settings = flat((inner["settings"] ?? {}) as Body).filter(
    ([key]) => key !== "index.number_of_shards",
  );
  const indices = await indicesOf(domain, template["index_patterns"] as readonly string[]);
  return Object.entries(indices).flatMap(([index, live]) => {
    if (isReadOnly(live.settings)) return [];
    const changes: IndexChange[] = [];
    const change = (part: string, path: string, body: Body): void => {
      const remedy = `Reindex ${index} as docs/operations.md describes, or revert the change`;
      changes.push({ title: `${part} of index ${index}`, method: "PUT", path, body, remedy });
    };
    if (!covers(live.mappings, mappings)) change("mapping", `/${index}/_mapping`, mappings);
    const differing = settings.filter(([key, value]) => live.settings[key] !== String(value));
    if (differing.length > 0) {
      change("settings", `/${index}/_settings`, Object.fromEntries(differing));
    }
    for (const [alias, body] of Object.entries(aliases)) {
      if (!(alias in live.aliases)) change(`alias ${alias}`, `/${index}/_alias/${alias}`, body);
    }
    return changes;
  });
}

/** Whether a value has everything that is wanted; OpenSearch adds defaults and times to what it was given. */
export function covers(value: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted)) {
    return (
      Array.isArray(value) &&
      value.length === wanted.length &&
      wanted.every((item, index) => covers(value[index], item))
    );
  }
  if (typeof wanted === "object" && wanted !== null) {
    return (
      typeof value === "object" &&
      value !== null &&
      Object.entries(wanted).every(([key, item]) => covers((value as Body)[key], item))
    );
  }
  // Answers have some numbers and booleans as text.
  return value === wanted || value === String(wanted);
}

function aliasesOf(template: Body): Readonly<Record<string, Body>> {
  return ((template["template"] ?? {}) as { aliases?: Record<string, Body> }).aliases ?? {};
}

async function indicesOf(
  domain: DomainClient,
  patterns: readonly string[],
): Promise<Readonly<Record<string, LiveIndex>>> {
  const path = `/${patterns.join(",")}?flat_settings=true&ignore_unavailable=true`;
  const { status, body } = await domain.request("GET", path);
  if (status === 404) return {};
  if (status >= 300) throw new Error(`GET ${path} answers ${status}: ${JSON.stringify(body)}`);
  return body as unknown as Readonly<Record<string, LiveIndex>>;
}

/** Blocks of an index, UltraWarm's among them: https://docs.aws.amazon.com/opensearch-service/latest/developerguide/ultrawarm.html */
function isReadOnly(settings: LiveIndex["settings"]): boolean {
  return (
    settings["index.blocks.write"] === "true" ||
    settings["index.blocks.read_only"] === "true" ||
    settings["index.routing.allocation.require.box_type"] === "warm"
  );
}

/** Settings by their full names, however they are nested. */
function flat(settings: object, prefix = "index."): [name: string, value: unknown][] {
  return Object.entries(settings).flatMap(([key, value]: [string, unknown]) => {
    const name = prefix + key.replace(/^index(\.|$)/, "");
    if (typeof value !== "object" || value === null) return [[name, value]];
    return flat(value, key === "index" ? prefix : `${name}.`);
  });
}
