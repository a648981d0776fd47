import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "chai";
import { acceptedPlan } from "../../../local/run/accepted-plan";

describe("a plan that the policies accepted", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "accepted-plan-"));
    writeFileSync(path.join(folder, "job.jar"), "job");
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const plan = (config: object) =>
    acceptedPlan(config, [path.join(folder, "job.jar")], path.join(folder, "kept"));

  it("is known again until configuration or an input changes", () => {
    expect(plan({ shardCount: 2 }).isAccepted).to.equal(false);
    plan({ shardCount: 2 }).accept();
    expect(plan({ shardCount: 2 }).isAccepted).to.equal(true);
    expect(plan({ shardCount: 4 }).isAccepted).to.equal(false);
    plan({ shardCount: 4 }).accept();
    expect(plan({ shardCount: 2 }).isAccepted).to.equal(true);
    writeFileSync(path.join(folder, "job.jar"), "another job");
    expect(plan({ shardCount: 2 }).isAccepted).to.equal(false);
  });
});
