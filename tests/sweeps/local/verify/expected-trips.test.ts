import path from "node:path";
import { expect } from "chai";
import { projectFolder } from "../../../../local/machine/project";
import { shippedTrips } from "../../../../local/run/options";
import { expectedTrips } from "../../../../local/verify/expected-trips";
import { SETTINGS } from "../../../local/verify/trip-settings";

describe("The documents expected of taxi trips", () => {
  it("cover the trips that the project ships", async () => {
    const sample = path.join(projectFolder, shippedTrips);
    const { documents, events } = await expectedTrips(sample, SETTINGS);
    expect(events).to.include({ read: 10_000, good: 9_983, duplicates: 0 });
    expect([...documents].map(([index, { size }]) => [index, size])).to.deep.equal([
      ["taxi-demand-zones", 28_179],
      ["taxi-demand-cells", 27_450],
      ["taxi-top-areas", 15_390],
      ["taxi-airport-durations", 184],
      ["taxi-airport-origins", 193],
    ]);
  });
});
