import { linkSync, symlinkSync } from "node:fs";
import type { Server } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { basename } from "node:path";
import { gzipSync } from "node:zlib";
import { expect } from "chai";
import type { ColumnSource } from "hyparquet-writer";
import { parquetWriteBuffer, schemaFromColumnData } from "hyparquet-writer";
import { readInputs } from "../../../producer/files/input";
import type { InputFormat } from "../../../producer/files/input-file";
import { tripDecoder } from "../../../producer/trips/taxi";
import { StartError } from "../../../cli/command";
import { header, row } from "../support/trip-rows";
import { testFolder } from "../support/test-folder";

async function zones(sources: readonly string[], format?: InputFormat): Promise<unknown[]> {
  const { source } = await readInputs(sources, tripDecoder, format);
  return [...source.events()].map(({ partitionKey }) => Number(partitionKey));
}

async function refusal(...sources: string[]): Promise<string> {
  try {
    await zones(sources);
  } catch (error) {
    if (error instanceof StartError) {
      return error.message;
    }
    throw error;
  }
  throw new Error("The input was accepted");
}

/** One trip that ends so many minutes after noon. */
const csv = (zone: number, minute: number) =>
  [header, row({ pickupZone: String(zone), dropoff: `2019-03-01 12:${minute}:00` })].join("\n");

describe("The input", () => {
  const { pathOf, put } = testFolder();

  it("may be several files and globs, merged by event time", async () => {
    put("b.csv", csv(2, 10));
    put("a.csv.gz", gzipSync(csv(1, 30)));
    const other = put("other.txt", csv(3, 20));
    expect(await zones([pathOf("*.csv*"), other])).to.deep.equal([2, 3, 1]);
    expect(await refusal(pathOf("*.parquet"), pathOf("c.csv"))).to.match(
      /no file matches .*\*\.parquet/,
    );
  });

  it("is read once, whatever names it has", async () => {
    const path = put("a.csv", csv(1, 10));
    symlinkSync(path, pathOf("b.csv"));
    linkSync(path, pathOf("c.csv"));
    symlinkSync(pathOf("."), pathOf("d"));
    const names = ["*.csv", "a*", "b.csv", "./../" + basename(pathOf(".")) + "/a.csv", "d/a.csv"];
    expect(await zones(names.map((name) => `${pathOf(".")}/${name}`))).to.deep.equal([1]);
  });

  it("names everything that is missing or wrong about it", async () => {
    const absent = pathOf("absent.csv");
    expect(await refusal(pathOf("*.jsonl"), "s3://Bucket", absent, pathOf("*.gz")))
      .to.include("- no file matches")
      .and.include("s3://Bucket cannot be read: expected s3://bucket/key")
      .and.include(`- ${absent} cannot be read: ENOENT`)
      .and.include("*.gz");
    expect(await refusal(put("x.parquet", "no parquet file"))).to.include("x.parquet cannot be");
  });

  describe("in Parquet", () => {
    const at = (wall: string) => new Date(`2019-03-01T${wall}Z`);
    const columns: ColumnSource[] = [
      { name: "VendorID", data: [1n, 2n], type: "INT64" },
      { name: "tpep_pickup_datetime", data: [at("12:00:00"), at("12:00:00")] },
      { name: "tpep_dropoff_datetime", data: [at("12:10:00"), at("12:10:00")] },
      { name: "passenger_count", data: [1, null], type: "DOUBLE" },
      { name: "trip_distance", data: [1.5, 2], type: "DOUBLE" },
      { name: "RatecodeID", data: [1, null], type: "DOUBLE" },
      { name: "store_and_fwd_flag", data: ["N", null], type: "STRING" },
      { name: "PULocationID", data: [142n, 264n], type: "INT64" },
      { name: "DOLocationID", data: [236n, 1n], type: "INT64" },
      { name: "payment_type", data: [1n, 2n], type: "INT64" },
      { name: "fare_amount", data: [6.5, -3], type: "DOUBLE" },
      { name: "extra", data: [0.5, 0], type: "DOUBLE" },
      { name: "mta_tax", data: [0.5, 0.5], type: "DOUBLE" },
      { name: "tip_amount", data: [2.15, 0], type: "DOUBLE" },
      { name: "tolls_amount", data: [0, 0], type: "DOUBLE" },
      { name: "improvement_surcharge", data: [0.3, 0.3], type: "DOUBLE" },
      { name: "total_amount", data: [9.95, 4], type: "DOUBLE" },
      { name: "congestion_surcharge", data: [null, 0], type: "DOUBLE" },
      { name: "airport_fee", data: [null, null], type: "INT32" },
    ];
    const micros = {
      type: "INT64",
      converted_type: "TIMESTAMP_MICROS",
      repetition_type: "OPTIONAL",
    } as const;
    const schema = schemaFromColumnData({
      columnData: columns,
      schemaOverrides: {
        tpep_pickup_datetime: { name: "tpep_pickup_datetime", ...micros },
        tpep_dropoff_datetime: { name: "tpep_dropoff_datetime", ...micros },
      },
    });

    it("has the trips of the official yellow files", async () => {
      const path = put(
        "yellow_tripdata_2019-03.parquet",
        Buffer.from(
          parquetWriteBuffer({
            columnData: columns.map(({ name, data }) => ({ name, data })),
            schema,
            rowGroupSize: 1,
          }),
        ),
      );
      const reading = await readInputs([path], tripDecoder);
      const [event] = [...reading.source.events()].map(
        ({ data }) => JSON.parse(Buffer.from(data).toString()) as { id: string },
      );
      expect(event).to.deep.equal({
        id: event?.id,
        pickupTime: "2019-03-01T17:00:00Z",
        dropoffTime: "2019-03-01T17:10:00Z",
        pickupZone: 142,
        dropoffZone: 236,
        passengers: 1,
        distanceMiles: 1.5,
        fareUsd: 6.5,
        totalUsd: 9.95,
      });
      expect(reading.rejected).to.deep.equal({ "negative-amount": 1 });
    });

    it("rejects a row whose time no date can have", async () => {
      const lowest = -(2n ** 63n);
      const columnData = columns.map(({ name, data }) =>
        name === "tpep_pickup_datetime" ? { name, data: [lowest, lowest] } : { name, data },
      );
      const path = put("extreme.parquet", Buffer.from(parquetWriteBuffer({ columnData, schema })));
      expect(await refusal(path)).to.include("invalid-time");
    });

    it("lacks a column and is refused", async () => {
      const columnData = columns.filter(({ name }) => name !== "PULocationID");
      const path = put("green.parquet", Buffer.from(parquetWriteBuffer({ columnData })));
      expect(await refusal(path)).to.include("missing columns: pickup_location_id");
    });
  });

  describe("from a server", () => {
    const content = new Map<string, string | Uint8Array>();
    const variables = { AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "b", AWS_REGION: "x-y-1" };
    let server: Server;
    let address: string;
    let before: NodeJS.ProcessEnv;
    beforeEach(async () => {
      server = createServer((request, response) => {
        const path = request.url?.split("?")[0] ?? "";
        const body = content.get(path);
        if (path === "/bucket/" || path === "/bucket") {
          const keys = [...content.keys()].map((key) => key.replace("/bucket/", ""));
          const entries = keys.map((key) => `<Contents><Key>${key}</Key></Contents>`).join("");
          response.end(`<ListBucketResult>${entries}</ListBucketResult>`);
        } else if (body === undefined) {
          response.writeHead(404).end();
        } else {
          response.end(body);
        }
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      before = { ...process.env };
      Object.assign(process.env, variables, { AWS_ENDPOINT_URL_S3: address });
    });
    afterEach(async () => {
      process.env = before;
      content.clear();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    });

    it("may be a web address", async () => {
      content.set("/trips.csv.gz", gzipSync(csv(7, 10)));
      expect(await zones([`${address}/trips.csv.gz`])).to.deep.equal([7]);
      expect(await refusal(`${address}/none.csv`)).to.include("the server answered 404");
    });

    it("may be an object in S3, or all under a prefix whose names tell a format", async () => {
      content.set("/bucket/2019/b.csv", csv(1, 20));
      content.set("/bucket/2019/a.csv", csv(2, 10));
      content.set("/bucket/2019/_SUCCESS", "");
      expect(await zones(["s3://bucket/2019/b.csv"])).to.deep.equal([1]);
      expect(await zones(["s3://bucket/2019/"])).to.deep.equal([2, 1]);
    });
  });
});
