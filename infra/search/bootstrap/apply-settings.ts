import { isDeepStrictEqual } from "node:util";
import { type Answer, type DomainClient, inWords } from "./domain-client";
import type { Body, DomainSettings, Report } from "./domain-settings";

/** Parts of OpenSearch that a plain node does not have. */
export const plugins = ["index-state-management", "security", "dashboards"] as const;
export type Plugin = (typeof plugins)[number];

/** One thing to put in place. */
interface Step {
  readonly title: string;
  readonly plugin?: Plugin;
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
  for (const { title, plugin, apply } of steps(settings)) {
    const answer = await apply(domain);
    if (answer.status < 300) applied.push(title);
    else if (plugin !== undefined && absentPlugins.has(plugin) && isUnknown(answer)) {
      skipped.push(title);
    } else refused.push(`- ${title}: ${inWords(answer)}`);
  }
  if (refused.length > 0) {
    throw new Error(["The domain refuses settings:", ...refused].join("\n"));
  }
  return { applied, skipped };
}

/** Roles before who has them, as a mapping needs its role. */
function steps(settings: DomainSettings): Step[] {
  const entries = <T>(values: Readonly<Record<string, T>>) => Object.entries(values);
  const security = "/_plugins/_security/api";
  return [
    ...entries(settings.indexTemplates).map(([name, template]) => ({
      title: `index template ${name}`,
      apply: (domain: DomainClient) => domain.request("PUT", `/_index_template/${name}`, template),
    })),
    ...entries(settings.lifecyclePolicies).map(([name, policy]) => ({
      title: `lifecycle policy ${name}`,
      plugin: "index-state-management" as const,
      apply: (domain: DomainClient) => putPolicy(domain, name, policy),
    })),
    ...entries(settings.roles).map(([name, role]) => ({
      title: `role ${name}`,
      plugin: "security" as const,
      apply: (domain: DomainClient) =>
        domain.request("PUT", `${security}/roles/${name}`, { ...role }),
    })),
    ...entries(settings.roleMappings).map(([name, arns]) => ({
      title: `role mapping ${name}`,
      plugin: "security" as const,
      apply: (domain: DomainClient) =>
        domain.request("PUT", `${security}/rolesmapping/${name}`, { backend_roles: arns }),
    })),
    {
      title: "saved objects of the dashboards",
      plugin: "dashboards",
      apply: (domain: DomainClient) => importObjects(domain, settings.savedObjects),
    },
  ];
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
    // Whoever opens the dashboards sees the global tenant.
    { "osd-xsrf": "true", securitytenant: "global" },
  );
  return { status: status === 200 && body["success"] !== true ? 422 : status, body };
}

/**
 * A policy that is there is changed only by who names its version, and only where it differs: each change counts.
 * https://docs.opensearch.org/2.19/im-plugin/ism/api/#update-policy
 */
async function putPolicy(domain: DomainClient, name: string, wanted: Body): Promise<Answer> {
  const path = `/_plugins/_ism/policies/${name}`;
  const found = await domain.request("GET", path);
  if (found.status === 404) return domain.request("PUT", path, wanted);
  if (found.status >= 300 || covers(found.body["policy"], wanted["policy"])) return found;
  const { _seq_no: number, _primary_term: term } = found.body;
  return domain.request(
    "PUT",
    `${path}?if_seq_no=${String(number)}&if_primary_term=${String(term)}`,
    wanted,
  );
}

/** Whether a value says everything that is wanted; OpenSearch adds defaults and times to what it was given. */
function covers(value: unknown, wanted: unknown): boolean {
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
  return isDeepStrictEqual(value, wanted);
}

/** OpenSearch's answer to a path that no plugin has taken. */
function isUnknown({ status, body }: Answer): boolean {
  return status === 400 && JSON.stringify(body).includes("no handler found for uri");
}
