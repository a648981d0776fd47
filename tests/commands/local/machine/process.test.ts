import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { expect } from "chai";
import {
  isAlive,
  ProcessError,
  type ProcessOptions,
  type ServiceProcess,
  startProcess,
} from "../../../../local/machine/process";
import { rejection } from "../../../local/services/rejection";
import { temporaryFolder } from "../../../local/services/temporary-folder";

/** Says that it is ready, and ends when its input does, as our services do. */
const SERVICE = `console.log("ready at last"); process.stdin.resume().on("end", () => process.exit());`;

describe("A service process", () => {
  const folder = temporaryFolder();
  const started: ServiceProcess[] = [];

  const options = (script: string, others: Partial<ProcessOptions> = {}): ProcessOptions => ({
    name: "Service",
    command: process.execPath,
    args: ["-e", script],
    logFile: path.join(folder(), "logs", "service.log"),
    ready: /^ready/,
    timeoutSeconds: 30,
    ...others,
  });
  const start = async (script: string, others: Partial<ProcessOptions> = {}) => {
    const service = await startProcess(options(script, others));
    started.push(service);
    return service;
  };

  afterEach(async () => {
    await Promise.all(started.splice(0).map((service) => service.kill()));
  });

  it("is started when a line of its output says so, and logs what it writes", async () => {
    const service = await start(`console.error("a warning"); ${SERVICE}`);
    expect(isAlive(service.pid)).to.equal(true);
    await service.stop();
    expect(isAlive(service.pid)).to.equal(false);
    expect(readFileSync(path.join(folder(), "logs", "service.log"), "utf8"))
      .to.include("a warning")
      .and.include("ready at last");
  });

  it("is started when a probe answers", async () => {
    let asked = 0;
    await start(SERVICE, { ready: () => Promise.resolve(++asked === 3) });
    expect(asked).to.equal(3);
  });

  it("fails to start with its exit code and the end of its log when it ends before it is ready", async () => {
    const error = await rejection(
      startProcess(options(`console.error("no disk"); process.exit(7)`)),
    );
    expect(error).to.be.instanceOf(ProcessError);
    expect(error).to.include({ process: "Service", how: "exit code 7" });
    expect(error.message).to.match(
      /^Service ended with exit code 7 before it was ready\. The end of .*service\.log:\n {2}no disk$/,
    );
  });

  it("is stopped when it is not ready in time", async () => {
    const pidFolder = path.join(folder(), "processes");
    const error = await rejection(
      startProcess(
        options(`console.log(process.pid); process.stdin.resume()`, {
          timeoutSeconds: 0.5,
          pidFolder,
        }),
      ),
    );
    expect(error.message).to.include("Service was not ready after 0.5 s and has been stopped");
    expect(readdirSync(pidFolder)).to.be.empty;
  });

  it("is stopped when the start is called off", async () => {
    const abort = new AbortController();
    const starting = startProcess(
      options(`process.stdin.resume()`, {
        signal: abort.signal,
        ready: () => {
          abort.abort();
          return Promise.resolve(false);
        },
      }),
    );
    expect((await rejection(starting)).message).to.include("was ended by SIGKILL before");
  });

  it("says which command cannot be started", async () => {
    const error = await rejection(startProcess({ ...options(""), command: "/nowhere/at/all" }));
    expect(error.message).to.match(/^Service cannot be started with \/nowhere\/at\/all: .*ENOENT/);
  });

  it("reports that it ended by itself, and not that it was stopped", async () => {
    const exits: ProcessError[] = [];
    const onExit = (exit: ProcessError): void => void exits.push(exit);
    const stopped = await start(SERVICE, { onExit });
    await stopped.stop();
    const killed = await start(SERVICE, { name: "Other", onExit });
    process.kill(killed.pid, "SIGKILL");
    await killed.exited;
    expect(exits.map((exit) => [exit.process, exit.how])).to.deep.equal([["Other", "SIGKILL"]]);
  });

  it("takes the processes it started with it", async () => {
    const file = path.join(folder(), "grandchild");
    const script = `
      const { spawn } = require("node:child_process");
      const grandchild = spawn(process.execPath, ["-e", "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)"]);
      require("node:fs").writeFileSync(${JSON.stringify(file)}, String(grandchild.pid));
      ${SERVICE}`;
    const service = await start(script);
    const grandchild = Number(readFileSync(file, "utf8"));
    expect(isAlive(grandchild)).to.equal(true);
    await service.stop();
    await gone(grandchild);
  });

  it("keeps a file named after its pid while it lives", async () => {
    const pidFolder = path.join(folder(), "processes");
    const service = await start(SERVICE, { pidFolder });
    expect(readdirSync(pidFolder)).to.deep.equal([String(service.pid)]);
    await service.stop();
    expect(readdirSync(pidFolder)).to.be.empty;
  });

  it("does not outlive a parent that is killed", async () => {
    const pidFile = path.join(folder(), "pid");
    const parent = spawn(
      process.execPath,
      ["--require", "tsx/cjs", path.join(__dirname, "parent.ts"), folder(), pidFile, SERVICE],
      { stdio: ["ignore", "pipe", "inherit"] },
    );
    await once(parent.stdout, "data");
    const pid = Number(readFileSync(pidFile, "utf8"));
    expect(isAlive(pid)).to.equal(true);
    parent.kill("SIGKILL");
    await gone(pid);
  });
});

/** Settles when the process is gone; the runner's own limit ends a wait that is in vain. */
async function gone(pid: number): Promise<void> {
  while (isAlive(pid)) await delay(10);
}
