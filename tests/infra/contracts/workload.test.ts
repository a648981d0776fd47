import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { dump } from "js-yaml";
import {
  checkProperties,
  configuredKeys,
  resolvedProperties,
} from "../../../infra/contracts/property-templates";
import { loadWorkload, readWorkload } from "../../../infra/contracts/workload";
import { Problems } from "../../../infra/core/validate";

const minimal = {
  name: "clicks",
  description: "Clicks",
  eventTime: { field: "at" },
  partitionKey: "page.id",
  job: { code: "job.jar" },
  properties: { InputStream0: { "stream.arn": "${stream.arn}", "max.records": 100 } },
  outputs: ["search"],
};

describe("The folder of a workload", () => {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "workload-"));
    const schema = { type: "object", properties: { at: { type: "string", format: "date-time" } } };
    writeFileSync(path.join(folder, "event.schema.json"), JSON.stringify(schema));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const write = (changes: object): void => {
    writeFileSync(path.join(folder, "workload.yaml"), dump({ ...minimal, ...changes }));
  };
  const problemsOf = (changes: object): readonly string[] => {
    write(changes);
    const problems = new Problems();
    expect(readWorkload(folder, problems, "./clicks")).to.equal(undefined);
    return problems.found.map((problem) => problem.replace("clicks/workload.yaml: ", ""));
  };

  it("needs nothing but a schema of events, a job and its properties", () => {
    write({});
    const workload = loadWorkload(folder);
    expect(workload).to.deep.include({
      name: "clicks",
      eventTime: { field: "at", format: "iso", timeZone: "UTC" },
      input: undefined,
      settings: [folder],
    });
    expect(workload).not.to.have.property("plugin");
    expect(workload.job.code).to.deep.equal({ path: path.join(folder, "job.jar") });
    expect(workload.archive).to.deep.include({
      table: "clicks",
      transform: undefined,
      partitions: [{ name: "day", values: { since: "2020-01-01" } }],
    });
    expect(workload.replay.arguments).to.deep.equal(
      "--workload events --event-time-field at --key-field page.id".split(" "),
    );
  });

  it("may have its code in S3, in one version", () => {
    write({ job: { code: "s3://jars/clicks/1.jar", version: "v1" } });
    expect(loadWorkload(folder).job.code).to.deep.equal({
      bucket: "jars",
      key: "clicks/1.jar",
      objectVersion: "v1",
    });
  });

  it("has views with the types of their indices, and queries with a description", () => {
    const place = (name: string, content: string): void => {
      mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
      writeFileSync(path.join(folder, name), content);
    };
    const properties = {
      page: { type: "keyword" },
      at: { type: "date" },
      place: { type: "geo_point" },
    };
    place(
      "index-templates/page-views.json",
      JSON.stringify({ template: { mappings: { properties } } }),
    );
    place("views/page-views.sql", "SELECT page, ${config.hour} FROM clicks");
    place("queries/top.sql", "-- The top.\n-- Parameter: a day.\nSELECT 1\n");
    write({ archive: { views: { "page-views": ["page", "at"] } } });
    expect(loadWorkload(folder).archive).to.deep.include({
      views: {
        "page-views": {
          sql: "SELECT page, ${config.hour} FROM clicks",
          fields: { page: "keyword", at: "date" },
        },
      },
      queries: { top: { sql: "SELECT 1\n", description: "The top. Parameter: a day." } },
    });

    place("queries/bad.sql", "SELECT ${stream.name}");
    expect(
      problemsOf({ archive: { views: { "page-views": ["place"], clicks: ["at"] } } }),
    ).to.deep.equal([
      "archive.views.page-views must be fields of the index template page-views with one of the types boolean, date, double, integer, keyword, long; got place with geo_point",
      "archive.views.clicks must be fields of the index template clicks with one of the types boolean, date, double, integer, keyword, long; got at with none",
      "archive.views needs the file views/clicks.sql; write it, or remove the view",
      "archive.views must not have the table's name; got clicks",
      "queries.bad.sql has the unknown placeholder ${stream.name}; the placeholders are config.KEY",
      "queries/bad.sql must begin with a comment, -- and what the query answers",
    ]);
  });

  it("is refused with everything that is wrong", () => {
    expect(
      problemsOf({
        name: "Clicks",
        eventTime: { field: "at", zone: "UTC" },
        job: { code: "job.jar" },
        outputs: ["kafka"],
        partitionKey: undefined,
        local: { speedup: 0 },
      }),
    ).to.have.members([
      "the file must have partitionKey",
      'name must match pattern "^[a-z][a-z0-9-]{0,29}$"; got Clicks',
      "eventTime must not have zone; the keys are field, format, timeZone",
      "outputs.0 must be one of search, results, archive; got kafka",
      "local.speedup must be an integer from 1 to 1000000; got 0",
    ]);
    expect(
      problemsOf({
        eventSchema: "events.json",
        input: "sample.csv",
        job: { code: "s3://jars", rules: "none" },
        properties: { InputStream0: { "stream.arn": "${stream}", key: "${config.key}" } },
        local: { properties: { InputStream0: { endpoint: "${kinesis.endpoint} ${kafka}" } } },
      }),
    ).to.have.members([
      "properties.InputStream0.stream.arn has the unknown placeholder ${stream}; the placeholders are stream.name, stream.arn, stream.consumerArn, results.name, results.arn, search.endpoint, archive.path, region, config.KEY",
      "local.properties.InputStream0.endpoint has the unknown placeholder ${kafka}; the placeholders are kinesis.endpoint, search.endpoint, region",
      "job.code must be a file or s3://bucket/key; got s3://jars",
      "job.rules must be one of streaming-job; got none",
      "eventSchema must be an existing file; got events.json",
      "input must be an existing file or folder; got sample.csv",
    ]);
  });

  it("is refused where it is none, is no YAML, or has a schema that is none", () => {
    expect(() => loadWorkload("./nowhere")).to.throw(
      "workload ./nowhere is not a folder. Set it to the folder of a workload",
    );
    expect(() => loadWorkload(folder)).to.throw("has no workload.yaml. Write one, or begin with");
    writeFileSync(path.join(folder, "workload.yaml"), "name: [");
    expect(() => loadWorkload(folder)).to.throw("must be YAML; ");
    writeFileSync(path.join(folder, "event.schema.json"), '{ "type": "thing" }');
    expect(problemsOf({})[0]).to.match(/^eventSchema event.schema.json must be a JSON Schema; /);
  });

  it("is refused with settings of the domain that are no JSON, and fields that no event has", () => {
    mkdirSync(path.join(folder, "index-templates"));
    writeFileSync(path.join(folder, "index-templates/clicks.json"), "{");
    const schema = { type: "object", properties: { at: {} }, additionalProperties: false };
    writeFileSync(path.join(folder, "event.schema.json"), JSON.stringify(schema));
    const problems = problemsOf({});
    expect(problems[0]).to.match(/^index-templates\/clicks.json must be JSON; /);
    expect(problems.slice(1)).to.deep.equal([
      "partitionKey must be a property of the event schema, at; got page.id",
    ]);
  });

  it("is refused with event times that no event has, and partitions that nothing returns", () => {
    for (const format of ["ISO", "YYYY-MM-DD", "%Y-%m-%d", "milliseconds"]) {
      expect(problemsOf({ eventTime: { field: "at", format, timeZone: "Mars" } })).to.deep.equal([
        `eventTime.format must be iso, seconds, millis, micros, nanos, or a pattern of Luxon's tokens such as MM/dd/yyyy HH:mm:ss; got ${format}`,
        "eventTime.timeZone must be an IANA time zone such as Europe/London; got Mars",
      ]);
    }
    const page = { name: "page", values: "any" };
    expect(problemsOf({ archive: { partitions: [page, page] } })).to.deep.equal([
      "archive.partitions must have names that differ; got page, page",
      "archive.partitions without archive.transform must be day, the UTC day of the event time; got page, page. Write a transform that returns them",
    ]);
    expect(problemsOf({ archive: { partitions: [{ name: "day" }] } })).to.deep.equal([
      'archive.partitions.0 must have exactly one of since, values; got {"name":"day"}',
    ]);
  });

  it("has days without quotes, and queries of Windows", () => {
    mkdirSync(path.join(folder, "queries"));
    writeFileSync(path.join(folder, "queries/top.sql"), "-- The top.\r\nSELECT 1\r\n");
    const file = dump({ ...minimal, archive: { partitions: [{ name: "day", since: "DAY" }] } });
    writeFileSync(path.join(folder, "workload.yaml"), file.replace("DAY", "2026-01-31"));
    const { partitions, queries } = loadWorkload(folder).archive;
    expect(partitions).to.deep.equal([{ name: "day", values: { since: "2026-01-31" } }]);
    expect(queries).to.deep.equal({ top: { sql: "SELECT 1\r\n", description: "The top." } });
  });

  it("is refused with a folder for a file, a file for a folder, and a query without a statement", () => {
    mkdirSync(path.join(folder, "queries"));
    writeFileSync(path.join(folder, "queries/top.sql"), "-- The top.");
    expect(
      problemsOf({
        job: { code: "job.jar", propertySchema: "queries", rules: "constructor" },
        archive: { transform: "queries", columns: { page: null } },
        settings: ["queries/top.sql"],
      }),
    ).to.deep.equal(["archive.columns.page must be object; got null"]);
    expect(
      problemsOf({
        job: { code: "job.jar", propertySchema: "queries", rules: "constructor" },
        archive: { transform: "queries" },
        settings: ["queries/top.sql"],
      }),
    ).to.deep.equal([
      "job.rules must be one of streaming-job; got constructor",
      "job.propertySchema must be an existing file; got queries",
      "archive.transform must be an existing file; got queries",
      "settings must be an existing folder; got queries/top.sql",
      "queries/top.sql must have a statement after its comment",
    ]);
    writeFileSync(path.join(folder, "event.schema.json"), "[]");
    expect(problemsOf({})[0]).to.equal(
      "eventSchema event.schema.json must be a JSON Schema; it must be an object",
    );
  });

  it("names the keys of a stack that its properties read", () => {
    write({
      properties: {
        Job: { window: "${config.windowSeconds}", both: "${region}-${config.suffix}" },
      },
    });
    expect(configuredKeys(loadWorkload(folder).properties)).to.deep.equal([
      "windowSeconds",
      "suffix",
    ]);
  });

  it("keeps values against the schema of its job, by the stack's key where one gives the value", () => {
    mkdirSync(path.join(folder, "job"));
    const window = { type: "integer", minimum: 1, maximum: 60 };
    const group = { type: "object", properties: { window, arn: { pattern: "^arn:" } } };
    writeFileSync(
      path.join(folder, "job/schema.json"),
      JSON.stringify({ properties: { Job: { ...group, required: ["mode"] } } }),
    );
    write({
      job: { code: "job.jar", propertySchema: "job/schema.json" },
      properties: { Job: { window: "${config.windowMinutes}", arn: "${stream.arn}" } },
    });
    const problems = new Problems();
    const naming = (property: string) => (property === "Job.window" ? "windowMinutes" : property);
    checkProperties(loadWorkload(folder), { windowMinutes: "90" }, [], problems, naming);
    expect(problems.found).to.deep.equal([
      "Job must have mode",
      "windowMinutes must be an integer from 1 to 60; got 90",
    ]);
  });

  it("leaves a property out whose placeholder has no value, and a group without any", async () => {
    const resolved = resolvedProperties(
      {
        Input: { arn: "${stream.arn}", mode: "${stream.consumerArn}", records: 100 },
        Output: { path: "${archive.path}" },
        Mixed: { text: "${region}/${stream.name}/x" },
      },
      { "stream.arn": pulumi.output("arn"), "stream.name": pulumi.output("s"), region: "r" },
    );
    expect(Object.keys(resolved)).to.deep.equal(["Input", "Mixed"]);
    const known = await new Promise((resolve) => pulumi.output(resolved).apply(resolve));
    expect(known).to.deep.equal({
      Input: { arn: "arn", records: "100" },
      Mixed: { text: "r/s/x" },
    });
  });
});
