import path from "node:path";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { expect } from "chai";
import { settingsFolders } from "../../support/workloads";
import { allow } from "../../../infra/core/iam";
import {
  SearchBootstrap,
  type SearchBootstrapArgs,
} from "../../../infra/search/bootstrap/bootstrap";
import type { DomainSettings } from "../../../infra/search/bootstrap/domain-settings";
import { deploy, refusal } from "../../support/mocks";
import { actionsOf, statementFor } from "../policy-documents";

const invocationType = "aws:lambda/invocation:Invocation";
const masterAlone = {
  all_access: ["arn:admin"],
  security_manager: ["arn:admin"],
  manage_snapshots: ["arn:admin"],
};
const valid: SearchBootstrapArgs = {
  endpoint: "https://search",
  masterRole: { arn: "arn:admin", name: "admin" },
  statements: [allow(["es:ESHttpPut"], ["arn:domain/*"])],
  vpc: { subnetIds: ["subnet-a", "subnet-b"], securityGroupIds: ["sg-clients"] },
  folders: settingsFolders,
  replicas: 1,
  writerRoleArns: ["arn:job"],
  logRetentionDays: 7,
};

function bootstrap(changes: Partial<SearchBootstrapArgs> = {}) {
  return deploy(() => {
    new SearchBootstrap("settings", { ...valid, ...changes });
  });
}

async function settingsOf(changes: Partial<SearchBootstrapArgs> = {}): Promise<DomainSettings> {
  const { inputs } = (await bootstrap(changes)).one(invocationType);
  return JSON.parse(String(inputs["input"])) as DomainSettings;
}

describe("SearchBootstrap", () => {
  it("works as the domain's master user from inside its network", async () => {
    const deployment = await bootstrap();
    const { inputs } = deployment.one("aws:lambda/function:Function");
    expect(inputs).to.deep.include({
      role: "arn:admin",
      vpcConfig: { subnetIds: ["subnet-a", "subnet-b"], securityGroupIds: ["sg-clients"] },
    });
    expect(deployment.ofType("aws:iam/role:Role")).to.be.empty;
    const policy = deployment.one("aws:iam/rolePolicy:RolePolicy").inputs;
    expect(policy["role"]).to.equal("admin");
    expect(actionsOf(policy["policy"])).to.include.members([
      "es:ESHttpPut",
      "ec2:CreateNetworkInterface",
    ]);
  });

  it("puts every template and policy of the pipeline in place", async () => {
    const { indexTemplates, lifecyclePolicies } = await settingsOf();
    expect(indexTemplates).to.include.keys(
      "dead-letters",
      "taxi-airport-durations",
      "taxi-demand-cells",
      "taxi-demand-zones",
    );
    expect(lifecyclePolicies).to.have.keys("dead-letters", "events", "results");
  });

  it("runs with the endpoint and the digest of the settings in its environment", async () => {
    const deployment = await bootstrap();
    const { inputs } = deployment.one("aws:lambda/function:Function");
    const { input } = deployment.one(invocationType).inputs;
    expect(inputs["environment"]).to.deep.equal({
      variables: {
        SEARCH_ENDPOINT: "https://search",
        SETTINGS_SHA256: createHash("sha256").update(String(input)).digest("hex"),
      },
    });
  });

  it("gives each index the shards of the domain, but for a template that sets a number", async () => {
    const { indexTemplates } = await settingsOf({ indexShards: 5 });
    const shards = (name: string) => indexTemplates[name]?.["template"];
    expect(shards("taxi-demand-cells")).to.have.nested.property("settings.number_of_shards", 5);
    expect(shards("dead-letters")).to.have.nested.property("settings.number_of_shards", 1);
  });

  it("gives each index the thresholds without which a slow log stays empty", async () => {
    for (const [name, { template }] of Object.entries((await settingsOf()).indexTemplates)) {
      const { settings } = template as { readonly settings: object };
      expect(Object.keys(settings), name).to.include.members([
        "search.slowlog.threshold.query.warn",
        "search.slowlog.threshold.fetch.warn",
        "indexing.slowlog.threshold.index.warn",
      ]);
    }
  });

  it("turns the audit log on, where there is access control to audit", async () => {
    expect((await settingsOf()).audit).to.deep.include({ enabled: true });
    expect(await settingsOf({ accessControl: false })).not.to.have.property("audit");
  });

  it("migrates indices to UltraWarm nodes only where there are any", async () => {
    for (const warm of [true, false]) {
      const { lifecyclePolicies } = await settingsOf({ warm });
      const text = JSON.stringify(lifecyclePolicies);
      expect(text.includes("warm_migration"), String(warm)).to.equal(warm);
      expect(text).to.include('"delete"');
    }
  });

  it("keeps the master user among the administrators, with and without others", async () => {
    for (const adminRoleArns of [[], ["arn:operator"]]) {
      const { roleMappings } = await settingsOf({ adminRoleArns });
      for (const role of ["all_access", "security_manager", "manage_snapshots"]) {
        expect(roleMappings[role], role).to.deep.equal(["arn:admin", ...adminRoleArns]);
      }
    }
  });

  it("takes the settings of any folder, each part of it optional", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "settings-"));
    try {
      mkdirSync(path.join(folder, "index-templates"));
      const template = { index_patterns: ["orders-*"], template: {} };
      writeFileSync(path.join(folder, "index-templates/orders.json"), JSON.stringify(template));
      const settings = await settingsOf({ folders: [folder] });
      expect(settings.indexTemplates).to.have.all.keys("orders");
      expect(settings.lifecyclePolicies).to.deep.equal({});
      expect(settings.savedObjects).to.equal("");
      expect(settings.roles["pipeline_writer"]?.index_permissions[0]?.index_patterns).to.deep.equal(
        ["orders-*"],
      );
      const patterns = ["orders-2026-*"];
      const narrowed = await settingsOf({ folders: [folder], indexPatterns: patterns });
      expect(JSON.stringify(narrowed.roles))
        .to.include("orders-2026-*")
        .and.not.include('"orders-*"');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("registers a repository with the role that it may pass, and a policy of daily snapshots", async () => {
    const snapshots = {
      bucketName: "backup",
      region: "eu-west-1",
      roleArn: "arn:snapshots",
      keepDays: 9,
    };
    const deployment = await bootstrap({ snapshots });
    const { policy } = deployment.one("aws:iam/rolePolicy:RolePolicy").inputs;
    expect(statementFor(policy, "iam:PassRole").Resource).to.deep.equal(["arn:snapshots"]);
    const { repository, policy: daily } = (await settingsOf({ snapshots })).snapshots ?? {};
    expect(repository).to.deep.equal({
      type: "s3",
      settings: { bucket: "backup", region: "eu-west-1", role_arn: "arn:snapshots" },
    });
    expect(daily).to.have.nested.property("snapshot_config.repository", "pipeline");
    expect(daily).to.have.nested.property("deletion.condition.max_age", "9d");
    // A pattern of hot and UltraWarm indices would be refused.
    expect(daily).not.to.have.nested.property("snapshot_config.indices");
    expect(
      actionsOf((await bootstrap()).one("aws:iam/rolePolicy:RolePolicy").inputs["policy"]),
    ).to.not.include("iam:PassRole");
    expect(await settingsOf()).not.to.have.property("snapshots");
  });

  it("gives no permission on indices where there are none", async () => {
    const { roles } = await settingsOf({ folders: [] });
    expect(roles["pipeline_writer"]?.index_permissions).to.deep.equal([]);
  });

  it("takes a role from its last principal when there is none any more", async () => {
    const { roleMappings } = await settingsOf({ readerRoleArns: [] });
    expect(roleMappings).to.deep.equal({
      pipeline_writer: ["arn:job"],
      pipeline_delivery: [],
      pipeline_reader: [],
      ...masterAlone,
    });
  });

  it("gives indices as many replicas as there are zones for them", async () => {
    for (const replicas of [0, 2]) {
      const { indexTemplates } = await settingsOf({ replicas });
      for (const template of Object.values(indexTemplates)) {
        expect(template["template"]).to.have.nested.property(
          "settings.number_of_replicas",
          replicas,
        );
      }
    }
  });

  it("gives each principal the role that it needs, on the pipeline's indices alone", async () => {
    const { roles, roleMappings } = await settingsOf({
      deliveryRoleArns: ["arn:firehose"],
      readerRoleArns: ["arn:analyst", "arn:page"],
    });
    expect(roleMappings).to.deep.equal({
      pipeline_writer: ["arn:job"],
      pipeline_delivery: ["arn:firehose"],
      pipeline_reader: ["arn:analyst", "arn:page"],
      ...masterAlone,
    });
    expect(roles).to.have.keys("pipeline_writer", "pipeline_delivery", "pipeline_reader");
    const [writer] = roles["pipeline_writer"]?.index_permissions ?? [];
    expect(writer?.index_patterns).to.include.members(["dead-letters", "taxi-demand-cells-*"]);
    expect(writer?.index_patterns).not.to.include("*");
    const [reader] = roles["pipeline_reader"]?.index_permissions ?? [];
    expect(reader?.allowed_actions).to.deep.equal(["read"]);
  });

  it("writes no role without access control", async () => {
    const without = await settingsOf({ accessControl: false });
    expect(without).to.deep.include({ roles: {}, roleMappings: {} });
  });

  it("runs again when its code changes", async () => {
    const { inputs } = (await bootstrap()).one(invocationType);
    expect(inputs["triggers"]).to.have.keys("function");
  });

  it("refuses replicas for which there are no zones", async () => {
    expect(
      await refusal(() => new SearchBootstrap("settings", { ...valid, replicas: 3 })),
    ).to.equal(
      'SearchBootstrap "settings" has invalid arguments:\n- replicas must be an integer from 0 to 2; got 3',
    );
  });
});
