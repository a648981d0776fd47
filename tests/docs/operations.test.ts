import { readFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { GithubAccess } from "../../infra/bootstrap/github-access";
import { program } from "../../infra/program";
import { projectRoot } from "../support/command";
import { actionsOf, document } from "../infra/policy-documents";
import { deploy, type Registration } from "../support/mocks";
import { stackConfig } from "../support/stack-config";

const operations = readFileSync(path.join(projectRoot, "docs/operations.md"), "utf8");

const paths = {
  jobJar: path.join(projectRoot, "tests/infra/fixtures/job.jar"),
  producer: path.join(projectRoot, "tests/infra/fixtures/producer.ts"),
};

describe("docs/operations.md", () => {
  let resources: readonly Registration[];
  before(async () => {
    ({ resources } = await deploy(() => program(paths), {
      stack: "prod",
      config: stackConfig("prod"),
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
    const steps = sections.filter((section) =>
      /```sh|`(aws|pulumi|gh) |^1\. |`GET |`POST /m.test(section),
    );
    const informative = ["Preview a change", "The workflows", "Costs"];
    for (const section of steps) {
      const [heading = ""] = section.split("\n");
      if (informative.includes(heading)) continue;
      expect(section, heading).to.match(/^.*\n\nPrincipal: [\s\S]+?\.\n\n/);
    }
  });

  it("has only AWS commands that the operator may run", async () => {
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
    const allowed = actionsOf(policy);
    const services: Readonly<Record<string, string>> = { kinesisanalyticsv2: "kinesisanalytics" };
    const [, ...sections] = operations.split(/^## /m);
    const commands = sections
      .slice(1)
      .flatMap((section) => [...section.matchAll(/\baws ([a-z0-9-]+) ([a-z]+(?:-[a-z]+)+)/g)])
      .map(([, service = "", command = ""]) => {
        const action = command.replace(/(^|-)([a-z])/g, (_, _dash, letter: string) =>
          letter.toUpperCase(),
        );
        return `${services[service] ?? service}:${action}`;
      });
    expect(commands).to.include.members([
      "kinesisanalytics:StopApplication",
      "kinesisanalytics:StartApplication",
      "application-autoscaling:DescribeScalingActivities",
    ]);
    for (const command of commands) {
      const covering = allowed.some((pattern) =>
        new RegExp(`^${pattern.replaceAll("*", ".*")}$`).test(command),
      );
      expect(covering, command).to.equal(true);
    }
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
