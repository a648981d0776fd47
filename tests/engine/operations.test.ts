import { execFile } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "chai";
import { findEngine } from "../../local/engine/installation";
import { type ProviderServers, startProviders } from "../../local/provider/server";
import { projectRoot } from "../support/command";
import { promisify } from "node:util";

import { requireEngine } from "./engine";

const run = promisify(execFile);

/** The shell blocks of the numbered steps under the first heading. */
function blocks(): string[] {
  const operations = readFileSync(path.join(projectRoot, "docs/operations.md"), "utf8");
  const [, first = ""] = operations.split(/^## /m);
  return [...first.matchAll(/^ {3}```sh\n(.*?)^ {3}```$/gms)].map(([, block = ""]) =>
    block.replace(/^ {3}/gm, ""),
  );
}

/**
 * The engine, without AWS: what would be a state in S3 is a folder, and what would be a key of KMS a passphrase. A program
 * runs in another process, as this engine has no language host.
 */
const pulumi = (engine: string, tsx: string): string => `#!/bin/bash
printf '%s\\n' "$*" >> "$HOME/calls"
[ "$1" = up ] && exec node --import ${tsx} ${path.join(__dirname, "bootstrap-up.ts")}
# In place of a prefix of a bucket.
case "$PULUMI_BACKEND_URL" in
  s3://*)
    folder="$HOME/state/$(basename "\${PULUMI_BACKEND_URL%%\\?*}")"
    mkdir -p "$folder"
    export PULUMI_BACKEND_URL="file://$folder"
    ;;
esac
arguments=()
for argument in "$@"; do
  case "$argument" in
    awskms://*) argument=passphrase ;;
  esac
  arguments+=("$argument")
done
exec ${engine} "\${arguments[@]}"
`;

const gh = `#!/bin/bash
printf 'gh %s\\n' "$*" >> "$HOME/calls"
case "$*" in
  *--jq\\ .owner.id) echo 11 ;;
  *--jq\\ .id) echo 22 ;;
esac
`;

describe("The first deployment in docs/operations.md", function () {
  this.timeout(600_000);

  let home: string;
  let providers: ProviderServers | undefined;

  before(requireEngine);
  before(() => {
    home = mkdtempSync(path.join(tmpdir(), "operations-test-"));
    for (const folder of ["bin", "project/infra/bootstrap"]) {
      mkdirSync(path.join(home, folder), { recursive: true });
    }
    for (const file of ["Pulumi.yaml", "Pulumi.dev.yaml", "Pulumi.prod.yaml"]) {
      copyFileSync(path.join(projectRoot, file), path.join(home, "project", file));
    }
    for (const file of ["infra/bootstrap/Pulumi.yaml", "infra/bootstrap/index.ts"]) {
      copyFileSync(path.join(projectRoot, file), path.join(home, "project", file));
    }
  });

  after(() => {
    providers?.close();
    rmSync(home, { recursive: true, force: true });
  });

  it("runs, block by block, up to a stack for each environment", async () => {
    const { command } = await findEngine({ onProgress: () => undefined });
    const tsx = require.resolve("tsx");
    for (const [name, script] of [
      ["pulumi", pulumi(command.command, tsx)],
      ["gh", gh],
    ] as const) {
      writeFileSync(path.join(home, "bin", name), script);
      chmodSync(path.join(home, "bin", name), 0o755);
    }
    providers = await startProviders({ root: projectRoot, dataPlanes: undefined });
    providers.provider.open("streaming-pipeline-bootstrap", "account", undefined);

    const script = blocks().slice(0, 3).join("\n");
    const { stdout } = await run("bash", ["-euo", "pipefail", "-c", script], {
      cwd: path.join(home, "project"),
      env: {
        ...process.env,
        HOME: home,
        PATH: [path.join(home, "bin"), process.env["PATH"]].join(path.delimiter),
        PULUMI_HOME: path.join(home, "pulumi"),
        PULUMI_CONFIG_PASSPHRASE: "kept",
        PULUMI_DEBUG_PROVIDERS: providers.attachment,
        PULUMI_SKIP_UPDATE_CHECK: "true",
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
        ENGINE_ROOT: path.dirname(path.dirname(command.command)),
      },
    });
    expect(stdout).to.contain("github-deploy-prod");

    const calls = readFileSync(path.join(home, "calls"), "utf8").split("\n");
    const called = (pattern: RegExp) => calls.filter((call) => pattern.test(call));
    for (const stack of ["dev", "prod"]) {
      expect(
        called(new RegExp(`^stack init ${stack} --secrets-provider awskms:///`)),
      ).to.have.length(1);
      for (const environment of [stack, `${stack}-preview`]) {
        const body = `s3://\\S+/${stack}\\?region=us-east-1&awssdk=v2`;
        expect(
          called(
            new RegExp(`^gh variable set PULUMI_BACKEND_URL --env ${environment} --body ${body}$`),
          ),
        ).to.have.length(1);
      }
      expect(
        called(new RegExp(`^config set --stack ${stack} permissionsBoundaryArn arn:\\S+`)),
      ).to.have.length(1);
      expect(
        called(
          new RegExp(
            `^gh variable set AWS_PREVIEW_ROLE_ARN --env ${stack}-preview --body arn:\\S+preview-${stack}`,
          ),
        ),
      ).to.have.length(1);
      expect(
        called(
          new RegExp(`^gh variable set AWS_DEPLOY_ROLE_ARN --env ${stack} --body arn:\\S+${stack}`),
        ),
      ).to.have.length(1);
    }
  });
});
