import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "chai";
import { tableColumns } from "../../../../infra/delivery/columns";
import type {
  TransformEvent,
  TransformedRecord,
} from "../../../../infra/delivery/transform/transformer";
import {
  type DeliveryFormat,
  joined,
  parquet,
} from "../../../../local/services/firehose/delivery-format";
import { parseOptions } from "../../../../producer/command/options";
import type { SourceEvent } from "../../../../producer/events/record";
import tradeSchema from "../../../../producer/schemas/trade.schema.json";
import tripSchema from "../../../../producer/schemas/trip.schema.json";
import { handler as tradeTransform } from "../../../../workloads/trades/transform";
import { handler as tripTransform } from "../../../../workloads/taxi/transform";

interface Archived {
  readonly workload: string;
  /** Options of the first replay. */
  readonly first: readonly string[];
  readonly events: number;
  readonly transform: (event: TransformEvent) => Promise<{ records: TransformedRecord[] }>;
  readonly columns: ReturnType<typeof tableColumns>;
}

const sample = path.resolve(__dirname, "../../../../local/data/yellow_tripdata_sample_2019-03.csv");
const archives: readonly Archived[] = [
  {
    workload: "taxi",
    first: ["--input", sample],
    events: 9_983,
    transform: tripTransform,
    columns: tableColumns({ schema: tripSchema, instants: ["pickupTime", "dropoffTime"] }),
  },
  {
    workload: "trades",
    first: ["--symbols", "ACME,BRK.B", "--duration", "10m"],
    events: 1_189,
    transform: tradeTransform,
    columns: tableColumns({
      schema: tradeSchema,
      instants: ["time"],
      partitions: [{ name: "day" }, { name: "symbol" }],
    }),
  },
];

/** Events of a replay with these options, sorted: the archive does not keep the order of equal times. */
async function eventsOf(...args: readonly string[]): Promise<readonly string[]> {
  const { workload } = parseOptions(["--output", "stdout", ...args], {});
  const { source } = await workload.read({});
  return [...source.events()]
    .map(({ partitionKey, data }: SourceEvent) => `${partitionKey} ${Buffer.from(data).toString()}`)
    .sort();
}

describe("The archive of a pipeline", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "archive-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  async function put(key: string, format: DeliveryFormat, records: readonly Buffer[]) {
    const file = path.join(folder, key);
    mkdirSync(path.dirname(file), { recursive: true });
    const { content, rejected } = await format(records);
    expect(rejected).to.have.property("size", 0);
    writeFileSync(file, content ?? "");
  }

  for (const { workload, first, events, transform, columns } of archives) {
    const replayed = (...args: readonly string[]) => eventsOf("--workload", workload, ...args);
    let sent: readonly string[];
    let records: readonly Buffer[];
    before(async () => {
      sent = await replayed(...first);
      expect(sent).to.have.length(events);
      records = sent.map((event) => Buffer.from(event.slice(event.indexOf(" ") + 1)));
    });

    for (const [kind, ending, format] of [
      ["Parquet", ".parquet", parquet(() => columns)],
      ["JSON", ".gz", joined("\n", "GZIP")],
    ] as const) {
      it(`of ${workload} in ${kind} is replayed as the same events`, async () => {
        const input = records.map((record, index) => ({
          recordId: String(index),
          data: record.toString("base64"),
        }));
        const transformed = await transform({ records: input });
        const objects = new Map<string, TransformedRecord[]>();
        for (const record of transformed.records) {
          const folders = Object.entries(record.metadata?.partitionKeys ?? {});
          const prefix = folders.map(([name, value]) => `${name}=${value}/`).join("");
          objects.set(prefix, [...(objects.get(prefix) ?? []), record]);
        }
        for (const [prefix, rows] of objects) {
          const data = rows.map((row) => Buffer.from(row.data, "base64"));
          await put(`events/${prefix}object${ending}`, format, data);
        }
        const inputs = ["--input", path.join(folder, "events/**/*")];
        const formats = kind === "JSON" ? ["--format", "jsonl"] : [];
        expect(await replayed(...inputs, ...formats)).to.deep.equal(sent);
      });
    }

    it(`of ${workload} as it came is replayed as the same events`, async () => {
      await put("source/year=2026/object-1", joined("", "GZIP"), records.slice(0, 500));
      await put("source/year=2026/object-2", joined("", "GZIP"), records.slice(500));
      const inputs = ["--input", path.join(folder, "source/**/*"), "--format", "jsonl"];
      expect(await replayed(...inputs)).to.deep.equal(sent);
    });
  }
});
