import { expect } from "chai";
import { getProxyForUrl } from "proxy-from-env";
import { kinesisEnvironment } from "../../../../local/services/kinesis/kinesis-server";

describe("The environment in which other processes find the local Kinesis server", () => {
  const kept = { ...process.env };
  afterEach(() => {
    process.env = { ...kept };
  });

  it("goes past a proxy, and keeps the hosts that go past it already", () => {
    const endpoint = "http://127.0.0.1:4567";
    Object.assign(process.env, { HTTP_PROXY: "http://proxy:3128", NO_PROXY: "internal" });
    expect(getProxyForUrl(endpoint)).to.equal("http://proxy:3128");
    Object.assign(process.env, kinesisEnvironment(endpoint));
    expect(getProxyForUrl(endpoint)).to.equal("");
    expect(getProxyForUrl("http://internal")).to.equal("");
    expect(getProxyForUrl("http://example.org")).to.equal("http://proxy:3128");
  });
});
