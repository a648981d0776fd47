import { expect } from "chai";
import type { DataPlane } from "../../../../local/provider/data-plane";
import { domainPlane } from "../../../../local/services/opensearch/domain-plane";
import { declared } from "../declared-resource";
import { rejection } from "../rejection";
import { temporaryFolder } from "../temporary-folder";

function domain(name: string, engineVersion = "OpenSearch_2.19") {
  return declared("aws:opensearch/domain:Domain", { domainName: name, engineVersion });
}

describe("The OpenSearch domain on this machine", () => {
  const folder = temporaryFolder();
  const endpoint = "127.0.0.1:9200";
  const steps: string[] = [];

  const node = {
    start: () => Promise.resolve(steps.push("start")),
    stop: () => Promise.resolve(void steps.push("stop")),
  };
  const plane = (dataFolder = folder()): DataPlane => domainPlane(node, { endpoint, dataFolder });

  beforeEach(() => {
    steps.length = 0;
  });

  it("is a node at an endpoint without scheme", async () => {
    expect(await plane().create(domain("search"))).to.deep.equal({
      endpoint,
      dashboardEndpoint: `${endpoint}/_dashboards`,
    });
    expect(steps).to.deep.equal(["start"]);
  });

  it("is the only one", async () => {
    const only = plane();
    await only.create(domain("search"));
    await only.create(domain("search"));
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
    expect(await plane().read(domain("search"))).to.include({ endpoint });
    expect(await plane(`${folder()}/none`).read(domain("search"))).to.equal(undefined);
  });

  it("makes room for another when it is deleted", async () => {
    const only = plane();
    await only.create(domain("search"));
    await only.delete(domain("search"));
    await only.create(domain("other"));
    expect(steps).to.deep.equal(["start", "stop", "start"]);
  });
});
