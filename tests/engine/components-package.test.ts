import { execFileSync, spawnSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "chai";
import { load } from "js-yaml";
import policies from "../../policies/package.json";
import { buildComponentsPackage } from "../../release/components-package";
import entryPoints from "../../release/entry-points.json";
import { findEngine } from "../../local/engine/installation";
import { projectPack } from "../../local/engine/policy-pack";
import { projectRoot } from "../support/command";
import { requireEngine, Sandbox } from "./engine";

const name = "streaming-pipeline-components";

/** A program on the package: a stream that is scaled, and the settings of a domain. */
const consumer = `
import { Autoscaling } from "${name}/autoscaling";
import { EncryptionKey } from "${name}/encryption";
import { EventStream } from "${name}/event-stream";
import { JobDelivery } from "${name}/job-delivery";
import { SearchBootstrap } from "${name}/search-bootstrap";

export function program(): void {
  const key = new EncryptionKey("key", { description: "Orders" });
  const orders = new EventStream("orders", {
    mode: "PROVISIONED",
    shardCount: 2,
    scaledElsewhere: true,
    retentionHours: 24,
    kmsKeyArn: key.arn,
  });
  new Autoscaling("scaling", {
    stream: { name: orders.name, arn: orders.arn, min: 1, max: 4, byLoad: true },
    sourceStreamName: orders.name,
    logRetentionDays: 30,
  });
  new SearchBootstrap("settings", {
    endpoint: "https://search.example.com",
    masterRole: { name: "master", arn: "arn:aws:iam::123456789012:role/master" },
    statements: [],
    vpc: { subnetIds: ["subnet-0123456789abcdef0"], securityGroupIds: ["sg-0123456789abcdef0"] },
    replicas: 1,
    accessControl: true,
    writerRoleArns: [],
    readerRoleArns: [],
    logRetentionDays: 30,
  });
  new JobDelivery("delivery", {
    source: { connectionArn: "arn:aws:codeconnections:us-east-1:123456789012:connection/1", repository: "owner/job" },
    application: { name: "job", arn: "arn:aws:kinesisanalytics:us-east-1:123456789012:application/job" },
    codeBucketName: "code",
    codeBucketArn: "arn:aws:s3:::code",
    logRetentionDays: 30,
  });
}
`;

const compilerOptions = {
  module: "nodenext",
  target: "es2022",
  strict: true,
  types: [],
  // The types of @pulumi/aws alone take a minute and a half to check.
  skipLibCheck: true,
};

describe("The package of the components", function () {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), "components-test-")));
  const modules = path.join(folder, "node_modules");
  const installed = path.join(modules, name);
  const sandbox = new Sandbox();

  before(requireEngine);
  before(() => {
    const built = path.join(folder, "package");
    buildComponentsPackage(built);
    execFileSync("npm", ["pack", "--silent", "--pack-destination", folder], {
      cwd: built,
      stdio: "pipe",
    });
    const [tarball = ""] = readdirSync(folder).filter((file) => file.endsWith(".tgz"));
    // As npm would, but without the network: the tarball, and the packages that it names from this project's.
    mkdirSync(installed, { recursive: true });
    execFileSync("tar", ["-xzf", path.join(folder, tarball), "-C", installed, "--strip=1"]);
    const { dependencies, peerDependencies } = manifest();
    for (const dependency of Object.keys({ ...dependencies, ...peerDependencies })) {
      mkdirSync(path.dirname(path.join(modules, dependency)), { recursive: true });
      symlinkSync(
        path.join(projectRoot, "node_modules", dependency),
        path.join(modules, dependency),
      );
    }
    writeFileSync(path.join(folder, "package.json"), "{}");
    writeFileSync(path.join(folder, "index.ts"), consumer);
    const importsAll = Object.keys(entryPoints)
      .map((entry, index) => `export * as m${index} from "${name}/${entry}";`)
      .join("\n");
    writeFileSync(path.join(folder, "all.ts"), importsAll);
    writeFileSync(
      path.join(folder, "tsconfig.json"),
      JSON.stringify({ compilerOptions, files: ["index.ts", "all.ts"] }),
    );
  });
  after(sandbox.remove);
  after(() => {
    rmSync(folder, { recursive: true });
  });

  function manifest() {
    return JSON.parse(readFileSync(path.join(installed, "package.json"), "utf8")) as {
      readonly version: string;
      readonly dependencies: Readonly<Record<string, string>>;
      readonly peerDependencies: Readonly<Record<string, string>>;
    };
  }

  function compile(options: readonly string[]) {
    const compiler = createRequire(__filename).resolve("typescript/bin/tsc");
    const { stdout } = spawnSync(process.execPath, [compiler, ...options], {
      cwd: folder,
      encoding: "utf8",
    });
    expect(stdout).to.equal("");
  }

  it("has the project's version and what it needs, and none of its tools", () => {
    const { version, dependencies, peerDependencies } = manifest();
    expect(version).to.match(/^\d+\.\d+\.\d+/);
    expect(dependencies).to.include.keys("esbuild");
    expect(peerDependencies["@pulumi/aws"]).to.match(/^\^7\./);
    expect(peerDependencies["@pulumi/pulumi"]).to.match(/^\^3\./);
    expect(Object.keys(dependencies)).not.to.include.members([
      "tsx",
      "commander",
      "@pulumi/policy",
    ]);
    const files = readdirSync(installed, { recursive: true, encoding: "utf8" });
    expect(files).to.include(path.join("infra", "contracts", "workload.schema.json"));
    expect(files.filter((file) => /(?<!\.d)\.ts$/.test(file))).to.be.empty;
    expect(files.filter((file) => /(^|\/)(tests?|bootstrap)\/.*github/.test(file))).to.be.empty;
  });

  it("resolves each of its entry points with types, and no other module", () => {
    const { resolve } = createRequire(path.join(folder, "index.js"));
    for (const [entry, module] of Object.entries(entryPoints)) {
      expect(resolve(`${name}/${entry}`)).to.equal(path.join(installed, `${module}.js`));
    }
    for (const module of Object.values(entryPoints)) {
      expect(() => resolve(`${name}/${module}`), module).to.throw(/not defined by "exports"/);
    }
    // The other program is compiled with nodenext, and all.ts with it.
    const options = { ...compilerOptions, module: "commonjs", moduleResolution: "node10" };
    const project = { compilerOptions: { ...options, noEmit: true }, files: ["all.ts"] };
    writeFileSync(path.join(folder, "tsconfig.all.json"), JSON.stringify(project));
    compile(["-p", "tsconfig.all.json"]);
  });

  it("lets another program compile against its types, and be previewed", async () => {
    compile(["-p", folder]);
    const { program } = createRequire(path.join(folder, "index.js"))("./index.js") as {
      program: () => void;
    };
    const stack = await sandbox.open(async () => {
      program();
      return Promise.resolve();
    });
    const { errors, warnings, resources } = await stack.preview();
    expect({ errors, warnings }).to.deep.equal({ errors: [], warnings: [] });
    const types = resources.map(({ type }) => type);
    expect(types.filter((type) => type === "aws:lambda/function:Function")).to.have.length(3);
    expect(types).to.include.members([
      "streaming:infra:EventStream",
      "aws:kinesis/stream:Stream",
      "aws:codepipeline/pipeline:Pipeline",
    ]);
  });

  it("is what the template is made of: a project that compiles and that the policy pack accepts", async () => {
    const { command } = await findEngine();
    const project = path.join(folder, "clicks-pipeline");
    const args = ["new", path.join(projectRoot, "template"), "--generate-only", "--yes"];
    const env = { PULUMI_HOME: path.join(folder, "home"), PULUMI_SKIP_UPDATE_CHECK: "true" };
    const { stdout } = spawnSync(
      command.command,
      [...args, "--name", "clicks-pipeline", "--description", "Clicks", "--dir", project],
      { cwd: folder, encoding: "utf8", env: { ...process.env, ...env } },
    );
    // The engine ends with an error where it lacks the language host for the next steps that it prints.
    expect(stdout).to.include("Created project");
    const files = readdirSync(project, { recursive: true, encoding: "utf8" });
    expect(files).to.include.members([
      path.join(".github", "workflows", "preview.yml"),
      "limits.json",
      "README.md",
    ]);
    for (const file of ["Pulumi.yaml", "package.json", "README.md"]) {
      const text = readFileSync(path.join(project, file), "utf8");
      expect(text, file).to.include("clicks-pipeline").and.not.include("${");
    }
    const template = load(readFileSync(path.join(projectRoot, "template/Pulumi.yaml"), "utf8")) as {
      readonly template: { readonly config: object };
    };
    expect(template.template.config).to.have.keys("aws:region", "workload");

    const { dependencies, devDependencies } = JSON.parse(
      readFileSync(path.join(project, "package.json"), "utf8"),
    ) as Readonly<Record<"dependencies" | "devDependencies", Readonly<Record<string, string>>>>;
    expect(dependencies[name]).to.equal(`^${manifest().version}`);
    expect(devDependencies["streaming-policies"]).to.equal(`^${policies.version}`);

    symlinkSync(path.join(projectRoot, "node_modules/@types"), path.join(modules, "@types"));
    compile(["-p", project, "--noEmit", "false"]);
    const config = {
      "aws:region": "us-east-1",
      "aws:defaultTags": { tags: { project: "clicks-pipeline", stack: "dev" } },
      "clicks-pipeline:workload": "clicks",
      "clicks-pipeline:alarmSubscribers": ["on-call@example.com"],
    };
    writeFileSync(path.join(project, "Pulumi.dev.yaml"), JSON.stringify({ config }));
    const stack = await sandbox.open(
      async () =>
        Promise.resolve(
          createRequire(path.join(project, "index.js"))("./index.js") as Record<string, unknown>,
        ),
      {
        root: project,
        backendFolder: path.join(folder, "backend"),
        policyPack: { ...projectPack("dev"), configFile: path.join(project, "limits.json") },
      },
    );
    const { violations, errors, resources } = await stack.preview();
    expect({ violations, errors }).to.deep.equal({ violations: [], errors: [] });
    expect(resources.map(({ urn }) => urn.split("::").at(-1))).to.include("clicks");
  });
});
