import { expect } from "chai";

import { settingsFolders } from "../support/workloads";
import { domainSettings } from "../../infra/search/bootstrap/bootstrap";
import { freePorts } from "../../local/machine/ports";
import type { ServiceProcess } from "../../local/machine/process";
import { startSearchNode } from "../../local/services/opensearch/search-node";
import { ServiceFolders } from "../../local/machine/service-folders";
import { newFolder, removeFolder } from "./services/support";

/** An OpenSearch node of a test's own with the index templates that the program gives the domain. */
export class SearchDomain {
  readonly endpoint: string;
  readonly #node: ServiceProcess;
  readonly #folder: string;

  private constructor(endpoint: string, node: ServiceProcess, folder: string) {
    this.endpoint = endpoint;
    this.#node = node;
    this.#folder = folder;
  }

  static async start(): Promise<SearchDomain> {
    const folder = newFolder();
    const ports = await freePorts(["http", "transport"]);
    const node = await startSearchNode({
      httpPort: ports.http,
      transportPort: ports.transport,
      folders: new ServiceFolders(folder),
      onProgress: () => undefined,
      onExit: () => undefined,
    });
    const domain = new SearchDomain(`http://127.0.0.1:${ports.http}`, node, folder);
    const { indexTemplates } = domainSettings({
      folders: settingsFolders,
      replicas: 0,
      masterRoleArn: "arn:admin",
      writerRoleArns: ["arn:job"],
    });
    for (const [name, template] of Object.entries(indexTemplates)) {
      await domain.ask("PUT", `/_index_template/${name}`, template);
    }
    return domain;
  }

  /** @returns what it answers, in JSON; all but a success fails the test */
  async ask(method: string, where: string, body: object): Promise<unknown> {
    const response = await fetch(this.endpoint + where, {
      method,
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    const answer: unknown = await response.json();
    expect(response.status, JSON.stringify(answer)).to.be.within(200, 201);
    return answer;
  }

  /** Writes a document, which searches find from then on; a result into the index of its day, as the job does. */
  async put(index: string, id: string, document: object): Promise<void> {
    const { windowStart } = document as { readonly windowStart?: string };
    const day = windowStart === undefined ? "" : `-${windowStart.slice(0, 10)}`;
    await this.ask("PUT", `/${index}${day}/_doc/${id}?refresh=true`, document);
  }

  async stop(): Promise<void> {
    await this.#node.stop();
    removeFolder(this.#folder);
  }
}
