import { readFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { program } from "../../infra/program";
import { projectRoot } from "../support/command";
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
