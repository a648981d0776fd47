import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import {
  FunctionProcess,
  type FunctionSettings,
} from "../../../../../local/services/lambda/function-process";
import { isAlive } from "../../../../../local/machine/process";
import { rejection } from "../../../../local/services/rejection";
import { temporaryFolder } from "../../../../local/services/temporary-folder";

describe("A function's process", function () {
  // Each starts a Node.js process.
  this.timeout(30_000);

  const folder = temporaryFolder();
  const started: FunctionProcess[] = [];
  afterEach(async () => {
    await Promise.all(started.splice(0).map((one) => one.stop()));
  });

  function running(code: string, changes: Partial<FunctionSettings> = {}): FunctionProcess {
    const file = path.join(folder(), "index.js");
    mkdirSync(folder(), { recursive: true });
    writeFileSync(file, code);
    const one = new FunctionProcess({
      name: "greeter",
      arn: "arn:greeter",
      version: "3",
      file,
      handler: "handler",
      memoryMiB: 128,
      timeoutSeconds: 20,
      environment: { NAME: "you" },
      logFile: path.join(folder(), "greeter.log"),
      ...changes,
    });
    started.push(one);
    return one;
  }

  it("runs the handler with event, context and the declared environment alone", async () => {
    process.env["SECRET_OF_THE_PARENT"] = "s3cret";
    const one = running(`exports.handler = async (event, context) => ({
      greeting: event.word + " " + process.env.NAME,
      parent: process.env.SECRET_OF_THE_PARENT ?? "hidden",
      name: context.functionName,
      version: context.functionVersion,
      remaining: context.getRemainingTimeInMillis() > 0,
    });`);
    const answer: unknown = JSON.parse(await one.invoke('{"word":"hello"}'));
    delete process.env["SECRET_OF_THE_PARENT"];
    expect(answer).to.deep.equal({
      greeting: "hello you",
      parent: "hidden",
      name: "greeter",
      version: "3",
      remaining: true,
    });
  });

  it("keeps its process between invocations and takes one at a time", async () => {
    const one = running(`let running = 0, calls = 0;
      exports.handler = async () => {
        running += 1;
        await new Promise((resolve) => setImmediate(resolve));
        const seen = running;
        running -= 1;
        return { calls: ++calls, seen };
      };`);
    const answers = await Promise.all([one.invoke("{}"), one.invoke("{}"), one.invoke("{}")]);
    expect(answers).to.deep.equal([1, 2, 3].map((calls) => JSON.stringify({ calls, seen: 1 })));
  });

  it("answers null when the handler returns nothing", async () => {
    expect(await running("exports.handler = async () => undefined;").invoke("{}")).to.equal("null");
  });

  it("passes on what the handler throws, writes it into the log, and lives on", async () => {
    const one = running(`let calls = 0;
      exports.handler = async () => {
        if (++calls === 1) throw new TypeError("no word");
        return calls;
      };`);
    expect((await rejection(one.invoke("{}"))).message).to.equal(
      "greeter failed: TypeError: no word",
    );
    expect(await one.invoke("{}")).to.equal("2");
    await one.stop();
    expect(readFileSync(path.join(folder(), "greeter.log"), "utf8")).to.include("no word");
  });

  it("ends an invocation that takes too long, and begins anew with the next", async () => {
    const one = running(
      `exports.handler = (event) => event.wait ? new Promise(() => undefined) : Promise.resolve(1);`,
      { timeoutSeconds: 1 },
    );
    expect((await rejection(one.invoke('{"wait":true}'))).message).to.equal(
      "greeter failed: Sandbox.Timedout: Task timed out after 1.00 seconds",
    );
    expect(one.pid).to.equal(undefined);
    expect(await one.invoke("{}")).to.equal("1");
  });

  it("says so when the process ends in the middle", async () => {
    const one = running("exports.handler = () => process.exit(7);");
    expect((await rejection(one.invoke("{}"))).message).to.equal(
      "greeter failed: Runtime.ExitError: The process ended with exit code 7",
    );
  });

  it("says so when the code cannot be loaded or has no such handler", async () => {
    expect((await rejection(running("throw new Error('no start')").invoke("{}"))).message).to.equal(
      "greeter failed: Error: no start",
    );
    expect((await rejection(running("").invoke("{}"))).message).to.match(
      /exports no function handler$/,
    );
  });

  it("takes and gives no more than Lambda does", async () => {
    const one = running("exports.handler = async ({ length }) => 'x'.repeat(length);");
    expect((await rejection(one.invoke(`"${"x".repeat(6_291_556)}"`))).message).to.include(
      "Function.RequestSizeTooLarge",
    );
    expect((await rejection(one.invoke('{"length":6291556}'))).message).to.include(
      "Function.ResponseSizeTooLarge",
    );
  });

  it("ends with stop", async () => {
    const one = running("exports.handler = async () => 1;");
    await one.invoke("{}");
    const { pid } = one;
    if (pid === undefined) throw new Error("The function does not run");
    await one.stop();
    expect(isAlive(pid)).to.equal(false);
  });
});
