import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { DomainPlane, type DomainPlaneOptions } from "../../../local/services/domain-plane";
import { declared } from "./declared-resource";
import { httpServer } from "./http-server";
import { rejection } from "./rejection";
import { temporaryFolder } from "./temporary-folder";

function domain(name: string, engineVersion = "OpenSearch_2.19") {
  return declared("aws:opensearch/domain:Domain", { domainName: name, engineVersion });
}

describe("The OpenSearch domain on this machine", () => {
  const folder = temporaryFolder();
  let refuse = false;
  const { requests, address } = httpServer(() =>
    refuse ? { status: 400, body: "unknown setting" } : { body: {} },
  );
  const steps: string[] = [];

  const plane = (options: Partial<DomainPlaneOptions> = {}): DomainPlane => {
    const templates = path.join(folder(), "templates");
    mkdirSync(templates, { recursive: true });
    writeFileSync(path.join(templates, "demand.json"), '{"index_patterns":["demand"]}');
    writeFileSync(path.join(templates, "README.md"), "not a template");
    return new DomainPlane({
      start: () => Promise.resolve(steps.push("start")),
      stop: () => Promise.resolve(void steps.push("stop")),
      endpoint: address(),
      dataFolder: path.join(folder(), "data"),
      templates,
      hasData: () => true,
      ...options,
    });
  };

  beforeEach(() => {
    refuse = false;
    steps.length = 0;
  });

  it("is a node with the project's index templates, at an endpoint without scheme", async () => {
    expect(await plane().create(domain("search"))).to.deep.equal({
      endpoint: address(),
      dashboardEndpoint: `${address()}/_dashboards`,
    });
    expect(steps).to.deep.equal(["start"]);
    expect(requests).to.deep.equal([
      {
        method: "PUT",
        path: "/_index_template/demand",
        body: '{"index_patterns":["demand"]}',
      },
    ]);
  });

  it("fails with the node's reason when a template is refused", async () => {
    refuse = true;
    expect((await rejection(plane().create(domain("search")))).message).to.equal(
      'OpenSearch refuses the index template demand.json: "unknown setting"',
    );
  });

  it("is the only one", async () => {
    const only = plane();
    await only.create(domain("search"));
    await only.update(domain("search"));
    expect((await rejection(only.create(domain("other")))).message).to.include(
      "runs one OpenSearch domain, search; other would be a second one",
    );
  });

  it("is refused with an engine that is not here", async () => {
    const error = await rejection(plane().create(domain("search", "Elasticsearch_7.10")));
    expect(error.message).to.include("engineVersion is Elasticsearch_7.10");
    expect(steps).to.be.empty;
  });

  it("is taken up again when an earlier run has left its data, and is gone otherwise", async () => {
    expect(await plane().read(domain("search"))).to.include({ endpoint: address() });
    expect(await plane({ hasData: () => false }).read(domain("search"))).to.equal(undefined);
  });

  it("makes room for another when it is deleted", async () => {
    const only = plane();
    await only.create(domain("search"));
    await only.delete();
    await only.create(domain("other"));
    expect(steps).to.deep.equal(["start", "stop", "start"]);
  });
});
