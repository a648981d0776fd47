import { appendFileSync, rmSync, truncateSync } from "node:fs";
import { expect } from "chai";
import { parquetWriteBuffer } from "hyparquet-writer";
import { StartError } from "../../../../cli/command";
import type { EventTimeRange } from "../../../../producer/events/event-time";
import type { SourceEvent } from "../../../../producer/events/record";
import { readFiles } from "../../../../producer/files/event-files";
import { indexedEvents, type IndexedEvents } from "../../../../producer/files/indexed-events";
import { formatOf } from "../../../../producer/files/input-file";
import { localFile } from "../../../../producer/files/input-place";
import type { RejectedRow } from "../../../../producer/files/row-counter";
import { tripDecoder } from "../../../../producer/trips/taxi";
import { seededRandom } from "../../../producer/support/random";
import { testFolder } from "../../../producer/support/test-folder";

const always = { from: -Infinity, to: Infinity };
const header = "pickup_datetime,dropoff_datetime,PULocationID,DOLocationID,fare_amount";
const wallTime = (ms: number) => new Date(ms).toISOString().slice(0, 19).replace("T", " ");

type Row = readonly [pickup: string, dropoff: string, zone: number, other: number, fare: number];

/** Trips in the order in which they began, so that their ends are out of order, on a day on which clocks are set back. */
function trips(count: number, begin = Date.parse("2019-11-03T00:00:00Z")): Row[] {
  const random = seededRandom(1);
  return Array.from({ length: count }, (_, at) => {
    const pickup = begin + at * 5000;
    const dropoff = pickup + 60_000 * Math.ceil(random() * 90);
    const zone = 1 + Math.floor(random() * 263);
    return [wallTime(pickup), wallTime(dropoff), zone, 1 + (at % 263), at % 97 === 0 ? -1 : 5];
  });
}

const stray: Row = ["2009-01-01 00:10:00", "2009-01-01 00:20:00", 7, 8, 5];
const csv = (rows: readonly Row[]) => [header, ...rows.map((row) => row.join(","))].join("\r\n");

/** @param pageSize - bytes after which a page of a column ends, so that pages of columns end at different rows */
function parquet(rows: readonly Row[], pageSize?: number): Uint8Array {
  const time = (text: string) => new Date(`${text.replace(" ", "T")}Z`);
  const data = [
    rows.map(([pickup]) => time(pickup)),
    rows.map(([, dropoff]) => time(dropoff)),
    ...([2, 3, 4] as const).map((at) => rows.map((row) => row[at])),
  ];
  const columnData = header.split(",").map((name, at) => ({ name, data: data[at] ?? [] }));
  return new Uint8Array(
    parquetWriteBuffer({ columnData, rowGroupSize: 3000, ...(pageSize && { pageSize }) }),
  );
}

interface Read {
  readonly events: string[];
  readonly rejected: RejectedRow[];
  readonly counts: object;
}

describe("Indexed events", () => {
  const { put } = testFolder();
  const files = (paths: readonly string[]) =>
    paths.map((path) => ({ ...localFile(path), format: formatOf(path) ?? "csv" }));
  const counts = ({ rowsRead, rejected, outOfRange }: Omit<IndexedEvents, "later" | "source">) => ({
    rowsRead,
    rejected,
    outOfRange,
  });
  const plain = ({ eventTime, partitionKey, data }: SourceEvent) =>
    `${eventTime} ${partitionKey} ${Buffer.from(data).toString()}`;

  async function readFirst(paths: readonly string[], range: EventTimeRange): Promise<Read> {
    const rejected: RejectedRow[] = [];
    const reading = await readFiles(files(paths), tripDecoder, range, (row) => rejected.push(row));
    const events = [...reading.source.events()].map(plain);
    return { events, rejected, counts: counts(reading as never) };
  }

  async function readLater(paths: readonly string[], range = always): Promise<Read | undefined> {
    const rejected: RejectedRow[] = [];
    const add = (row: RejectedRow) => rejected.push(row);
    let ends = 0;
    const indexed = await indexedEvents(files(paths), tripDecoder, range, add, () => ends++, 2500);
    if (indexed === undefined) return undefined;
    const events = [];
    const [first] = indexed.source.events();
    for await (const event of indexed.later()) events.push(plain(event));
    expect(first && plain(first)).to.deep.equal(events[0]);
    expect(ends).to.equal(1);
    return { events, rejected, counts: counts(indexed) };
  }

  const inRows = (read: Read | undefined) => read && { ...read, rejected: inOrder(read.rejected) };
  const inOrder = (rows: readonly RejectedRow[]) =>
    rows.toSorted((a, b) => a.file.localeCompare(b.file) || a.line - b.line);

  const some = trips(4500);
  const withStrays = (every: number) =>
    some.map((row, at) => (at % every === every - 1 ? stray : row));
  const cases: Readonly<Record<string, () => readonly string[]>> = {
    "of a file of CSV": () => [put("a.csv", csv(some))],
    "of a file with rows of another year": () => [put("a.csv", csv(withStrays(1500)))],
    "of a file in the reverse order": () => [put("a.csv", csv(some.toReversed()))],
    "of files with trips of the same times": () => [
      put("a.csv", csv(some)),
      put("b.csv", csv(some)),
    ],
    "of a file with empty and broken lines": () => [
      put("a.csv", csv(some).replaceAll("\r\n2019-11-03 00:0", "\r\n\r\nx,2019-11-03 00:0")),
    ],
    "of a file with its times at the end of its lines": () => [
      put(
        "a.csv",
        some
          .map(([pickup, dropoff, zone, other]) => [zone, other, pickup, dropoff].join(","))
          .reduce(
            (text, line) => `${text}\n${line}`,
            "PULocationID,DOLocationID,pickup_datetime,dropoff_datetime",
          ),
      ),
    ],
    "of a file with a mark, tabs and short rows": () => [
      put("a.csv", `\ufeff${csv(some)}`.replaceAll(",", "\t").replaceAll("\t5\r", "\r")),
    ],
    "of a file of semicolons, decimal commas and Excel's first line": () => [
      put("a.csv", `sep=;\r\n${csv(some).replaceAll(",", ";").replaceAll(";5\r", ";5,5\r")}`),
    ],
    "of a file with rows without a time": () => [
      put("a.csv", csv(some).replaceAll(/,2019-11-03 0\d:\d\d:\d5,/g, ",,")),
    ],
    "of a file with two columns of the same name": () => [
      put("a.csv", csv(some).replace("fare_amount", "note,note").replaceAll(",5\r", ",5,6\r")),
    ],
    "of a file with quotes": () => [
      put(
        "a.csv",
        csv(some)
          .replace("fare_amount", "note")
          .replaceAll(/[^,\r\n]+/g, '"$&"')
          .replaceAll('"5"', '"a ""b"", c"'),
      ),
    ],
    "of a file with quotes in its header and some of its rows": () => [
      put(
        "a.csv",
        csv(some)
          .replaceAll(/^[^,\r\n]+/gm, '"$&"')
          .replaceAll(/(?<=0\d:0)(\d:\d\d),/g, '"$1,"'),
      ),
    ],
    "of a Parquet file": () => [put("a.parquet", parquet(some))],
    "of a Parquet file with many pages": () => [put("a.parquet", parquet(withStrays(1000), 3000))],
    "of a Parquet file in the reverse order, with many pages": () => [
      put("a.parquet", parquet(some.toReversed(), 3000)),
    ],
    "of a Parquet file with a row of another year": () => [
      put("a.parquet", parquet(withStrays(3500))),
    ],
    "of a Parquet file with many rows of another year": () => [
      put("a.parquet", parquet(withStrays(100))),
    ],
    "of more events out of order than wait in memory": () => [
      put("a.csv", csv(some.map((_, at) => some[(at * 997) % some.length] ?? stray))),
    ],
  };
  for (const [title, make] of Object.entries(cases)) {
    it(`are those that are there when all is read first: ${title}`, async () => {
      const paths = make();
      expect(inRows(await readLater(paths))).to.deep.equal(inRows(await readFirst(paths, always)));
    });
  }

  it("are in order where the earliest row lies over the end of a block that is read", async () => {
    const rows = ["PULocationID,DOLocationID,pickup_datetime,dropoff_datetime"].concat(
      trips(24_000).map(([pickup, dropoff, zone, other]) =>
        [zone, other, pickup, dropoff].join(","),
      ),
    );
    const at =
      rows
        .join("\n")
        .slice(0, 2 ** 20)
        .split("\n").length - 1;
    rows[at] = "7,8,2009-01-01 00:10:00,2009-01-01 00:20:00";
    const later = await readLater([put("a.csv", rows.join("\n"))]);
    expect(later?.events[0]).to.include("2009-01-01");
  });

  it("are those of the range", async () => {
    const paths = [put("a.csv", csv(some))];
    const from = Date.parse("2019-11-03T08:00:00Z");
    const range = { from, to: from + 3_600_000 };
    const later = await readLater(paths, range);
    expect(inRows(later)).to.deep.equal(inRows(await readFirst(paths, range)));
    expect(later?.events.length).to.be.within(1, 1000);
  });

  it("are read after the first of them is there", async () => {
    const open = (rows: Row[]) =>
      indexedEvents(
        files([put("a.csv", csv(rows))]),
        tripDecoder,
        always,
        () => undefined,
        () => undefined,
      );
    expect((await open(some))?.rowsRead).to.be.below(some.length);
    const oneDayPerPart = trips(2000).concat(trips(2000, Date.parse("2019-11-05T00:00:00Z")));
    expect((await open([...oneDayPerPart, stray]))?.rowsRead).to.equal(1);
  });

  for (const [title, content] of Object.entries({
    "has line breaks in quotes": `${csv(some)},"a\nb"`,
    "has them in its header": csv(some).replace("fare_amount", '"fare\namount"'),
    "has a quote alone after megabytes": `${csv(trips(20_000))}\r\n"`,
    "has lines that end in carriage returns alone": csv(some).replaceAll("\n", ""),
    "is UTF-16": Buffer.from(csv(some), "utf16le"),
    "is compressed": Buffer.from([0x1f, 0x8b, 8, 0]),
  })) {
    it(`are not made of a file that ${title}`, async () => {
      expect(await readLater([put("a.csv", content)])).to.equal(undefined);
    });
  }

  it("refuse files without an event", async () => {
    const refusal = await readLater([put("a.csv", `${header}\n1,2,3,4,5\n`)]).catch(
      (error: unknown) => error,
    );
    expect(refusal).to.be.instanceOf(StartError);
    expect(String(refusal)).to.match(/no trips to send in 1 rows \(invalid-time: 1, as line 2/);
  });

  it("refuse a file with a header only", async () => {
    const refusal = await readLater([put("a.csv", `${header}\r\n`)]).catch(String);
    expect(refusal).to.match(/a\.csv has no rows; expected trips/);
  });

  for (const [title, change] of Object.entries({
    "appended to": (path: string) => {
      appendFileSync(path, "\n");
    },
    truncated: (path: string) => {
      truncateSync(path, 1000);
    },
    removed: (path: string) => {
      rmSync(path);
    },
  }))
    it(`end with an error when a file is ${title} meanwhile`, async () => {
      const path = put("a.csv", csv(some));
      const indexed = await indexedEvents(
        files([path]),
        tripDecoder,
        always,
        () => undefined,
        () => undefined,
      );
      change(path);
      const read = async () => {
        for await (const event of indexed?.later() ?? [])
          expect(event.partitionKey).not.to.equal("");
      };
      const refusal = await read().catch((error: unknown) => error);
      expect(String(refusal)).to.match(/a\.csv was changed while it was read/);
    });
});
