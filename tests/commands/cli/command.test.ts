import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { text } from "node:stream/consumers";
import { expect } from "chai";
import { projectRoot } from "../../support/command";

const loader = path.join(projectRoot, "cli", "typescript.cjs");

describe("commands whose reader goes, as head does", () => {
  for (const script of ["capacity/cli.ts", "local/cli.ts", "producer/cli.ts"]) {
    it(`${script} ends without an error`, async () => {
      const args = ["--require", loader, script, "--help"];
      const child = spawn(process.execPath, args, {
        cwd: projectRoot,
        stdio: ["ignore", "pipe", "pipe"],
      });
      child.stdout.destroy();
      const [errors] = await Promise.all([text(child.stderr), once(child, "close")]);
      expect(errors).to.equal("");
      expect(child.exitCode).to.equal(0);
    });
  }
});
