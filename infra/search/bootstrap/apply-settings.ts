import { type Answer, type DomainClient, inWords } from "./domain-client";
import { type Body, type DomainSettings, type Report, snapshotRepository } from "./domain-settings";
import { covers, type IndexChange, indexChanges, movedIndices } from "./live-indices";

/** Parts of OpenSearch that a plain node does not have. */
export const plugins = ["index-state-management", "security", "dashboards"] as const;
export type Plugin = (typeof plugins)[number];

/** One thing to put in place. */
interface Step {
  readonly title: string;
  readonly plugin?: Plugin;
  /** What to do when the domain refuses it. */
  readonly remedy?: string;
  readonly apply: (domain: DomainClient) => Promise<Answer>;
}

/**
 * Puts settings in place, all of them or an error that lists those which the domain refuses. Applied again they change
 * nothing.
 *
 * @param absentPlugins - plugins that the domain is declared to lack: their settings are skipped, and reported so, when
 *   the domain indeed does not know their API. Of any other plugin that is an error.
 */
export async function applySettings(
  domain: DomainClient,
  settings: DomainSettings,
  absentPlugins: ReadonlySet<Plugin>,
): Promise<Report> {
  const applied: string[] = [];
  const skipped: string[] = [];
  const refused: string[] = [];
  for await (const { title, plugin, remedy, apply } of steps(domain, settings)) {
    const answer = await apply(domain);
    if (answer.status < 300) applied.push(title);
    else if (plugin !== undefined && absentPlugins.has(plugin) && isUnknown(answer)) {
      skipped.push(title);
    } else refused.push([`- ${title}: ${inWords(answer)}`, remedy].filter(Boolean).join(". "));
  }
  if (refused.length > 0) {
    throw new Error(["The domain refuses settings:", ...refused].join("\n"));
  }
  return { applied, skipped };
}

/** Templates before the indices that they match, and roles before who has them: a mapping needs its role. */
async function* steps(domain: DomainClient, settings: DomainSettings): AsyncGenerator<Step> {
  const security = "/_plugins/_security/api";
  for (const [name, template] of Object.entries(settings.indexTemplates)) {
    yield* (await movedIndices(domain, template)).map(asStep);
    yield put(`index template ${name}`, `/_index_template/${name}`, template);
    yield* (await indexChanges(domain, template)).map(asStep);
  }
  for (const [name, policy] of Object.entries(settings.lifecyclePolicies)) {
    yield {
      title: `lifecycle policy ${name}`,
      plugin: "index-state-management",
      apply: () => putPolicy(domain, `/_plugins/_ism/policies/${name}`, "PUT", policy),
    };
  }
  for (const [name, role] of Object.entries(settings.roles)) {
    yield put(`role ${name}`, `${security}/roles/${name}`, { ...role }, "security");
  }
  for (const [name, arns] of Object.entries(settings.roleMappings)) {
    const body = { backend_roles: arns };
    yield put(`role mapping ${name}`, `${security}/rolesmapping/${name}`, body, "security");
  }
  if (settings.audit !== undefined) {
    yield put("audit log", `${security}/audit/config`, settings.audit, "security");
  }
  if (settings.snapshots !== undefined) {
    const { repository, policy } = settings.snapshots;
    yield {
      title: `snapshot repository ${snapshotRepository}`,
      apply: () => putRepository(domain, repository),
    };
    yield {
      title: "snapshot policy daily",
      plugin: "index-state-management",
      apply: () => putPolicy(domain, "/_plugins/_sm/policies/daily", "POST", policy),
    };
  }
  yield {
    title: "saved objects of the dashboards",
    plugin: "dashboards",
    apply: () => importObjects(domain, settings.savedObjects),
  };
}

function put(title: string, path: string, body: Body, plugin?: Plugin): Step {
  return {
    title,
    ...(plugin && { plugin }),
    apply: (domain) => domain.request("PUT", path, body),
  };
}

function asStep({ title, remedy, method, path, body }: IndexChange): Step {
  return { title, remedy, apply: (domain) => domain.request(method, path, body) };
}

/**
 * Replaces the objects that are there. An answer of 200 may still list objects that were refused: then it counts as
 * 422, as with any answer that does not say of itself that all went well.
 * https://docs.opensearch.org/2.19/dashboards/management/saved-objects/
 */
async function importObjects(domain: DomainClient, text: string): Promise<Answer> {
  const { status, body } = await domain.upload(
    "/_dashboards/api/saved_objects/_import?overwrite=true",
    { name: "objects.ndjson", text },
    // The dashboards open in the global tenant.
    { "osd-xsrf": "true", securitytenant: "global" },
  );
  return { status: status === 200 && body["success"] !== true ? 422 : status, body };
}

/** A repository that is there is registered only where it differs: OpenSearch refuses that during a snapshot. */
async function putRepository(domain: DomainClient, wanted: Body): Promise<Answer> {
  const path = `/_snapshot/${snapshotRepository}`;
  const found = await domain.request("GET", path);
  return found.status === 200 && covers(found.body[snapshotRepository], wanted)
    ? found
    : domain.request("PUT", path, wanted);
}

/**
 * A policy that is there is changed only by who names its version, and only where it differs: each change counts.
 * https://docs.opensearch.org/2.19/im-plugin/ism/api/#update-policy and
 * https://docs.opensearch.org/2.19/tuning-your-cluster/availability-and-recovery/snapshots/sm-api/
 */
async function putPolicy(
  domain: DomainClient,
  path: string,
  create: "POST" | "PUT",
  wanted: Body,
): Promise<Answer> {
  const found = await domain.request("GET", path);
  if (found.status === 404) return domain.request(create, path, wanted);
  const present = found.body["sm_policy"] ?? found.body["policy"];
  if (found.status >= 300 || covers(present, wanted["policy"] ?? wanted)) return found;
  const { _seq_no: number, _primary_term: term } = found.body;
  return domain.request(
    "PUT",
    `${path}?if_seq_no=${String(number)}&if_primary_term=${String(term)}`,
    wanted,
  );
}

/** OpenSearch's answer to a path that no plugin has taken. */
function isUnknown({ status, body }: Answer): boolean {
  return status === 400 && JSON.stringify(body).includes("no handler found for uri");
}
