import { expect } from "chai";
import { load } from "js-yaml";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  configValue,
  makeWorkFolder,
  stackNames,
  type ConfigOverrides,
} from "../../local/engine/work-folder";

describe("work folder of the engine", () => {
  let root: string;
  let folder: string;
  beforeEach(() => {
    root = mkdtempSync(path.join(tmpdir(), "work-folder-test-"));
    folder = path.join(root, "backend", "work");
    write(
      "Pulumi.yaml",
      [
        "name: trips",
        "runtime: nodejs",
        "config:",
        "  shardCount: { type: integer }",
        "  version: { type: string }",
        "  zones: { type: array, items: { type: string } }",
      ].join("\n"),
    );
    write("Pulumi.dev.yaml", "config:\n  aws:region: eu-central-1\n  trips:shardCount: 1\n");
    write(
      "Pulumi.prod.yaml",
      "config:\n  aws:region: eu-central-1\n  trips:token: { secure: v1:abc }\n  trips:key: { secure: v1:d }\n",
    );
  });
  afterEach(() => {
    rmSync(root, { recursive: true, force: true });
  });

  function write(name: string, text: string): void {
    mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    writeFileSync(path.join(root, name), text);
  }

  function make(stack: string, overrides: ConfigOverrides = {}): Record<string, unknown> {
    makeWorkFolder(folder, root, stack, overrides);
    const text = readFileSync(path.join(folder, `Pulumi.${stack}.yaml`), "utf8");
    return load(text) as Record<string, unknown>;
  }

  it("has the stack's configuration with the overrides over it", () => {
    expect(make("dev", { shardCount: 2, "aws:region": "eu-west-1" })).to.deep.equal({
      config: { "aws:region": "eu-west-1", "trips:shardCount": 2 },
    });
  });

  it("has the region of the environment where the stack has none, and is refused without any", () => {
    const saved = { ...process.env };
    write("Pulumi.test.yaml", "config:\n  trips:shardCount: 1\n");
    try {
      for (const name of ["AWS_REGION", "AWS_DEFAULT_REGION"])
        Reflect.deleteProperty(process.env, name);
      expect(() => make("test")).to.throw(
        /test has no region\. Set aws:region in Pulumi\.test\.yaml/,
      );
      process.env["AWS_DEFAULT_REGION"] = "eu-west-1";
      expect(make("test")).to.have.nested.property("config.aws:region", "eu-west-1");
    } finally {
      Reflect.deleteProperty(process.env, "AWS_DEFAULT_REGION");
      Object.assign(process.env, saved);
    }
  });

  it("leaves the project's stack file alone and keeps the salt that the engine wrote", () => {
    make("dev");
    const own = path.join(folder, "Pulumi.dev.yaml");
    writeFileSync(own, `encryptionsalt: v1:salt\n${readFileSync(own, "utf8")}`);
    expect(make("dev")).to.include({ encryptionsalt: "v1:salt" });
    expect(readFileSync(path.join(root, "Pulumi.dev.yaml"), "utf8")).not.to.include("salt");
  });

  it("finds the project's other files where they are in the project", () => {
    write("job/target/job.jar", "jar");
    make("dev");
    expect(readFileSync(path.join(folder, "job/target/job.jar"), "utf8")).to.equal("jar");
  });

  it("follows what comes and goes in the project", () => {
    write("old.txt", "old");
    make("dev");
    rmSync(path.join(root, "old.txt"));
    write("new.txt", "new");
    make("dev");
    expect(readFileSync(path.join(folder, "new.txt"), "utf8")).to.equal("new");
    expect(() => readFileSync(path.join(folder, "old.txt"))).to.throw(/ENOENT/);
  });

  it("names the stacks that there are", () => {
    expect(stackNames(root)).to.deep.equal(["dev", "prod"]);
    expect(() => make("staging")).to.throw(/no stack "staging": .* has dev, prod/);
  });

  it("lists the secrets that cannot be read and are not overridden", () => {
    expect(() => make("prod")).to.throw(/cannot be read here: trips:token, trips:key/);
    expect(() => make("prod", { token: "t" })).to.throw(/cannot be read here: trips:key/);
    expect(make("prod", { token: "t", "trips:key": "k" })).to.deep.equal({
      config: { "aws:region": "eu-central-1", "trips:token": "t", "trips:key": "k" },
    });
  });

  it("lists the values that do not have the type that is declared", () => {
    const wrong = { shardCount: "four", version: { a: 1 }, zones: "a" };
    expect(() => make("dev", wrong)).to.throw(
      "The configuration of the stack dev has values of the wrong type:\n" +
        '- trips:shardCount must be of type integer; got "four"\n' +
        '- trips:version must be of type string; got {"a":1}\n' +
        '- trips:zones must be of type array; got "a"',
    );
    expect(() => make("dev", { shardCount: "4", version: 1.2, zones: '["a"]' })).not.to.throw();
    expect(() => make("dev", { shardCount: 4.5 })).to.throw("got 4.5");
  });

  it("reads a setting as the project declares it", () => {
    expect(configValue(root, "shardCount", "4")).to.equal(4);
    expect(configValue(root, "trips:shardCount", "4")).to.equal(4);
    expect(configValue(root, "version", "1.20")).to.equal("1.20");
    expect(configValue(root, "zones", "[a, b]")).to.deep.equal(["a", "b"]);
    expect(configValue(root, "aws:region", "eu-west-1")).to.equal("eu-west-1");
    expect(configValue(root, "aws:defaultTags", '{"tags":{"a":"b"}}')).to.deep.equal({
      tags: { a: "b" },
    });
  });

  it("tells which ESC environments the stack's file imports, which nobody opens here", () => {
    const environmentsOf = (text: string): readonly string[] => {
      write("Pulumi.dev.yaml", `${text}config:\n  aws:region: eu-central-1\n`);
      return makeWorkFolder(folder, root, "dev").environments;
    };
    expect(environmentsOf("")).to.be.empty;
    expect(environmentsOf("environment:\n  - shared\n  - dev\n")).to.deep.equal(["shared", "dev"]);
    expect(environmentsOf("environment:\n  imports: [aws]\n")).to.deep.equal(["aws"]);
  });
});
