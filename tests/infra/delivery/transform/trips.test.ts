import { readFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { loadWorkload } from "../../../../infra/contracts/workload";
import { archiveOf } from "../../../../infra/pipeline/workload";
import { tableColumns } from "../../../../infra/delivery/columns";
import { boroughFolder, boroughFolders, boroughOf } from "../../../../workloads/taxi/boroughs";
import { handler } from "../../../../workloads/taxi/transform";

const table = path.join(__dirname, "../../../../flink-job/src/main/resources/taxi-zones.csv");
const trip = {
  id: "0123456789abcdef0123456789abcdef",
  pickupTime: "2019-03-01T23:50:00Z",
  dropoffTime: "2019-03-02T00:10:30Z",
  pickupZone: 5,
  dropoffZone: 265,
  passengers: 2,
  distanceMiles: 1.5,
  fareUsd: 10,
  totalUsd: 12.5,
};

async function archived(event: unknown) {
  const { records } = await handler({
    records: [{ recordId: "1", data: Buffer.from(JSON.stringify(event)).toString("base64") }],
  });
  const [record] = records;
  if (record?.result !== "Ok") throw new Error(`The trip was not taken: ${record?.result ?? ""}`);
  const row: unknown = JSON.parse(Buffer.from(record.data, "base64").toString());
  return { row: row as Readonly<Record<string, unknown>>, ...record.metadata };
}

describe("The transform of trips", () => {
  it("adds boroughs and duration, and files a trip by the day of its drop-off and its pick-up borough", async () => {
    expect(await archived(trip)).to.deep.equal({
      row: {
        ...trip,
        pickupBorough: "Staten Island",
        dropoffBorough: "Unknown",
        durationSeconds: 1230,
      },
      partitionKeys: { day: "2019-03-02", borough: "staten-island" },
    });
  });

  for (const field of ["pickupTime", "dropoffTime"]) {
    for (const time of ["2019-02-29T00:00:00Z", "2019-13-01T00:00:00Z", "2019-03-01T23:59:60Z"]) {
      it(`fails ${time} as the ${field}, as the job does`, async () => {
        const { warn } = console;
        console.warn = () => undefined;
        try {
          let error: unknown;
          await archived({ ...trip, [field]: time }).catch((thrown: unknown) => (error = thrown));
          expect(String(error)).to.match(/ProcessingFailed/);
        } finally {
          console.warn = warn;
        }
      });
    }
  }

  it("fills the columns of the archive's table and no other", async () => {
    const { row } = await archived(trip);
    const { table: archive } = archiveOf(
      loadWorkload("workloads/taxi"),
      {
        format: "PARQUET",
        partitioned: false,
      },
      "streaming_dev",
    );
    if (archive === undefined) throw new Error("The archive has no table");
    expect(tableColumns(archive).map(({ name }) => name)).to.have.members(
      Object.keys(row).map((key) => key.toLowerCase()),
    );
  });

  it("knows the borough of every zone of the job's table", () => {
    const rows = readFileSync(table, "utf8").trim().split("\n").slice(1);
    for (const row of rows) {
      const [id, , borough] = row.split(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/);
      expect(boroughOf(Number(id)), row).to.equal(borough);
    }
  });

  it("knows the folded zones, and none beyond the known", () => {
    expect([57, 104, 105, 264, 265].map(boroughOf)).to.deep.equal([
      "Queens",
      "Manhattan",
      "Manhattan",
      "Unknown",
      "Unknown",
    ]);
    expect(boroughFolders).to.include(boroughFolder(265));
  });
});
