import path from "node:path";
import { expect } from "chai";
import {
  type FunctionPlane,
  functionPlane,
  invocationPlane,
} from "../../../../local/services/lambda/function-plane";
import { declared } from "../declared-resource";
import { rejection } from "../rejection";
import { temporaryFolder } from "../temporary-folder";

const functionType = "aws:lambda/function:Function";
const arn = "arn:aws:lambda:us-east-1:000000000000:function:greeter";
const code = (greeting: string) => ({
  entries: {
    "index.js": {
      text: `exports.handler = async () => ${JSON.stringify(greeting)} + process.env.REGION;`,
    },
  },
});

function greeter(changes: Readonly<Record<string, unknown>> = {}) {
  return declared(
    functionType,
    {
      name: "greeter",
      runtime: "nodejs22.x",
      handler: "index.handler",
      code: code("hello "),
      ...changes,
    },
    { arn, version: "1" },
  );
}

describe("Functions on this machine", function () {
  // Each starts a Node.js process.
  this.timeout(30_000);

  const folder = temporaryFolder();
  let plane: FunctionPlane;
  const newPlane = (): FunctionPlane =>
    functionPlane({
      folder: folder(),
      logFile: (name) => path.join(folder(), `${name}.log`),
      environment: { REGION: "here" },
    });
  beforeEach(() => {
    plane = newPlane();
  });
  afterEach(() => plane.stop());

  it("run the declared code, by name or by the ARN of any version", async () => {
    await plane.create(greeter());
    for (const name of ["greeter", arn, `${arn}:7`]) {
      expect(await plane.invoke(name, "{}")).to.equal('"hello here"');
    }
  });

  it("run the new code after an update", async () => {
    await plane.create(greeter());
    await plane.invoke("greeter", "{}");
    await plane.create(greeter({ code: code("good day ") }));
    expect(await plane.invoke("greeter", "{}")).to.equal('"good day here"');
  });

  it("come back to life when an earlier run is taken up, of which only the code's hash is known", async () => {
    const another = newPlane();
    await another.create(greeter({ code: { ...code("hello "), hash: "abc" } }));
    await another.stop();
    const recorded = greeter({ code: { hash: "abc" } });
    expect(await plane.read(recorded)).to.deep.equal({});
    expect(await plane.invoke("greeter", "{}")).to.equal('"hello here"');
  });

  it("are gone when an earlier run is taken up whose code is", async () => {
    expect(await plane.read(greeter({ code: { hash: "abc" } }))).to.equal(undefined);
  });

  it("are gone when they are deleted", async () => {
    await plane.create(greeter());
    await plane.delete(greeter());
    expect((await rejection(plane.invoke("greeter", "{}"))).message).to.equal(
      "Function greeter does not exist",
    );
  });

  for (const [what, changes, problem] of [
    ["another language", { runtime: "python3.12" }, "runtime python3.12 is not there"],
    ["code in a bucket", { code: undefined }, "its code must be an archive of files"],
    ["a module that is not in the code", { handler: "main.handler" }, "its code has no main.js"],
  ] as const) {
    it(`are refused with ${what}`, async () => {
      expect((await rejection(plane.create(greeter(changes)))).message).to.include(problem);
    });
  }
});

describe("Invocations of a deployment", () => {
  const calls: unknown[] = [];
  const invocations = invocationPlane({
    invoke: (name, payload) => {
      calls.push([name, JSON.parse(payload)]);
      return Promise.resolve('"done"');
    },
  });
  const invocation = (inputs: Readonly<Record<string, unknown>>) =>
    declared("aws:lambda/invocation:Invocation", { functionName: "setUp", ...inputs });
  beforeEach(() => {
    calls.length = 0;
  });

  it("hand their input to the function and keep its answer", async () => {
    expect(await invocations.create(invocation({ input: '{"a":1}' }))).to.deep.equal({
      result: '"done"',
    });
    expect(calls).to.deep.equal([["setUp", { a: 1 }]]);
  });

  it("happen once", async () => {
    await invocations.delete(invocation({ input: "{}" }));
    expect(calls).to.be.empty;
  });
});
