import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { createRequire } from "node:module";
import path from "node:path";
import * as aws from "@pulumi/aws";
import { expect } from "chai";
import { planText } from "../../local/engine/plan-report";
import { type OperationResult, type PolicyPack, unjudged } from "../../local/engine/policy-pack";
import { openStack } from "../../local/engine/stack";
import { families as packFamilies, policies } from "../../policies/pack";
import { projectRoot } from "../support/command";
import { inDays } from "../support/policy";
import { fixtureRoot, requireEngine } from "./engine";
import { plainStream } from "./foreign/plain-stream";

describe("the policy pack as another repository has it", () => {
  let folder: string;
  let installed: string;
  before(requireEngine);
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), "packed-policies-"));
    installed = path.join(folder, "node_modules", "streaming-policies");
    packAndInstall(folder, installed);
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  let runs = 0;

  async function preview(
    program: () => void,
    limits: Readonly<Record<string, unknown>>,
    packFolder = path.join(installed, "dist"),
    packPolicies: PolicyPack["policies"] = policies,
  ): Promise<OperationResult> {
    const configFile = path.join(folder, `limits-${runs}.json`);
    writeFileSync(configFile, JSON.stringify(limits));
    const policyPack: PolicyPack = {
      folder: packFolder,
      configFile,
      policies: packPolicies,
    };
    const stack = await openStack({
      stack: "dev",
      root: fixtureRoot,
      backendFolder: path.join(folder, `backend-${runs++}`),
      program: async () => {
        program();
        return Promise.resolve({});
      },
      policyPack,
    });
    try {
      return await stack.preview();
    } finally {
      stack.close();
    }
  }

  it("comes from a tarball of compiled JavaScript and judges a program that knows nothing of it", async () => {
    const { violations, policies: statuses } = await preview(plainStream, advising);
    expect(statuses).to.have.length(policies.length);
    expect([...new Set(violations.map(({ name }) => name))].sort()).to.deep.equal([
      "kinesis-stream-alarms",
      "kinesis-stream-encryption",
      "kinesis-stream-retention",
      "kinesis-stream-shard-level-metrics",
      "lambda-event-source-failures",
      "required-tags",
      "stateful-resource-protection",
    ]);
  });

  it("is composed with others from TypeScript, by its typed families", async () => {
    const own = path.join(folder, "own");
    mkdirSync(own);
    writeFileSync(path.join(own, "PulumiPolicy.yaml"), "runtime: nodejs\n");
    writeFileSync(
      path.join(own, "package.json"),
      '{ "name": "own", "version": "0.0.0", "main": "index.js" }\n',
    );
    writeFileSync(
      path.join(own, "index.ts"),
      `import { PolicyPack } from "@pulumi/policy";
import { families, type StreamingPolicy } from "streaming-policies";
const chosen: StreamingPolicy[] = [...families.retention.policies, ...families.encryption.policies];
new PolicyPack("own", { enforcementLevel: "advisory", policies: chosen });
`,
    );
    execFileSync(
      process.execPath,
      [
        require.resolve("typescript/bin/tsc"),
        "--strict",
        "--skipLibCheck",
        "--target",
        "es2022",
        "--module",
        "nodenext",
        "index.ts",
      ],
      { cwd: own },
    );
    const families = [...packFamilies.retention.policies, ...packFamilies.encryption.policies];
    const { violations, policies: statuses } = await preview(plainStream, {}, own, families);
    expect(statuses).to.have.length(families.length);
    expect([...new Set(violations.map(({ name }) => name))].sort()).to.deep.equal([
      "kinesis-stream-encryption",
      "kinesis-stream-retention",
    ]);
  });

  it("brings its documentation, its licence and a server for other hosts", () => {
    for (const file of ["LICENSE", "README.md", "dist/docs/policies.md", "dist/pack.d.ts"]) {
      expect(existsSync(path.join(installed, file)), file).to.equal(true);
    }
    const resolve = createRequire(path.join(folder, "index.js")).resolve;
    expect(resolve("streaming-policies/pack")).to.equal(path.join(installed, "dist/index.js"));
    expect(resolve("streaming-policies")).to.equal(path.join(installed, "dist/pack.js"));
  });

  it("lets an exception pass with its reason and last day in the output, and no expired one", async () => {
    const exceptions = [
      { resource: "clicks", reason: "Trial until the fair, OPS-7", expires: inDays(90) },
    ];
    const expired = [{ resource: "clicks", reason: "Trial, OPS-6", expires: "2020-01-31" }];
    const result = await preview(plainStream, {
      ...advising,
      "kinesis-stream-encryption": { exceptions },
      "kinesis-stream-retention": { enforcementLevel: "advisory", exceptions: expired },
    });
    const encryption = result.violations.find(({ name }) => name === "kinesis-stream-encryption");
    expect(encryption?.enforcementLevel).to.equal("advisory");
    const text = planText("dev", result);
    expect(text).to.include("! kinesis-stream-encryption, clicks:");
    expect(text).to.include(`Excepted until ${inDays(90)} (Trial until the fair, OPS-7).`);
    expect(text).to.include("Its exception ended on 2020-01-31 (Trial, OPS-6).");
  });

  it("tells which verdicts a number that is unknown in a preview keeps it from", async () => {
    // As with the published provider, which computes nothing in a preview.
    process.env["LOCAL_PROVIDER_UNKNOWN_COMPUTED"] = "true";
    try {
      const result = await preview(unknownShards, advising);
      expect(unjudged(result).join("\n")).to.include(
        "can't run policy 'kinesis-stream-shard-limit'",
      );
    } finally {
      delete process.env["LOCAL_PROVIDER_UNKNOWN_COMPUTED"];
    }
    expect(unjudged(await preview(plainStream, advising))).to.be.empty;
  });
});

/** Every policy as advice, so that one preview comes to its end with all that they say. */
const advising = Object.fromEntries(
  policies.map(({ name }) => [name, { enforcementLevel: "advisory" }]),
);

/** A stream with as many shards as another resource turns out to have characters. */
function unknownShards(): void {
  const role = new aws.iam.Role("writer", {
    assumeRolePolicy: aws.iam.assumeRolePolicyForPrincipal({ Service: "ec2.amazonaws.com" }),
  });
  new aws.kinesis.Stream("clicks", { shardCount: role.uniqueId.apply((id) => id.length) });
}

/** As npm would install it, with the packages that it depends on linked instead of downloaded. */
function packAndInstall(folder: string, installed: string): void {
  const packed = execFileSync(
    "npm",
    ["pack", "--json", "-w", "policies", "--pack-destination", folder],
    { cwd: projectRoot, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] },
  );
  const [tarball] = JSON.parse(packed) as readonly [{ readonly filename: string }];
  mkdirSync(installed, { recursive: true });
  execFileSync("tar", [
    "-xzf",
    path.join(folder, tarball.filename),
    "-C",
    installed,
    "--strip-components=1",
  ]);
  for (const name of ["@pulumi", "ajv", "ajv-formats", "fastest-levenshtein"]) {
    const place = path.join("node_modules", name);
    symlinkSync(path.join(projectRoot, place), path.join(folder, place));
  }
}
