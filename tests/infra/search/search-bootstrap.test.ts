import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "chai";
import { settingsFolders } from "../../support/workloads";
import { allow } from "../../../infra/core/iam";
import {
  SearchBootstrap,
  type SearchBootstrapArgs,
} from "../../../infra/search/bootstrap/bootstrap";
import type { DomainSettings } from "../../../infra/search/bootstrap/domain-settings";
import { deploy, refusal } from "../../support/mocks";
import { actionsOf } from "../policy-documents";

const invocationType = "aws:lambda/invocation:Invocation";
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
    const { endpoint, indexTemplates, lifecyclePolicies } = await settingsOf();
    expect(endpoint).to.equal("https://search");
    expect(indexTemplates).to.include.keys(
      "dead-letters",
      "taxi-airport-durations",
      "taxi-demand-cells",
      "taxi-demand-zones",
    );
    expect(lifecyclePolicies).to.have.keys("dead-letters", "events");
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
    });
    expect(roles).to.have.keys(Object.keys(roleMappings));
    const [writer] = roles["pipeline_writer"]?.index_permissions ?? [];
    expect(writer?.index_patterns).to.include.members(["dead-letters", "taxi-demand-cells"]);
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
