import { writeFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import {
  announceStep,
  keepWorkload,
  NotRunningError,
  runningPipeline,
  workloadProblem,
} from "../../../local/run/run-file";
import { temporaryFolder } from "../services/temporary-folder";

describe("the state of an earlier run", () => {
  const folder = temporaryFolder();
  const march = { name: "taxi", input: "/data/march.csv" } as const;

  it("is no problem where there is none, or the same is wanted", () => {
    expect(workloadProblem(march, folder())).to.equal(undefined);
    keepWorkload(march, folder());
    expect(workloadProblem(march, folder())).to.equal(undefined);
  });

  it("does not go on with another workload, nor with another input", () => {
    keepWorkload(march, folder());
    expect(workloadProblem({ name: "trades", input: "10 symbols" }, folder())).to.equal(
      "The pipeline in .local/stack has the state of the workload taxi; start again with --fresh, or continue with --workload taxi.",
    );
    expect(workloadProblem({ name: "taxi", input: "/data/april.csv" }, folder())).to.equal(
      "The pipeline in .local/stack has the state of the input /data/march.csv; start again with --fresh, or continue with that input.",
    );
  });

  it("is taken for that of the input wanted where only the workload was kept", () => {
    writeFileSync(path.join(folder(), "workload"), "taxi\n");
    expect(workloadProblem(march, folder())).to.equal(undefined);
  });
});

describe("a pipeline that starts", () => {
  const folder = temporaryFolder();
  const refusal = (file: string): NotRunningError => {
    try {
      runningPipeline(file);
    } catch (error) {
      if (error instanceof NotRunningError) return error;
    }
    throw new Error("It runs");
  };

  it("tells the step that it is in, also before its folder was made", () => {
    const file = path.join(folder(), "stack", "run.json");
    expect(refusal(file).message).to.match(/^No pipeline is running here/);
    announceStep("Deploy the program", file);
    const { starting, message } = refusal(file);
    expect(starting).to.deep.equal({ pid: process.pid, step: "Deploy the program" });
    expect(message).to.include('is at the step "Deploy the program"');
  });

  it("leaves the file to another pipeline that lives, and takes it from a dead one", () => {
    const file = path.join(folder(), "run.json");
    writeFileSync(file, JSON.stringify({ pid: process.ppid, page: "there" }));
    announceStep("Look at this machine", file);
    expect(runningPipeline(file)).to.have.property("page", "there");
    writeFileSync(file, JSON.stringify({ pid: 2 ** 30, page: "gone" }));
    announceStep("Look at this machine", file);
    expect(refusal(file).starting).to.have.property("step", "Look at this machine");
  });

  it("says nothing where it may not write", () => {
    writeFileSync(path.join(folder(), "file"), "");
    announceStep("Look at this machine", path.join(folder(), "file", "run.json"));
  });
});
