import { rm } from "node:fs/promises";
import type { DataPlane, DeclaredResource, Outputs } from "../../provider/data-plane";
import { Declared } from "../declared";

export interface DomainPlaneOptions {
  readonly start: () => Promise<unknown>;
  readonly stop: () => Promise<void>;
  /** Host and port of the node, once it is up. */
  readonly endpoint: string;
  readonly dataFolder: string;
  readonly hasData: () => boolean;
}

/** An OpenSearch domain: one node, to which sizes, keys and policies of a domain mean nothing. */
export function domainPlane(options: DomainPlaneOptions): DataPlane {
  const { start, stop, endpoint, dataFolder, hasData } = options;
  let running: string | undefined;
  const create = async (resource: DeclaredResource): Promise<Outputs> => {
    const inputs = Declared.inputsOf(resource);
    const domain = inputs.string("domainName");
    const version = inputs.string("engineVersion", "OpenSearch_2.19");
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
    await start();
    running = domain;
    return { endpoint, dashboardEndpoint: `${endpoint}/_dashboards` };
  };
  return {
    create,
    update: create,
    read: async (resource) => (hasData() ? create(resource) : undefined),
    async delete() {
      await stop();
      await rm(dataFolder, { recursive: true, force: true });
      running = undefined;
    },
  };
}
