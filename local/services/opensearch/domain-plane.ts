import { rm } from "node:fs/promises";
import type { DataPlane, DeclaredResource } from "../../provider/data-plane";
import { Declared } from "../declared";

export interface DomainPlaneOptions {
  /** Starts the node unless it runs. */
  readonly start: () => Promise<unknown>;
  readonly stop: () => Promise<void>;
  /** Host and port of the node, once it is up. */
  readonly endpoint: string;
  /** Folder of the node's data. */
  readonly dataFolder: string;
  /** Whether an earlier run has left data. */
  readonly hasData: () => boolean;
}

/** An OpenSearch domain: one node. */
export class DomainPlane implements DataPlane {
  readonly #options: DomainPlaneOptions;
  #domain: string | undefined;

  constructor(options: DomainPlaneOptions) {
    this.#options = options;
  }

  async create(resource: DeclaredResource): Promise<Readonly<Record<string, unknown>>> {
    const domain = this.#take(resource);
    await this.#options.start();
    this.#domain = domain;
    return this.#outputs();
  }

  /** Sizes, keys and policies of a domain mean nothing to one node. */
  async update(resource: DeclaredResource): Promise<Readonly<Record<string, unknown>>> {
    return this.create(resource);
  }

  async read(resource: DeclaredResource): Promise<Readonly<Record<string, unknown>> | undefined> {
    return this.#options.hasData() ? this.create(resource) : undefined;
  }

  async delete(): Promise<void> {
    await this.#options.stop();
    await rm(this.#options.dataFolder, { recursive: true, force: true });
    this.#domain = undefined;
  }

  #take(resource: DeclaredResource): string {
    const inputs = Declared.inputsOf(resource);
    const domain = inputs.string("domainName");
    const version = inputs.string("engineVersion", "OpenSearch_2.19");
    if (this.#domain !== undefined && this.#domain !== domain) {
      throw new Error(
        `This machine runs one OpenSearch domain, ${this.#domain}; ${domain} would be a second one.`,
      );
    }
    if (!version.startsWith("OpenSearch_2.")) {
      throw new Error(
        `Domain ${domain}: engineVersion is ${version}; the OpenSearch on this machine is 2.19.`,
      );
    }
    return domain;
  }

  #outputs(): Readonly<Record<string, unknown>> {
    const { endpoint } = this.#options;
    return { endpoint, dashboardEndpoint: `${endpoint}/_dashboards` };
  }
}
