import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { lockFolder, lockProblem } from "../../../local/machine/folder-lock";
import { isAlive } from "../../../local/machine/process";
import { rejection } from "../services/rejection";
import { temporaryFolder } from "../services/temporary-folder";

describe("The lock of a run's folder", () => {
  const folder = temporaryFolder();
  const take = (): Promise<() => void> => lockFolder(folder(), path.join(folder(), "processes"));

  it("keeps a second run out and names the first", async () => {
    expect(lockProblem(folder())).to.equal(undefined);
    const lock = await take();
    const message = `Another run (pid ${process.pid}) uses ${folder()}; stop it first, with Ctrl-C or kill ${process.pid}.`;
    expect((await rejection(take())).message).to.equal(message);
    expect(lockProblem(folder())).to.equal(message);
    lock();
    expect(lockProblem(folder())).to.equal(undefined);
    (await take())();
  });

  it("leaves the folder to its owner alone", async () => {
    chmodSync(folder(), 0o755);
    (await take())();
    expect(statSync(folder()).mode & 0o777).to.equal(0o700);
  });

  it("is taken over from a run that was killed", async () => {
    const killed = spawn(process.execPath, ["-e", ""]);
    await once(killed, "exit");
    writeFileSync(path.join(folder(), "lock"), String(killed.pid));
    expect(lockProblem(folder())).to.equal(undefined);
    (await take())();
  });

  it("is given when the processes of a killed run have ended", async () => {
    const orphan = spawn(process.execPath, ["-e", "process.stdin.resume()"]);
    const file = path.join(folder(), "processes", String(orphan.pid));
    mkdirSync(path.dirname(file));
    writeFileSync(file, "");
    setTimeout(() => orphan.stdin.end(), 100);
    await take();
    expect(isAlive(Number(orphan.pid))).to.equal(false);
    expect(existsSync(file)).to.equal(false);
  });
});
