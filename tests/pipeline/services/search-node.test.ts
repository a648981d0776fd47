import os from "node:os";
import { expect } from "chai";
import { settingsFolders } from "../../support/workloads";
import { domainSettings } from "../../../infra/search/bootstrap/bootstrap";
import { applySettings, plugins } from "../../../infra/search/bootstrap/apply-settings";
import { DomainClient } from "../../../infra/search/bootstrap/domain-client";
import type { Report } from "../../../infra/search/bootstrap/domain-settings";
import { DomainPlane } from "../../../local/services/opensearch/domain-plane";
import { freePorts } from "../../../local/machine/ports";
import type { ServiceProcess } from "../../../local/machine/process";
import { startSearchNode } from "../../../local/services/opensearch/search-node";
import { ServiceFolders } from "../../../local/machine/service-folders";
import {
  accepts,
  declared,
  listeningAddresses,
  LOOPBACK,
  needsServices,
  newFolder,
  outsideAddresses,
  foreignHeaders,
  removeFolder,
  statusOf,
} from "./support";

const DOCUMENT = {
  cell: "dr5ru7",
  location: { lat: 40.75, lon: -73.98 },
  windowStart: "2019-03-01T18:00:00Z",
  windowEnd: "2019-03-01T19:00:00Z",
  trips: 3,
  complete: true,
};

const settings = {
  endpoint: "https://search",
  ...domainSettings({ folders: settingsFolders, replicas: 0, writerRoleArns: ["arn:job"] }),
};

describe("The OpenSearch node", () => {
  const folder = newFolder();
  const folders = new ServiceFolders(folder);
  let ports = { http: 0, transport: 0 };
  let node: ServiceProcess;
  let report: Report;

  const client = (): DomainClient =>
    new DomainClient({
      endpoint: `http://127.0.0.1:${ports.http}`,
      region: "us-east-1",
      credentials: { accessKeyId: "local", secretAccessKey: "local" },
      remainingMilliseconds: () => 60_000,
    });

  const start = async (): Promise<void> => {
    node = await startSearchNode({
      httpPort: ports.http,
      transportPort: ports.transport,
      folders,
      onProgress: () => undefined,
      onExit: () => undefined,
    });
  };
  const ask = async (method: string, where: string, body?: object) => {
    const response = await fetch(`http://127.0.0.1:${ports.http}${where}`, {
      method,
      ...(body && {
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      }),
    });
    return { status: response.status, answer: (await response.json()) as Record<string, unknown> };
  };

  before(async function () {
    await needsServices(this, "searchNode");
    ports = await freePorts(["http", "transport"]);
    const plane = new DomainPlane({
      start,
      stop: () => node.stop(),
      endpoint: `127.0.0.1:${ports.http}`,
      dataFolder: folders.state("opensearch"),
      hasData: () => false,
    });
    await plane.create(declared("aws:opensearch/domain:Domain", { domainName: "search" }));
    report = await applySettings(client(), settings, new Set(plugins));
  });
  after(async () => {
    await node.stop();
    removeFolder(folder);
  });

  it("takes the templates, and says of the rest that it lacks the plugins", async () => {
    expect(report.applied).to.include("index template taxi-demand-cells");
    expect(report.skipped).to.deep.equal([
      "lifecycle policy dead-letters",
      "lifecycle policy events",
      "role pipeline_writer",
      "role pipeline_delivery",
      "role pipeline_reader",
      "role mapping pipeline_writer",
      "role mapping pipeline_delivery",
      "role mapping pipeline_reader",
      "saved objects of the dashboards",
    ]);
    expect(await applySettings(client(), settings, new Set(plugins))).to.deep.equal(report);
  });

  it("is not set up without the plugins unless it is told so", async () => {
    const failure: unknown = await applySettings(client(), settings, new Set()).catch(
      (error: unknown) => error,
    );
    expect(String(failure))
      .to.include("- lifecycle policy dead-letters:")
      .and.include("no handler");
  });

  it("maps documents as the project's templates say, and refuses others", async () => {
    const stored = await ask("PUT", "/taxi-demand-cells/_doc/a?refresh=true", DOCUMENT);
    expect(stored.status).to.equal(201);
    const refused = await ask("PUT", "/taxi-demand-cells/_doc/b", { ...DOCUMENT, guess: 1 });
    expect(refused.status).to.equal(400);
    expect(JSON.stringify(refused.answer)).to.include("strict_dynamic_mapping_exception");
  });

  it("sums the demand of a part of the city by geohash", async () => {
    const box = { top_left: { lat: 41, lon: -75 }, bottom_right: { lat: 40, lon: -73 } };
    const { answer } = await ask("POST", "/taxi-demand-cells/_search", {
      size: 0,
      query: { geo_bounding_box: { location: box } },
      aggs: {
        cells: {
          geohash_grid: { field: "location", precision: 5 },
          aggs: { trips: { sum: { field: "trips" } } },
        },
      },
    });
    expect(answer["aggregations"]).to.deep.equal({
      cells: { buckets: [{ key: "dr5ru", doc_count: 1, trips: { value: 3 } }] },
    });
  });

  it("has its documents after a restart", async () => {
    await node.stop();
    await start();
    await ask("GET", "/_cluster/health/taxi-demand-cells?wait_for_status=yellow");
    const { answer } = await ask("GET", "/taxi-demand-cells/_doc/a");
    expect(answer["_source"]).to.deep.equal(DOCUMENT);
  });

  it("refuses web pages and other host names", async () => {
    const url = `http://127.0.0.1:${ports.http}/_cluster/health`;
    expect(await statusOf(url)).to.equal(200);
    for (const headers of foreignHeaders) {
      expect(await statusOf(url, headers), JSON.stringify(headers)).to.equal(403);
    }
  });

  it("is reached from this machine only", async function () {
    for (const port of Object.values(ports)) {
      expect(await accepts("127.0.0.1", port)).to.equal(true);
      for (const address of outsideAddresses()) {
        expect(await accepts(address, port), address).to.equal(false);
      }
    }
    if (os.platform() !== "linux") this.skip();
    expect(LOOPBACK).to.include.members(listeningAddresses([node.pid]));
  });
});
