import { readFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { GithubAccess } from "../../../infra/bootstrap/github-access";
import { adminRoles } from "../../../infra/search/bootstrap/bootstrap";
import { projectRoot } from "../../support/command";
import { actionsOf, document } from "../../infra/policy-documents";
import { deploy, type Registration } from "../../support/mocks";
import { stackDeployment } from "../../support/stack-deployment";

const operations = readFileSync(path.join(projectRoot, "docs/operations.md"), "utf8");

const services: Readonly<Record<string, string>> = { kinesisanalyticsv2: "kinesisanalytics" };

/** Actions that the state of Pulumi takes. */
const state = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "kms:Decrypt", "kms:Encrypt"];

/** Kinds of steps by what they look like, and the actions that each takes of the operator, or access to the domain. */
const steps: readonly (readonly [
  kind: string,
  step: RegExp,
  actions: (found: RegExpExecArray) => readonly string[] | "domain",
])[] = [
  [
    "aws",
    /\baws ([a-z0-9-]+) ([a-z]+(?:-[a-z]+)+)/g,
    ([, service = "", command = ""]) => {
      const action = command.replace(/(^|-)([a-z])/g, (_, _dash, letter: string) =>
        letter.toUpperCase(),
      );
      return [`${services[service] ?? service}:${action}`];
    },
  ],
  ["pulumi", /`(?:[A-Z_]+=\S+ )*pulumi (?:cancel|destroy|refresh|up) /g, () => state],
  [
    "replay",
    /npm run replay/g,
    () => ["s3:GetObject", "s3:ListBucket", "kinesis:DescribeStreamSummary", "kinesis:PutRecords"],
  ],
  [
    "release-job",
    /npm run release-job|with `release-job`/g,
    () => [
      "cloudwatch:GetMetricData",
      ...["Describe", "Update", "Rollback", "Stop", "Start"].map(
        (verb) => `kinesisanalytics:${verb}Application`,
      ),
      "kinesisanalytics:ListApplicationSnapshots",
    ],
  ],
  ["domain", /\b(?:GET|POST|PUT|DELETE) (?:_snapshot|_reindex|NAME)/g, () => "domain"],
];

describe("docs/operations.md", () => {
  let resources: readonly Registration[];
  before(async () => {
    ({ resources } = await stackDeployment("prod", {
      functionHandler: "examples/stream-function/handler.ts",
      httpIngestion: "Iam",
    }));
  });

  it("says of every alarm what to do", () => {
    const names = resources
      .filter(({ type }) => type === "aws:cloudwatch/metricAlarm:MetricAlarm")
      .filter(({ parent }) => parent === "pipeline-monitoring")
      .map(({ name }) => name.replace("pipeline-monitoring-", "").replace(/-lately$/, ""));
    expect(names).to.include.members(["application-lag", "application-down", "domain-red"]);
    expect(names.filter((name) => !operations.includes(name))).to.deep.equal([]);
  });

  it("has the critical alarms in bold, and no others", () => {
    const sum = resources.find(
      ({ type, name }) =>
        type === "aws:cloudwatch/compositeAlarm:CompositeAlarm" && name === "pipeline-monitoring",
    );
    const critical = [
      ...String(sum?.inputs["alarmRule"]).matchAll(/"pipeline-monitoring-([^"]+)"/g),
    ];
    const [, section = ""] = /## Alarms([^]*?)\n## /.exec(operations) ?? [];
    const bold = [...section.matchAll(/\*\*([\w-]+-[\w-]+)\*\*/g)];
    const names = (found: readonly RegExpExecArray[]) =>
      [...new Set(found.map(([, name = ""]) => name.replace(/-lately$/, "")))].sort();
    // Of a workload with a stream of results.
    expect(names(bold)).to.deep.equal([...names(critical), "results-silent"].sort());
  });

  it("names in each section the principal that may take its steps", () => {
    const sections = operations.split(/^## /m).slice(1);
    const withSteps = sections.filter((section) =>
      /```sh|`(aws|pulumi|gh) |^1\. |`GET |`POST /m.test(section),
    );
    const informative = ["Preview a change", "The workflows", "Costs"];
    for (const section of withSteps) {
      const [heading = ""] = section.split("\n");
      if (informative.includes(heading)) continue;
      expect(section, heading).to.match(/^.*\n\nPrincipal: [\s\S]+?\.\n\n/);
    }
  });

  it("has only steps that the principal of their section may take", async () => {
    const access = await deploy(
      () =>
        new GithubAccess("github", {
          project: "streaming-pipeline",
          repository: "owner/pipeline",
          ownerId: 11,
          repositoryId: 22,
          environments: ["prod"],
          operatorArns: ["arn:aws:iam::123456789012:role/on-call"],
        }),
    );
    const role = access.one("aws:iam/role:Role", "github-deploy-prod").inputs;
    expect(document(role["assumeRolePolicy"]).Statement).to.deep.include({
      Effect: "Allow",
      Principal: { AWS: "arn:aws:iam::123456789012:role/on-call" },
      Action: "sts:AssumeRole",
    });
    const { policy } = access.one("aws:iam/rolePolicy:RolePolicy", "github-deploy-prod").inputs;
    const allowed = actionsOf(policy).map(
      (pattern) => new RegExp(`^${pattern.replaceAll("*", ".*")}$`),
    );
    const [, , ...sections] = operations.split(/^## /m);
    const seen = new Set<string>();
    for (const section of sections) {
      const [heading = ""] = section.split("\n");
      const [, principal = ""] = /\nPrincipal: ([^]+?)\.\n/.exec(section) ?? [];
      for (const [kind, step, actionsFor] of steps) {
        for (const found of section.matchAll(step)) {
          seen.add(kind);
          const actions = actionsFor(found);
          if (actions === "domain") {
            expect(principal, `${heading}: ${found[0]}`).to.include("searchAdminRoleArns");
            continue;
          }
          for (const action of actions) {
            const covered = allowed.some((pattern) => pattern.test(action));
            expect(covered, `${heading}: ${found[0]} needs ${action}`).to.equal(true);
          }
        }
      }
    }
    expect([...seen].sort()).to.deep.equal(steps.map(([kind]) => kind).sort());
    // What a restore of a snapshot and a copy of an index take in the domain.
    expect(adminRoles).to.include.members(["manage_snapshots", "all_access"]);
  });

  it("names only commands and files that there are", () => {
    const { scripts } = JSON.parse(
      readFileSync(path.join(projectRoot, "package.json"), "utf8"),
    ) as { scripts: Record<string, string> };
    const called = [...operations.matchAll(/npm run ([\w:-]+)/g)].map(([, name = ""]) => name);
    expect(Object.keys(scripts)).to.include.members(called);
    const links = [...operations.matchAll(/\]\(([\w/.-]+)\)/g)].map(([, target = ""]) => target);
    expect(links).not.to.be.empty;
    for (const link of links) readFileSync(path.join(projectRoot, "docs", link));
  });
});
