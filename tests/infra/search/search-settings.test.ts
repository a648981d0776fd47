import { createHash } from "node:crypto";
import { expect } from "chai";
import { applySettings, type Plugin } from "../../../infra/search/bootstrap/apply-settings";
import { DomainClient } from "../../../infra/search/bootstrap/domain-client";
import type { DomainSettings } from "../../../infra/search/bootstrap/domain-settings";
import { handler } from "../../../infra/search/bootstrap/handler";
import { policyDocument } from "../../../infra/core/iam";
import { SearchDomain } from "../../../infra/search/domain";
import { deploy } from "../../support/mocks";
import { actionsOf } from "../policy-documents";
import { type Answer, httpServer } from "../../local/services/http-server";

const role = { cluster_permissions: [], index_permissions: [] };
const settings: DomainSettings = {
  indexTemplates: { letters: { index_patterns: ["letters"] } },
  lifecyclePolicies: { keep: { policy: { states: [{ name: "open" }] } } },
  roles: { writer: role },
  roleMappings: { writer: ["arn:job"] },
  audit: { enabled: true },
  savedObjects: '{"type":"dashboard"}\n',
};
const importPath = "/_dashboards/api/saved_objects/_import?overwrite=true";
const letters = "/letters?flat_settings=true&ignore_unavailable=true";
const noHandler = { error: "no handler found for uri [/_plugins/…] and method [PUT]" };

describe("The settings of a search domain", () => {
  let answers: Record<string, Answer[]> = {};
  const { requests, address } = httpServer(({ method, path }) => {
    const found = answers[`${method} ${path}`]?.shift();
    if (found !== undefined) return found;
    return method === "GET" ? { status: 404, body: {} } : { status: 200, body: { success: true } };
  });
  let waits: number[] = [];
  let remaining = 300_000;

  const client = (): DomainClient =>
    new DomainClient({
      endpoint: `http://${address()}`,
      region: "us-east-1",
      credentials: { accessKeyId: "AKIA", secretAccessKey: "secret", sessionToken: "token" },
      remainingMilliseconds: () => remaining,
      wait: (milliseconds) => {
        waits.push(milliseconds);
        remaining -= milliseconds;
        return Promise.resolve();
      },
    });
  const apply = (absent: readonly Plugin[] = []) =>
    applySettings(client(), settings, new Set(absent));
  const failure = async (promise: Promise<unknown>): Promise<string> =>
    promise.then(
      () => expect.fail("it did not fail"),
      (error: unknown) => (error as Error).message,
    );

  beforeEach(() => {
    answers = {};
    waits = [];
    remaining = 300_000;
  });

  it("are put in place in an order that works", async () => {
    expect(await apply()).to.deep.equal({
      applied: [
        "index template letters",
        "lifecycle policy keep",
        "role writer",
        "role mapping writer",
        "audit log",
        "saved objects of the dashboards",
      ],
      skipped: [],
    });
    expect(requests.map(({ method, path }) => `${method} ${path}`)).to.deep.equal([
      "PUT /_index_template/letters",
      `GET ${letters}`,
      "GET /_plugins/_ism/policies/keep",
      "PUT /_plugins/_ism/policies/keep",
      "PUT /_plugins/_security/api/roles/writer",
      "PUT /_plugins/_security/api/rolesmapping/writer",
      "PUT /_plugins/_security/api/audit/config",
      `POST ${importPath}`,
    ]);
    expect(JSON.parse(requests.at(-3)?.body ?? "")).to.deep.equal({ backend_roles: ["arn:job"] });
  });

  it("import the saved objects as a form's file, for everybody", async () => {
    await apply();
    const { headers, body } = requests.at(-1) ?? {};
    expect(headers?.["content-type"]).to.match(/^multipart\/form-data; boundary=/);
    expect(headers).to.include({ "osd-xsrf": "true", securitytenant: "global" });
    expect(body).to.match(/name="file"; filename="objects\.ndjson"[^]*{"type":"dashboard"}\n/);
  });

  it("fail with the saved objects that Dashboards refuses with a friendly status", async () => {
    answers[`POST ${importPath}`] = [
      { body: { success: false, errors: [{ id: "demand", error: { type: "conflict" } }] } },
    ];
    expect(await failure(apply())).to.match(
      /^The domain refuses settings:\n- saved objects of the dashboards: .*conflict/,
    );
  });

  it("fail when a page for signing in answers in place of Dashboards", async () => {
    answers[`POST ${importPath}`] = [
      { status: 302, headers: { location: "/sign-in" }, body: {} },
      { status: 200, body: { text: "<html>" } },
    ];
    for (const status of [302, 422]) {
      expect(await failure(apply())).to.contain(
        `saved objects of the dashboards: {"status":${status}`,
      );
    }
    expect(requests.map(({ path }) => path)).not.to.include("/sign-in");
  });

  it("take no request that the domain's administrator may not send", async () => {
    await apply();
    const { outputs } = await deploy(() => ({
      policy: policyDocument(
        new SearchDomain("search", {
          domainName: "trips-dev",
          instanceType: "m7g.large.search",
          instanceCount: 1,
          volumeGiB: 20,
          vpc: { vpcId: "vpc-1", subnetIds: ["subnet-a"], subnetCount: 1 },
          masterUserArn: "arn:role",
          logRetentionDays: 7,
        }).adminStatements(),
      ),
    }));
    const needed = requests.map(
      ({ method }) => `es:ESHttp${method.slice(0, 1)}${method.slice(1).toLowerCase()}`,
    );
    expect(actionsOf(outputs["policy"])).to.have.members([...new Set(needed)]);
  });

  it("leave a policy alone that is there already, with what OpenSearch adds to it", async () => {
    const policy = { policy_id: "keep", states: [{ name: "open", actions: [] }] };
    answers["GET /_plugins/_ism/policies/keep"] = [
      { body: { _seq_no: 3, _primary_term: 1, policy } },
    ];
    await apply();
    expect(requests.filter(({ method, path }) => method === "PUT" && path.includes("_ism"))).to.be
      .empty;
  });

  it("change a policy that differs, by the version that was seen", async () => {
    answers["GET /_plugins/_ism/policies/keep"] = [
      { body: { _seq_no: 3, _primary_term: 1, policy: { states: [] } } },
    ];
    await apply();
    expect(requests.map(({ path }) => path)).to.include(
      "/_plugins/_ism/policies/keep?if_seq_no=3&if_primary_term=1",
    );
  });

  describe("with snapshots", () => {
    const repository = { type: "s3", settings: { bucket: "backup" } };
    const policy = { snapshot_config: { repository: "pipeline", partial: false } };
    const sent = async () => {
      await applySettings(client(), { ...settings, snapshots: { repository, policy } }, new Set());
      return requests
        .filter(({ method, path }) => method !== "GET" && /_snapshot|_sm/.test(path))
        .map(({ method, path, body }) => [`${method} ${path}`, JSON.parse(body) as unknown]);
    };
    const repositoryPath = "/_snapshot/pipeline";
    const policyPath = "/_plugins/_sm/policies/daily";

    it("register the repository before the policy that uses it", async () => {
      expect(await sent()).to.deep.equal([
        [`PUT ${repositoryPath}`, repository],
        [`POST ${policyPath}`, policy],
      ]);
    });

    it("leave both alone where they are as they should be: a snapshot may be running", async () => {
      answers[`GET ${repositoryPath}`] = [{ body: { pipeline: { ...repository, uuid: "u" } } }];
      const present = {
        name: "daily",
        snapshot_config: { repository: "pipeline", partial: "false" },
      };
      answers[`GET ${policyPath}`] = [
        { body: { _seq_no: 3, _primary_term: 1, sm_policy: present } },
      ];
      expect(await sent()).to.deep.equal([]);
    });

    it("change what differs, the policy by the version that was seen", async () => {
      answers[`GET ${repositoryPath}`] = [
        { body: { pipeline: { type: "s3", settings: { bucket: "earlier" } } } },
      ];
      answers[`GET ${policyPath}`] = [
        { body: { _seq_no: 3, _primary_term: 1, sm_policy: { snapshot_config: {} } } },
      ];
      expect(await sent()).to.deep.equal([
        [`PUT ${repositoryPath}`, repository],
        [`PUT ${policyPath}?if_seq_no=3&if_primary_term=1`, policy],
      ]);
    });
  });

  describe("reach the indices that a template matches", () => {
    const live = (index: object) => {
      answers[`GET ${letters}`] = [{ body: { letters: { aliases: {}, ...index } } }];
    };
    const template = {
      index_patterns: ["letters"],
      template: {
        aliases: { post: {} },
        settings: { number_of_shards: 2, number_of_replicas: 1, index: { refresh_interval: "1s" } },
        mappings: { dynamic: "strict", properties: { a: { type: "long" }, b: { index: false } } },
      },
    };
    const changes = async () => {
      const report = await applySettings(
        client(),
        { ...settings, indexTemplates: { letters: template } },
        new Set(),
      );
      return report.applied.filter((title) => title.includes("of index"));
    };

    it("with new fields, dynamic settings and the alias", async () => {
      live({
        mappings: { dynamic: "strict", properties: { a: { type: "long" } } },
        settings: {
          "index.number_of_shards": "1",
          "index.number_of_replicas": "0",
          "index.refresh_interval": "1s",
        },
      });
      expect(await changes()).to.deep.equal([
        "mapping of index letters",
        "settings of index letters",
        "alias post of index letters",
      ]);
      const bodyOf = (path: string) =>
        JSON.parse(requests.find((request) => request.path === path)?.body ?? "null") as unknown;
      expect(bodyOf("/letters/_mapping")).to.deep.equal(template.template.mappings);
      expect(bodyOf("/letters/_settings")).to.deep.equal({ "index.number_of_replicas": 1 });
    });

    it("not where they have them already, or take no writes", async () => {
      const same = {
        mappings: {
          dynamic: "strict",
          properties: { a: { type: "long" }, b: { type: "keyword", index: false } },
        },
        aliases: { post: {} },
        settings: { "index.number_of_replicas": "1", "index.refresh_interval": "1s" },
      };
      live(same);
      expect(await changes()).to.be.empty;
      for (const block of ["index.blocks.write", "index.blocks.read_only"]) {
        live({ mappings: {}, settings: { [block]: "true" } });
        expect(await changes(), block).to.be.empty;
      }
      live({ mappings: {}, settings: { "index.routing.allocation.require.box_type": "warm" } });
      expect(await changes()).to.be.empty;
    });

    it("or fail with index, field and what to do", async () => {
      live({ mappings: {}, settings: {} });
      const reason = "mapper [a] cannot be changed from type [text] to [long]";
      answers["PUT /letters/_mapping"] = [{ status: 400, body: { error: { reason } } }];
      expect(await failure(changes())).to.match(
        /- mapping of index letters: .*mapper \[a\] cannot be changed.*\. Reindex letters as docs\/operations\.md/,
      );
    });
  });

  it("are signed for the service es, as a session of a role", async () => {
    await apply();
    const { headers } = requests[0] ?? {};
    expect(headers?.["authorization"]).to.match(
      /^AWS4-HMAC-SHA256 Credential=AKIA\/\d{8}\/us-east-1\/es\/aws4_request, SignedHeaders=content-type;host;/,
    );
    expect(headers?.["x-amz-security-token"]).to.equal("token");
  });

  it("wait, longer and longer, for a domain that is not ready", async () => {
    answers["PUT /_index_template/letters"] = [
      { status: 503, body: {} },
      { status: 429, body: {} },
      { status: 403, body: { Message: "not authorized" } },
    ];
    expect((await apply()).applied).to.include("index template letters");
    expect(waits).to.deep.equal([500, 1000, 2000]);
  });

  it("fail with the last answer when the domain does not become ready in time", async () => {
    answers["PUT /_index_template/letters"] = Array.from({ length: 100 }, () => ({
      status: 403,
      body: { Message: "not authorized" },
    }));
    expect(await failure(apply())).to.equal(
      'The domain is not ready: PUT /_index_template/letters: {"status":403,"body":{"Message":"not authorized"}}',
    );
    expect(Math.max(...waits)).to.equal(10_000);
  });

  it("fail with everything that the domain refuses", async () => {
    answers["PUT /_index_template/letters"] = [{ status: 400, body: { error: "unknown setting" } }];
    answers["PUT /_plugins/_security/api/roles/writer"] = [{ status: 400, body: noHandler }];
    expect(await failure(apply())).to.match(
      /^The domain refuses settings:\n- index template letters: .*unknown setting.*\n- role writer: .*no handler found/,
    );
  });

  it("are skipped, and reported so, only for a plugin that is declared absent and is", async () => {
    const absent = [{ status: 400, body: noHandler }];
    answers["GET /_plugins/_ism/policies/keep"] = absent;
    const { applied, skipped } = await apply(["index-state-management", "security"]);
    expect(skipped).to.deep.equal(["lifecycle policy keep"]);
    expect(applied).to.include.members(["role writer", "role mapping writer"]);

    answers["PUT /_plugins/_security/api/roles/writer"] = [{ status: 400, body: { error: "no" } }];
    expect(await failure(apply(["security"]))).to.include("- role writer:");
  });

  describe("as Lambda applies them", () => {
    const earlier = { ...process.env };
    const context = { getRemainingTimeInMillis: () => 60_000 };

    beforeEach(() => {
      Object.assign(process.env, {
        AWS_REGION: "us-east-1",
        AWS_ACCESS_KEY_ID: "AKIA",
        AWS_SECRET_ACCESS_KEY: "secret",
        AWS_ENDPOINT_URL_OPENSEARCH: `http://${address()}`,
        SETTINGS_SHA256: createHash("sha256").update(JSON.stringify(settings)).digest("hex"),
      });
    });
    afterEach(() => {
      process.env = { ...earlier };
    });

    it("go to the endpoint that the environment names", async () => {
      expect((await handler(settings, context)).applied).to.have.length(6);
      expect(requests).to.have.length(8);
    });

    it("are those of the deployment, whatever the caller sends", async () => {
      const forged = { ...settings, roleMappings: { all_access: ["arn:intruder"] } };
      expect(await failure(handler(forged, context))).to.equal(
        "The settings must be those of the last deployment. Deploy to change them.",
      );
      expect(requests).to.be.empty;
    });

    it("know the plugins that may be declared absent", async () => {
      process.env["OPENSEARCH_ABSENT_PLUGINS"] = "index-state-management,sql";
      expect(await failure(handler(settings, context))).to.equal(
        'OPENSEARCH_ABSENT_PLUGINS must list some of index-state-management, security, dashboards; got "sql"',
      );
    });
  });
});
