import { writeFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { keepWorkload, workloadProblem } from "../../../local/run/run-file";
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
      "The pipeline in .local/stack has the state of the workload taxi; begin anew with --fresh, or go on with --workload taxi.",
    );
    expect(workloadProblem({ name: "taxi", input: "/data/april.csv" }, folder())).to.equal(
      "The pipeline in .local/stack has the state of the input /data/march.csv; begin anew with --fresh, or go on with that input.",
    );
  });

  it("is taken for that of the input wanted where only the workload was kept", () => {
    writeFileSync(path.join(folder(), "workload"), "taxi\n");
    expect(workloadProblem(march, folder())).to.equal(undefined);
  });
});
