import { expect } from "chai";

import { ProcessError, type ServiceProcess } from "../../../local/machine/process";
import { restartLimit, startable } from "../../../local/machine/startable";

describe("A process that is there when it is needed", () => {
  let exits: ((exit: ProcessError) => void)[];
  let told: string[];
  let failures: Error[];
  let launches: () => Promise<ServiceProcess>;
  const process = { stop: () => Promise.resolve() } as unknown as ServiceProcess;
  const killed = () =>
    new ProcessError(
      "was ended by SIGKILL",
      { name: "OpenSearch", logFile: "search.log", tail: [] },
      { code: null, signal: "SIGKILL" },
    );
  const service = () =>
    startable(
      (onExit) => {
        exits.push(onExit);
        return launches();
      },
      {
        onProgress: (text) => void told.push(text),
        onFailure: (error) => void failures.push(error),
      },
    );

  beforeEach(() => {
    [exits, told, failures] = [[], [], []];
    launches = () => Promise.resolve(process);
  });

  it("is started once however many need it, and again after it was stopped", async () => {
    const search = service();
    await Promise.all([search.start(), search.start()]);
    expect(exits).to.have.length(1);
    await search.stop();
    expect(search.running()).to.equal(undefined);
    await search.start();
    expect(exits).to.have.length(2);
  });

  it("is started again when it ends, and given up when it does not stay up", async () => {
    const search = service();
    await search.start();
    for (let end = 0; end < 5; end++) {
      exits.at(-1)?.(killed());
      await search.start();
    }
    expect(told).to.deep.equal(
      Array<string>(5).fill("OpenSearch ended (SIGKILL); it is started again"),
    );
    expect([exits.length, failures.length]).to.deep.equal([6, 0]);
    exits.at(-1)?.(killed());
    expect(failures.map(({ message }) => message)[0]).to.match(/^OpenSearch was ended by SIGKILL/);
    expect(exits).to.have.length(6);
  });

  it("fails when it cannot be started again", async () => {
    const search = service();
    await search.start();
    launches = () => Promise.reject(new Error("no port"));
    exits[0]?.(killed());
    await search.start().catch(() => undefined);
    expect(failures.map(({ message }) => message)).to.deep.equal(["no port"]);
  });
});

describe("The limit of restarts", () => {
  it("is five in a minute, whenever the minute began", () => {
    let now = 0;
    const mayRestart = restartLimit(() => now);
    for (let end = 0; end < 5; end++) expect(mayRestart()).to.equal(true);
    expect(mayRestart()).to.equal(false);
    now = 60_000;
    expect(mayRestart()).to.equal(true);
  });
});
