import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import type { opensearch } from "@pulumi/aws";
import type { Unwrap } from "@pulumi/pulumi";
import type { DataPlane, DeclaredResource, Outputs } from "../../provider/data-plane";

/** An OpenSearch domain: one node, to which sizes, keys and policies of a domain mean nothing. */
export function domainPlane(
  node: { start(): Promise<unknown>; stop(): Promise<void> },
  { endpoint, dataFolder }: { readonly endpoint: string; readonly dataFolder: string },
): DataPlane {
  let running: string | undefined;
  const create = async (resource: DeclaredResource): Promise<Outputs> => {
    const { domainName: domain, engineVersion: version = "OpenSearch_2.19" } =
      resource.inputs as Unwrap<opensearch.DomainArgs>;
    if (running !== undefined && running !== domain) {
      throw new Error(
        `This machine runs one OpenSearch domain, ${running}; ${domain} would be a second one.`,
      );
    }
    if (!version.startsWith("OpenSearch_2.")) {
      throw new Error(
        `Domain ${domain}: engineVersion is ${version}; the OpenSearch on this machine is 2.19.`,
      );
    }
    await node.start();
    running = domain;
    return { endpoint, dashboardEndpoint: `${endpoint}/_dashboards` };
  };
  return {
    create,
    read: async (resource) => (existsSync(dataFolder) ? create(resource) : undefined),
    async delete() {
      await node.stop();
      await rm(dataFolder, { recursive: true, force: true });
      running = undefined;
    },
  };
}
