import { expect } from "chai";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import path from "node:path";
import { claimBackend } from "../../local/engine/backend";

describe("backend folder of the engine", () => {
  let folder: string;
  let lock: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "backend-test-"));
    lock = path.join(folder, "state", ".pulumi", "locks", "organization", "trips", "dev", "1.json");
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  /** Number of a process that has ended. */
  function endedProcess(): number {
    return spawnSync(process.execPath, ["-e", ""]).pid;
  }

  function leaveLock(pid: number): void {
    mkdirSync(path.dirname(lock), { recursive: true });
    writeFileSync(lock, JSON.stringify({ pid, hostname: hostname() }));
  }

  it("belongs to one process at a time", () => {
    const owner = path.join(folder, "owner");
    writeFileSync(owner, String(process.ppid));
    expect(() => claimBackend(folder)).to.throw(`is in use by process ${process.ppid}`);
    writeFileSync(owner, String(endedProcess()));
    expect(() => claimBackend(folder)).not.to.throw();
  });

  it("is free again after its release", () => {
    claimBackend(folder).release();
    expect(existsSync(path.join(folder, "owner"))).to.equal(false);
  });

  it("is unlocked when the engine that locked it was killed", () => {
    leaveLock(endedProcess());
    expect(claimBackend(folder).wasInterrupted).to.equal(true);
    expect(existsSync(lock)).to.equal(false);
    expect(claimBackend(folder).wasInterrupted).to.equal(false);
  });

  it("ends an engine that lost the process that started it", async () => {
    const engine = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)", "pulumi"]);
    await once(engine, "spawn");
    leaveLock(engine.pid ?? 0);
    const ended = once(engine, "exit");
    claimBackend(folder);
    expect(await ended).to.deep.equal([null, "SIGKILL"]);
  });

  it("does not end something else that has the engine's number by now", async () => {
    const other = spawn(process.execPath, ["-e", "process.stdin.resume()"]);
    await once(other, "spawn");
    leaveLock(other.pid ?? 0);
    claimBackend(folder);
    const ended = once(other, "exit");
    other.stdin.end();
    expect(await ended).to.deep.equal([0, null]);
  });
});
