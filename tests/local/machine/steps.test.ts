import { Writable } from "node:stream";
import { stripVTControlCharacters } from "node:util";

import { expect } from "chai";

import { type Screen, Steps } from "../../../local/machine/steps";

/** What is written to a terminal, or to a file. */
function output({ isTTY }: { readonly isTTY: boolean }): {
  readonly stream: Screen;
  readonly lines: () => string[];
} {
  let text = "";
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      text += chunk.toString();
      done();
    },
  });
  const done = (): boolean => true;
  const terminal = { columns: 80, cursorTo: done, clearLine: done, moveCursor: done };
  return {
    stream: Object.assign(stream, { isTTY }, isTTY && terminal),
    lines: () =>
      stripVTControlCharacters(text)
        .split("\n")
        .map((line) => line.replace(/^ *[0-9.]+ s {2}/, "").replace(/[0-9.]+ s\)$/, "… s)"))
        .filter((line) => line !== ""),
  };
}

describe("the steps of a run", () => {
  it("are lines where no terminal is", async () => {
    const { stream, lines } = output({ isTTY: false });
    const steps = new Steps({ stream });
    const result = await steps.run("build", "Build", (tell) => {
      tell("half of it");
      return Promise.resolve("built");
    });
    expect(result).to.equal("built");
    expect(lines()).to.deep.equal(["Build …", "  half of it", "✓ Build (… s)"]);
    expect(steps.seconds).to.have.all.keys("build");
  });

  it("tell which one failed, and keep its time", async () => {
    const { stream, lines } = output({ isTTY: false });
    const steps = new Steps({ stream });
    const failed = steps.run("deploy", "Deploy", () => Promise.reject(new Error("refused")));
    expect(await failed.catch((error: unknown) => error)).to.be.an("error");
    expect(lines()).to.deep.equal(["Deploy …", "✗ Deploy"]);
    expect(steps.seconds).to.have.all.keys("deploy");
  });

  it("leave a line each on a terminal, without what they told meanwhile", async () => {
    const { stream, lines } = output({ isTTY: true });
    const steps = new Steps({ stream });
    await steps.run("build", "Build", (tell) => {
      tell("half of it");
      return Promise.resolve();
    });
    const kept = lines().filter((line) => line.includes("✓ Build"));
    expect(kept).to.have.length(1);
    expect(lines().join("\n")).not.to.include("  half of it\n");
  });

  it("keep every line on a terminal when asked to", async () => {
    const { stream, lines } = output({ isTTY: true });
    await new Steps({ stream, verbose: true }).run("build", "Build", (tell) => {
      tell("half of it");
      return Promise.resolve();
    });
    expect(lines()).to.include("  half of it");
  });

  it("add up the times of a step that ran twice", async () => {
    const { stream } = output({ isTTY: false });
    const steps = new Steps({ stream });
    for (let run = 0; run < 2; run++) await steps.run("build", "Build", () => Promise.resolve());
    expect(Object.keys(steps.seconds)).to.deep.equal(["build"]);
  });
});
