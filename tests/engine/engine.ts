import type { PulumiFn } from "@pulumi/pulumi/automation";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { findEngine } from "../../local/engine/installation";
import { compiledPack, type PolicyPack } from "../../local/engine/policy-pack";
import { openStack, type LocalStack, type StackArgs } from "../../local/engine/stack";
import { policies } from "./fixtures/policies/pack";

const fixtures = path.join(__dirname, "fixtures");

/** The small project, with a stack dev. */
export const fixtureRoot = path.join(fixtures, "project");

/** Two policies: stream-shard-limit with a limit of 4, and vpc-flow-log. */
export const fixturePack: PolicyPack = {
  get folder() {
    return compiledPack(path.join(fixtures, "policies"));
  },
  configFile: path.join(fixtures, "policies", "limits.json"),
  policies,
};

/** Skips the suite where there is no engine and none can be built; in CI that is a failure. */
export async function requireEngine(this: Mocha.Context): Promise<void> {
  try {
    await findEngine({
      onProgress: (message) => {
        process.stderr.write(`${message}\n`);
      },
    });
  } catch (error) {
    if (process.env["CI"]) throw error;
    process.stderr.write(`Skipped: ${String(error)}\n`);
    this.skip();
  }
}

/** A throw-away account for the tests of one suite. */
export class Sandbox {
  #folder: string | undefined;
  readonly #stacks: LocalStack[] = [];

  /** Opens the fixture's stack over the state that earlier tests left. */
  async open(program: PulumiFn, more: Partial<StackArgs> = {}): Promise<LocalStack> {
    const stack = await openStack({
      stack: "dev",
      root: fixtureRoot,
      policyPack: fixturePack,
      backendFolder: (this.#folder ??= mkdtempSync(path.join(tmpdir(), "engine-test-"))),
      program,
      ...more,
    });
    this.#stacks.push(stack);
    return stack;
  }

  /** Closes what a test opened. */
  readonly closeStacks = (): void => {
    for (const stack of this.#stacks.splice(0)) stack.close();
  };

  readonly remove = (): void => {
    this.closeStacks();
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true });
  };
}
