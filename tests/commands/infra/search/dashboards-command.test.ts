import { expect } from "chai";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type IncomingHttpHeaders, type IncomingMessage, request } from "node:http";
import { createServer, type Server } from "node:https";
import { createServer as createTcpServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { buffer, text } from "node:stream/consumers";
import { Sha256 } from "@smithy/core/checksum";
import { SignatureV4 } from "@smithy/signature-v4";
import { RunningCommand } from "../../../support/command";

const host = "vpc-trips-dev-abc.eu-west-1.es.amazonaws.com";
const instanceId = "i-0123456789abcdef0";
/** Outputs of a stack whose replay host reaches the domain, besides that of the domain. */
const reachable = {
  replayInstanceId: instanceId,
  dashboardsCommand: "npm run dashboards -- dev",
};
const keys = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret", sessionToken: "token" };

/** Forwards a port to the domain of the test until it is interrupted, as the plugin does below `aws`. */
const fakeAws = `
const { connect, createServer } = require("node:net");
require("node:fs").writeFileSync(process.env.SESSION_FILE, JSON.stringify(process.argv.slice(2)));
const server = createServer((client) => {
  const domain = connect(Number(process.env.DOMAIN_PORT), "127.0.0.1");
  for (const socket of [client, domain]) socket.on("error", () => undefined);
  client.pipe(domain).pipe(client);
});
server.listen(0, "127.0.0.1", () => {
  console.log("\\nStarting session with SessionId: someone-0a");
  console.log("Port " + server.address().port + " opened for sessionId someone-0a.");
  if (process.env.SESSION_ENDS) setTimeout(() => process.exit(0), 10);
});
process.on("SIGINT", () => {
  require("node:fs").writeFileSync(process.env.SESSION_FILE, '"interrupted"');
  process.exit(0);
});`;

interface Arrived {
  readonly method: string | undefined;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

describe("npm run dashboards", () => {
  let folder: string;
  let domain: Server;
  let arrived: Arrived[];
  let port: number;
  let running: RunningCommand | undefined;

  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "search-access-"));
    const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
    const names = ["-subj", "/CN=Domain", "-addext", `subjectAltName=DNS:${host}`];
    const files = ["-keyout", "key", "-out", "certificate"];
    execFileSync("openssl", ["req", "-x509", ...key, ...names, ...files], {
      cwd: folder,
      stdio: "pipe",
    });
    const [privateKey, certificate] = ["key", "certificate"].map((name) =>
      readFileSync(path.join(folder, name)),
    );
    domain = createServer({ key: privateKey, cert: certificate }, (incoming, response) => {
      const { method, url = "", headers } = incoming;
      void buffer(incoming).then((body) => {
        arrived.push({ method, url, headers, body });
        response.writeHead(201, { "set-cookie": ["a=1", "b=2"] }).end("from the domain");
      });
    });
    await once(domain.listen(0, "127.0.0.1"), "listening");
  });

  beforeEach(async () => {
    arrived = [];
    running = undefined;
    install("aws", fakeAws);
    install("session-manager-plugin", "");
    outputs({ ...reachable, searchEndpoint: `https://${host}` });
    const free = createTcpServer();
    await once(free.listen(0, "127.0.0.1"), "listening");
    ({ port } = free.address() as AddressInfo);
    await once(free.close(), "close");
  });

  afterEach(async () => {
    running?.child.kill();
    await running?.finished;
  });

  after(() => {
    domain.close();
    rmSync(folder, { recursive: true, force: true });
  });

  function install(name: string, script: string): void {
    const file = path.join(folder, name);
    writeFileSync(file, `#!${process.execPath}\n${script}`, { mode: 0o755 });
  }

  function outputs(values: Readonly<Record<string, string>>): void {
    install("pulumi", `console.log(${JSON.stringify(JSON.stringify(values))});`);
  }

  function session(): unknown {
    return JSON.parse(readFileSync(path.join(folder, "session"), "utf8"));
  }

  function start(args: readonly string[] = [], env: NodeJS.ProcessEnv = {}): RunningCommand {
    running = new RunningCommand(
      "infra/search/dashboards/cli.ts",
      ["dev", "--port", String(port), ...args],
      {
        PATH: folder,
        HOME: folder,
        NODE_EXTRA_CA_CERTS: path.join(folder, "certificate"),
        SESSION_FILE: path.join(folder, "session"),
        DOMAIN_PORT: String((domain.address() as AddressInfo).port),
        AWS_PROFILE: undefined,
        AWS_ACCESS_KEY_ID: keys.accessKeyId,
        AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
        AWS_SESSION_TOKEN: keys.sessionToken,
        ...env,
      },
    );
    return running;
  }

  async function send(
    url: string,
    headers: Readonly<Record<string, string>> = {},
    method = "GET",
    body = "",
  ) {
    const outgoing = request({ host: "127.0.0.1", port, path: url, method, headers });
    const answered = once(outgoing, "response");
    outgoing.end(body);
    const [answer] = (await answered) as [IncomingMessage];
    return { status: answer.statusCode, headers: answer.headers, text: await text(answer) };
  }

  /** The signature that a domain computes of what arrived. */
  async function signatureOf({ method = "", url, headers, body }: Arrived): Promise<unknown> {
    const { pathname, searchParams } = new URL(url, `https://${host}`);
    const query: Record<string, string[]> = {};
    for (const name of new Set(searchParams.keys())) query[name] = searchParams.getAll(name);
    const type = headers["content-type"];
    const signer = new SignatureV4({
      service: "es",
      region: "eu-west-1",
      credentials: keys,
      sha256: Sha256,
    });
    const date = String(headers["x-amz-date"]);
    const signed = await signer.sign(
      {
        method,
        protocol: "https:",
        hostname: host,
        path: pathname,
        query,
        headers: { host: headers.host ?? "", ...(type !== undefined && { "content-type": type }) },
        body,
      },
      {
        signingDate: new Date(date.replace(/(....)(..)(..)T(..)(..)(..)Z/, "$1-$2-$3T$4:$5:$6Z")),
      },
    );
    return signed.headers["authorization"];
  }

  const requests = [
    { method: "GET", url: "/_dashboards/app/home" },
    { method: "GET", url: "/_dashboards/api/find?type=a&type=b&search=two+words&fields=x%3Dy%26z" },
    { method: "GET", url: "/%3Ctrips-%7Bnow%2Fd%7D%3E/_search?pretty", body: '{"size":0}' },
    { method: "POST", url: "/trips/_search", body: '{"query":{"match_all":{}}}' },
    { method: "DELETE", url: "/_dashboards/api/saved_objects/a" },
  ];

  it("forwards a port through the replay host and signs what it sends to the domain", async () => {
    const command = start();
    await command.says(/REST API/);
    expect(command.stdout).to.contain(`Dashboards: http://127.0.0.1:${port}/_dashboards\n`);
    expect(session()).to.deep.equal([
      "ssm",
      "start-session",
      "--region",
      "eu-west-1",
      "--target",
      instanceId,
      "--document-name",
      "AWS-StartPortForwardingSessionToRemoteHost",
      "--parameters",
      JSON.stringify({ host: [host], portNumber: ["443"] }),
    ]);
    for (const { method, url, body = "" } of requests) {
      arrived = [];
      const own = `http://127.0.0.1:${port}`;
      const answer = await send(
        url,
        {
          origin: own,
          "sec-fetch-site": "same-origin",
          "osd-xsrf": "true",
          cookie: "security=1",
          authorization: "Basic eDp5",
          ...(body !== "" && {
            "content-type": "application/json",
            "content-length": String(body.length),
          }),
        },
        method,
        body,
      );
      expect(answer).to.deep.include({ status: 201, text: "from the domain" });
      expect(answer.headers["set-cookie"]).to.deep.equal(["a=1", "b=2"]);
      const [only] = arrived;
      if (only === undefined) throw new Error(`${url} did not arrive`);
      expect(only.method).to.equal(method);
      const [sent, wanted] = [only.url, url].map((each) => new URL(each, own));
      expect(sent?.pathname).to.equal(wanted?.pathname);
      expect([...(sent?.searchParams ?? [])].sort()).to.deep.equal(
        [...(wanted?.searchParams ?? [])].sort(),
      );
      expect(only.body.toString()).to.equal(body);
      expect(only.headers).to.include({ host, "osd-xsrf": "true", cookie: "security=1" });
      expect(only.headers).not.to.have.any.keys("origin", "sec-fetch-site");
      expect(only.headers["x-amz-security-token"]).to.equal(keys.sessionToken);
      expect(only.headers.authorization).to.equal(await signatureOf(only));
    }
    command.child.kill("SIGINT");
    expect((await command.finished).code).to.equal(0);
    expect(session()).to.equal("interrupted");
  });

  it("refuses other pages, and hosts that only resolve to 127.0.0.1", async () => {
    await start().says(/REST API/);
    const foreign: Readonly<Record<string, string>>[] = [
      { origin: "https://example.com" },
      { origin: "null" },
      { origin: `http://127.0.0.1:${port + 1}` },
      { host: `rebound.example:${port}` },
      { host: "127.0.0.1" },
      { "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "same-site" },
    ];
    for (const headers of foreign) {
      const { status } = await send("/_cat/indices", headers);
      expect(status, JSON.stringify(headers)).to.equal(403);
    }
    expect((await send("http://example.com/_cat/indices")).status).to.equal(403);
    expect(arrived).to.deep.equal([]);
    const { status } = await send("/_cat/indices", { host: `localhost:${port}` });
    expect(status).to.equal(201);
  });

  it("sends nothing to a host that has no certificate for the domain's name", async () => {
    const other = "vpc-other-abc.eu-west-1.es.amazonaws.com";
    outputs({ ...reachable, searchEndpoint: `https://${other}` });
    await start().says(/REST API/);
    const answer = await send("/_cat/indices");
    expect(answer.status).to.equal(502);
    expect(answer.text).to.contain(`Host: ${other}. is not in the cert's altnames`);
    expect(arrived).to.deep.equal([]);
  });

  it("lists everything that is not installed", async () => {
    rmSync(path.join(folder, "aws"));
    rmSync(path.join(folder, "session-manager-plugin"));
    const { code, stderr, stdout } = await start().finished;
    expect({ code, stdout }).to.deep.equal({ code: 2, stdout: "" });
    expect(stderr).to.match(
      /^The proxy cannot start:\n- aws is not installed\. .*https:.*\n- session-manager-plugin is not installed\. .*working-with-install-plugin\.html\n$/,
    );
  });

  it("passes a profile on, which takes precedence over access keys of the environment", async () => {
    writeFileSync(
      path.join(folder, "credentials"),
      "[readers]\naws_access_key_id=AKIDREADER\naws_secret_access_key=other\n",
    );
    await start(["--profile", "readers"], {
      AWS_SHARED_CREDENTIALS_FILE: path.join(folder, "credentials"),
    }).says(/REST API/);
    expect((session() as string[]).slice(-2)).to.deep.equal(["--profile", "readers"]);
    await send("/");
    expect(arrived[0]?.headers.authorization).to.contain("Credential=AKIDREADER/");
  });

  const refusals = [
    {
      what: "a stack without a domain",
      prepare: () => {
        outputs({});
      },
      says: /dev must have the outputs searchEndpoint and replayInstanceId\. Deploy it/,
    },
    {
      what: "a stack whose replay host does not reach the domain",
      prepare: () => {
        outputs({ searchEndpoint: `https://${host}`, replayInstanceId: instanceId });
      },
      says: /replaySearchAccess of dev must be true.*; got false\. .*pulumi config set replaySearchAccess true --stack dev/,
    },
    {
      what: "a stack that does not exist",
      prepare: () => {
        install("pulumi", 'console.error("error: no stack named dev"); process.exit(255);');
      },
      says: /outputs of dev cannot be read: .*no stack named dev/s,
    },
    {
      what: "a session that does not start",
      prepare: () => {
        install("aws", 'console.error("TargetNotConnected"); process.exit(254);');
      },
      says: /TargetNotConnected/,
    },
  ];
  for (const { what, prepare, says } of refusals) {
    it(`ends with exit code 2 on ${what}`, async () => {
      prepare();
      const { code, stderr } = await start().finished;
      expect({ code, stderr }).to.deep.include({ code: 2 });
      expect(stderr).to.match(says);
    });
  }

  it("ends with exit code 2 on a port that is taken, before a session starts", async () => {
    const other = createTcpServer();
    await once(other.listen(port, "127.0.0.1"), "listening");
    const { code, stderr } = await start().finished;
    other.close();
    expect(code).to.equal(2);
    expect(stderr).to.contain(`- --port must be a free port; got ${port}`);
  });

  it("ends with exit code 1 when the session ends", async () => {
    const { code, stderr } = await start([], { SESSION_ENDS: "true" }).finished;
    expect(code).to.equal(1);
    expect(stderr).to.contain("The session ended.");
  });
});
