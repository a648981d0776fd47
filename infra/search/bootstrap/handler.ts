import { createHash } from "node:crypto";
import { applySettings, type Plugin, plugins } from "./apply-settings";
import { DomainClient, ownIdentity, required } from "./domain-client";
import type { DomainSettings, Report } from "./domain-settings";

/** Context of an invocation by Lambda. */
interface Context {
  readonly getRemainingTimeInMillis: () => number;
}

/**
 * Puts the settings of the domain at `SEARCH_ENDPOINT` in place, from inside its VPC and as its master user.
 * It takes those with the digest `SETTINGS_SHA256` alone: who may invoke the function is no administrator.
 *
 * `AWS_ENDPOINT_URL_OPENSEARCH` leads to another domain, as for every client here.
 * `OPENSEARCH_ABSENT_PLUGINS` lists, with commas, plugins that this other one lacks: see {@link applySettings}.
 */
export async function handler(settings: DomainSettings, context: Context): Promise<Report> {
  const digest = createHash("sha256").update(JSON.stringify(settings)).digest("hex");
  if (digest !== required("SETTINGS_SHA256")) {
    throw new Error("The settings must be those of the last deployment. Deploy to change them.");
  }
  const endpoint = process.env["AWS_ENDPOINT_URL_OPENSEARCH"] ?? required("SEARCH_ENDPOINT");
  const domain = new DomainClient({
    endpoint,
    ...ownIdentity(),
    remainingMilliseconds: context.getRemainingTimeInMillis,
  });
  const report = await applySettings(domain, settings, absentPlugins());
  console.log(JSON.stringify({ endpoint, ...report }));
  return report;
}

function absentPlugins(): Set<Plugin> {
  const names = (process.env["OPENSEARCH_ABSENT_PLUGINS"] ?? "").split(",").filter(Boolean);
  return new Set(
    names.map((name) => {
      const plugin = plugins.find((candidate) => candidate === name);
      if (plugin !== undefined) return plugin;
      throw new Error(
        `OPENSEARCH_ABSENT_PLUGINS must list some of ${plugins.join(", ")}; got "${name}"`,
      );
    }),
  );
}
