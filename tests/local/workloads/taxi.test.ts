import { expect } from "chai";
import { loadWorkload } from "../../../infra/contracts/workload";
import { taxi } from "../../../local/workloads/taxi";

describe("The trips of a local run", () => {
  it("are refused before it begins where nothing can verify what comes of them", async () => {
    const choices = { input: "/data/trips.parquet", expect: undefined };
    const run = taxi(loadWorkload("workloads/taxi"), { ...choices, endless: false });
    expect(await run.check().catch(String)).to.include(
      "--input must be CSV or JSON lines, plain or .gz, with --once",
    );
    const watched = taxi(loadWorkload("workloads/taxi"), { ...choices, endless: true });
    expect(await watched.check().catch(String)).to.include("/data/trips.parquet cannot be read");
  });
});
