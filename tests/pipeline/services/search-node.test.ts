import { cpSync, readdirSync, renameSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect } from "chai";
import { settingsFolders } from "../../support/workloads";
import { domainSettings } from "../../../infra/search/bootstrap/bootstrap";
import { applySettings, plugins } from "../../../infra/search/bootstrap/apply-settings";
import { DomainClient } from "../../../infra/search/bootstrap/domain-client";
import type { DomainSettings, Report } from "../../../infra/search/bootstrap/domain-settings";
import { dailySnapshots, snapshotFilter } from "../../../infra/search/snapshots";
import { domainPlane } from "../../../local/services/opensearch/domain-plane";
import { storedDocuments } from "../../../local/verify/documents";
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

const FIRST_RESULT = {
  airport: "JFK",
  windowStart: "2019-03-01T18:00:00Z",
  windowEnd: "2019-03-01T19:00:00Z",
  trips: 3,
  averageSeconds: 2400,
  complete: true,
};
const FIRST_EARLY_RESULT = {
  ...FIRST_RESULT,
  windowStart: "2019-03-01T19:00:00Z",
  windowEnd: "2019-03-01T20:00:00Z",
  trips: 1,
  complete: false,
};

const settingsOf = (folders: readonly string[], replicas = 0) =>
  domainSettings({ folders, replicas, masterRoleArn: "arn:admin", writerRoleArns: ["arn:job"] });
const withField = (of: DomainSettings, name: string, field: object): DomainSettings => {
  const copy = structuredClone(of);
  const { template } = copy.indexTemplates[name] as {
    readonly template: { readonly mappings: { readonly properties: object } };
  };
  Object.assign(template.mappings.properties, field);
  return copy;
};
const settings = settingsOf(settingsFolders);
const firstContract = settingsOf([path.join(__dirname, "first-contract")]);

describe("The OpenSearch node", () => {
  const folder = newFolder();
  const folders = new ServiceFolders(folder);
  let ports = { http: 0, transport: 0 };
  let node: ServiceProcess;
  let upgrade: Report;
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

  const write = async (where: string, document: object): Promise<void> => {
    const { status, answer } = await ask("PUT", `${where}?refresh=true`, document);
    expect(status, JSON.stringify(answer)).to.equal(201);
  };
  const documentsOf = async (index: string) => {
    const found: Record<string, unknown> = {};
    const endpoint = `http://127.0.0.1:${ports.http}`;
    for await (const { id, source } of storedDocuments(endpoint, [index])) {
      found[id] = source;
    }
    return found;
  };

  before(async function () {
    await needsServices(this, "searchNode");
    ports = await freePorts(["http", "transport"]);
    const plane = domainPlane(
      { start, stop: () => node.stop() },
      { endpoint: `127.0.0.1:${ports.http}`, dataFolder: folders.state("opensearch") },
    );
    await plane.create(declared("aws:opensearch/domain:Domain", { domainName: "search" }));
    await applySettings(client(), firstContract, new Set(plugins));
    await write("/taxi-airport-durations/_doc/JFK-1551463200", FIRST_RESULT);
    await write("/taxi-airport-durations/_doc/JFK-1551466800", FIRST_EARLY_RESULT);
    await write("/dead-letters/_doc/letter", { reason: "late" });
    upgrade = await applySettings(client(), settings, new Set(plugins));
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
      "lifecycle policy results",
      "role pipeline_writer",
      "role pipeline_delivery",
      "role pipeline_reader",
      "role mapping pipeline_writer",
      "role mapping pipeline_delivery",
      "role mapping pipeline_reader",
      "role mapping all_access",
      "role mapping security_manager",
      "role mapping manage_snapshots",
      "audit log",
      "saved objects of the dashboards",
    ]);
    expect(await applySettings(client(), settings, new Set(plugins))).to.deep.equal(report);
  });

  it("keeps the documents of the first contract beside those of today's, each once", async () => {
    const today = { ...FIRST_EARLY_RESULT, trips: 9, complete: true, p50Seconds: 1800 };
    await write("/taxi-airport-durations-2019-03-01/_doc/JFK-1551466800", today);
    expect(await documentsOf("taxi-airport-durations")).to.deep.equal({
      "JFK-1551463200": FIRST_RESULT,
      "JFK-1551466800": today,
    });
    expect(await documentsOf("dead-letters")).to.deep.equal({ letter: { reason: "late" } });
    expect(upgrade.applied).to.include("index taxi-airport-durations behind an alias");
    expect(report.applied).not.to.include("index taxi-airport-durations behind an alias");
  });

  it("takes what a job of before writes until it is replaced", async () => {
    const result = { ...FIRST_RESULT, airport: "LGA" };
    await write("/taxi-airport-durations/_doc/LGA-1551463200", result);
    expect(await documentsOf("taxi-airport-durations")).to.have.property("LGA-1551463200");
  });

  it("gives live indices new fields, settings and replicas, and loses no document", async () => {
    const before = await documentsOf("taxi-demand-zones");
    const zone = { zone: 132, windowStart: "2019-03-01T18:00:00Z", trips: 3, complete: true };
    await write("/taxi-demand-zones-2019-03-01/_doc/132-1", zone);
    const weather = { type: "keyword" };
    const next = withField(settingsOf(settingsFolders, 2), "taxi-demand-zones", { weather });
    const { applied } = await applySettings(client(), next, new Set(plugins));
    expect(applied).to.include.members([
      "mapping of index taxi-demand-zones-2019-03-01",
      "settings of index taxi-demand-zones-2019-03-01",
      "settings of index taxi-airport-durations-undated",
      "settings of index dead-letters",
    ]);
    const rainy = { ...zone, weather: "rain" };
    await write("/taxi-demand-zones-2019-03-01/_doc/132-2", rainy);
    expect(await documentsOf("taxi-demand-zones")).to.deep.equal({
      ...before,
      "132-1": zone,
      "132-2": rainy,
    });
    const { answer } = await ask("GET", "/taxi-demand-zones-2019-03-01/_settings");
    expect(answer).to.have.nested.property(
      "taxi-demand-zones-2019-03-01.settings.index.number_of_replicas",
      "2",
    );
  });

  it("refuses what no index can take, by index and field", async () => {
    const changed = withField(settings, "dead-letters", { reason: { type: "long" } });
    const failure: unknown = await applySettings(client(), changed, new Set(plugins)).catch(
      (error: unknown) => error,
    );
    expect(String(failure))
      .to.include("- mapping of index dead-letters:")
      .and.include("mapper [reason] cannot be changed from type [keyword] to [long]")
      .and.include("Reindex dead-letters");
    await applySettings(client(), settings, new Set(plugins));
  });

  it("is not set up without the plugins unless it is told so", async () => {
    const failure: unknown = await applySettings(client(), settings, new Set()).catch(
      (error: unknown) => error,
    );
    expect(String(failure))
      .to.include("- lifecycle policy dead-letters:")
      .and.include("no handler");
  });

  it("gives indices and aliases back from its snapshots, and from those of another domain", async () => {
    const snapshots = {
      bucketName: "backup",
      region: "us-east-1",
      roleArn: "arn:role",
      keepDays: 1,
    };
    const wanted = { ...settings, snapshots: dailySnapshots(snapshots) };
    for (const once of ["registered", "registered again"]) {
      const { applied, skipped } = await applySettings(client(), wanted, new Set(plugins));
      expect(applied, once).to.include("snapshot repository pipeline");
      expect(skipped, once).to.include("snapshot policy daily");
    }
    const zone = { zone: 7, windowStart: "2019-03-02T18:00:00Z", trips: 5, complete: true };
    await write("/taxi-demand-zones-2019-03-02/_doc/7-1", zone);
    const stored = await documentsOf("taxi-demand-zones");
    const { answer } = await ask("PUT", "/_snapshot/pipeline/first?wait_for_completion=true");
    expect(answer).to.have.nested.property("snapshot.state", "SUCCESS");

    // What docs/operations.md does for the snapshots of a domain that is gone.
    const bucket = path.join(folders.state("s3"), "backup");
    const counted = readdirSync(bucket).filter((name) => name.startsWith(snapshotFilter.prefix));
    expect(counted, "objects that an alarm counts").to.have.length(1);
    const earlier = path.join(bucket, "earlier");
    cpSync(bucket, `${bucket}-copy`, { recursive: true });
    renameSync(`${bucket}-copy`, earlier);
    const { type, settings: place } = wanted.snapshots.repository as Record<string, object>;
    const copied = { type, settings: { ...place, base_path: "earlier", readonly: true } };
    expect(await ask("PUT", "/_snapshot/earlier", copied)).to.include({ status: 200 });

    for (const repository of ["pipeline", "earlier"]) {
      await ask("DELETE", "/taxi-demand-zones-*");
      expect(await ask("GET", "/taxi-demand-zones")).to.include({ status: 404 });
      const restored = await ask(
        "POST",
        `/_snapshot/${repository}/first/_restore?wait_for_completion=true`,
        { indices: "taxi-demand-zones-*", include_global_state: false },
      );
      expect(restored.answer).to.have.nested.property("snapshot.shards.failed", 0);
      expect(await documentsOf("taxi-demand-zones"), repository).to.deep.equal(stored);
    }
  });

  it("maps documents as the project's templates say, and refuses others", async () => {
    const stored = await ask("PUT", "/taxi-demand-cells-2019-03-01/_doc/a?refresh=true", DOCUMENT);
    expect(stored.status).to.equal(201);
    const refused = await ask("PUT", "/taxi-demand-cells-2019-03-01/_doc/b", {
      ...DOCUMENT,
      guess: 1,
    });
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
    await ask("GET", "/_cluster/health/taxi-demand-cells-2019-03-01?wait_for_status=yellow");
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
