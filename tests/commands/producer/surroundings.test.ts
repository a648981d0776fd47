import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { FakeKinesisServer } from "../../producer/support/fake-kinesis-server";
import { PrivateNetwork } from "../../producer/support/private-network";
import { bundleProducer, ProducerProcess } from "../../producer/support/producer-process";
import { header, row } from "../../producer/support/trip-rows";

const startUrl = "https://example.awsapps.com/start";

describe("The replay command behind a proxy with a certificate authority of its own", function () {
  this.timeout(30_000);
  let folder: string;
  let server: FakeKinesisServer;
  let network: PrivateNetwork;
  let running: ProducerProcess[] = [];
  let bundle: string;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "producer-"));
    bundle = bundleProducer(folder);
    server = await FakeKinesisServer.start("trips", 2);
    network = await PrivateNetwork.open(folder, server.endpoint);
    mkdirSync(join(folder, ".aws", "sso", "cache"), { recursive: true });
    const token = {
      accessToken: "token",
      expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
    };
    const name = createHash("sha1").update(startUrl).digest("hex");
    writeFileSync(join(folder, ".aws", "sso", "cache", `${name}.json`), JSON.stringify(token));
    const account = "sso_account_id=111122223333\nsso_role_name=Replay\nsso_region=eu-west-1";
    writeFileSync(
      join(folder, ".aws", "config"),
      `[profile company]\nregion=eu-west-1\nsso_start_url=${startUrl}\n${account}\n` +
        `[profile other]\nregion=eu-west-1\nsso_start_url=https://other.example\n${account}\n`,
    );
    writeFileSync(join(folder, "trips.csv"), [header, row()].join("\n"));
  });
  afterEach(async () => {
    for (const producer of running) {
      producer.kill("SIGKILL");
      await producer.exit();
    }
    running = [];
    network.connected.length = 0;
    network.refusal = undefined;
  });
  after(async () => {
    network.close();
    await server.stop();
    rmSync(folder, { recursive: true });
  });

  function start(args: readonly string[], env: NodeJS.ProcessEnv = {}): ProducerProcess {
    const surroundings = { HTTPS_PROXY: network.proxy, AWS_CA_BUNDLE: network.authority, ...env };
    const all = ["--stream", "trips", "--input", "trips.csv", "--json", ...args];
    const producer = new ProducerProcess(bundle, all, surroundings, folder);
    running.push(producer);
    return producer;
  }

  it("signs in by the SSO profile and sends to the region of the profile, all through the proxy", async () => {
    // Keys of the environment belong to another account: the profile comes first.
    const keys = { AWS_ACCESS_KEY_ID: "other", AWS_SECRET_ACCESS_KEY: "other" };
    const producer = start(["--profile", "company"], keys);
    expect(await producer.exit(), producer.stderr).to.equal(0);
    expect(server.stream.records).to.have.length(1);
    expect(new Set(network.connected)).to.deep.equal(
      new Set(["portal.sso.eu-west-1.amazonaws.com:443", "kinesis.eu-west-1.amazonaws.com:443"]),
    );
  });

  it("takes the profile from a configuration file and from AWS_PROFILE", async () => {
    writeFileSync(join(folder, "replay.json"), JSON.stringify({ profile: "company" }));
    const named = start(["--config", "replay.json"]);
    expect(await named.exit(), named.stderr).to.equal(0);
    const ofEnvironment = start([], { AWS_PROFILE: "company" });
    expect(await ofEnvironment.exit(), ofEnvironment.stderr).to.equal(0);
  });

  const failures: [
    what: string,
    env: NodeJS.ProcessEnv,
    args: string[],
    expected: string[],
    refusal?: string,
  ][] = [
    [
      "an authority that is not trusted",
      { AWS_CA_BUNDLE: undefined, AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "b" },
      ["--region", "eu-west-1"],
      ["certificate is not trusted", "set AWS_CA_BUNDLE", "certificate authorities of Node.js"],
    ],
    [
      "a file of authorities that cannot be read",
      { AWS_CA_BUNDLE: "missing.pem" },
      ["--region", "eu-west-1"],
      ["AWS_CA_BUNDLE must be a readable file of PEM certificates; got missing.pem"],
    ],
    [
      "a proxy that is not there",
      {
        HTTPS_PROXY: "http://user:secret@127.0.0.1:1",
        AWS_ACCESS_KEY_ID: "a",
        AWS_SECRET_ACCESS_KEY: "b",
      },
      ["--region", "eu-west-1"],
      ["cannot be reached through the proxy http://127.0.0.1:1", "check HTTPS_PROXY and NO_PROXY"],
    ],
    [
      "a proxy that asks for other credentials",
      { AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "b" },
      ["--region", "eu-west-1"],
      ["through the proxy http://127.0.0.1:"],
      "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n",
    ],
    [
      "an SSO session that has ended",
      {},
      ["--profile", "other"],
      ["no AWS credentials were found; sign in (aws sso login)", "tried profile other of ~/.aws"],
    ],
    [
      "a profile that does not exist",
      {},
      ["--profile", "missing"],
      ["the region is not known", "tried those and profile missing of ~/.aws/config"],
    ],
  ];
  for (const [what, env, args, expected, refusal] of failures) {
    it(`names what was tried: ${what}`, async () => {
      network.refusal = refusal;
      const producer = start(args, env);
      expect(await producer.exit()).to.equal(2);
      const { type, problems } = producer.report as { type: string; problems: string[] };
      expect(type).to.equal("error");
      for (const text of expected) expect(problems.join("\n")).to.include(text);
      expect(problems.join("\n")).not.to.include("user:secret");
    });
  }

  it("reads a file of a web server through the proxy", async () => {
    network.files.set("/trips.csv", [header, row(), row()].join("\n"));
    const producer = start(["--dry-run", "--input", "https://files.example/moved.csv"]);
    expect(await producer.exit(), producer.stderr).to.equal(0);
    expect(producer.report).to.include({ type: "dry-run", recordsTotal: 3 });
    expect(network.connected).to.include("files.example:443");
  });

  it("goes past the proxy for hosts of NO_PROXY", async () => {
    const env = {
      AWS_ENDPOINT_URL_KINESIS: server.endpoint,
      HTTP_PROXY: "http://127.0.0.1:1",
      NO_PROXY: "127.0.0.1",
    };
    const producer = start(["--profile", "company"], env);
    expect(await producer.exit(), producer.stderr).to.equal(0);
    expect(network.connected).to.deep.equal(["portal.sso.eu-west-1.amazonaws.com:443"]);
  });
});
