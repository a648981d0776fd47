import {
  appendFileSync,
  mkdtempSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect } from "chai";
import { everything } from "../../../producer/events/event-time";
import type { FilePositions } from "../../../producer/events/workload";
import { FollowedInput } from "../../../producer/files/followed-input";
import { tripDecoder } from "../../../producer/trips/taxi";
import { header, row } from "../support/trip-rows";

describe("A followed input", () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "followed-"));
    file = join(folder, "trips.csv");
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const rows = (...zones: number[]) =>
    zones.map((zone) => `${row({ pickupZone: String(zone) })}\n`).join("");

  /** Keys of the next events, and what is done before each of them comes. */
  async function follow(
    source: string,
    count: number,
    steps: (() => void)[] = [],
    saved: FilePositions = {},
  ) {
    const stop = new AbortController();
    const input = new FollowedInput([source], undefined, tripDecoder, everything, () => undefined);
    const events = input.events(saved, stop.signal)[Symbol.asyncIterator]();
    const keys: string[] = [];
    while (keys.length < count) {
      steps[keys.length]?.();
      const next = await events.next();
      if (next.done) break;
      keys.push(next.value.partitionKey);
    }
    stop.abort();
    expect((await events.next()).done).to.equal(true);
    return { keys, input };
  }

  it("gives rows of CSV as they are written, with the header of each file", async () => {
    writeFileSync(file, `${header}\n${rows(1)}`);
    const steps = [
      () => undefined,
      () => {
        appendFileSync(file, rows(2));
      },
      () => {
        renameSync(file, join(folder, "trips.csv.1"));
        appendFileSync(join(folder, "trips.csv.1"), rows(3));
        writeFileSync(file, `${header}\n${rows(4)}`);
      },
      () => undefined,
      () => {
        truncateSync(file);
        appendFileSync(file, rows(5));
      },
    ];
    const { keys, input } = await follow(file, 5, steps);
    expect(keys).to.deep.equal(["1", "2", "3", "4", "5"]);
    expect(input).to.include({ rowsRead: 5, outOfRange: 0 });
  });

  it("goes on after the events that were acknowledged, also in a file that was renamed", async () => {
    writeFileSync(file, `${header}\n${rows(1, 2, 3)}`);
    const { keys, input } = await follow(file, 3);
    expect(keys).to.deep.equal(["1", "2", "3"]);
    const saved = { ...input.acknowledged(2) };
    appendFileSync(file, rows(4));
    renameSync(file, join(folder, "old.csv"));
    writeFileSync(file, `${header}\n${rows(5)}`);
    expect((await follow(file, 3, [], saved)).keys).to.deep.equal(["3", "4", "5"]);
  });

  it("reads what Excel and other encodings write, and drops the rest of a line that is truncated", async () => {
    const western = Buffer.from(`${header};note\n`.replaceAll(",", ";"), "latin1");
    const line = rows(1).trim().replaceAll(",", ";");
    writeFileSync(file, Buffer.concat([Buffer.from("\ufeffsep=;\r\n"), western]));
    appendFileSync(file, Buffer.from(`${line};Caf\u00e9\n${line}`, "latin1"));
    const steps = [
      () => undefined,
      () => {
        truncateSync(file);
        appendFileSync(file, `${line};a\n`);
      },
    ];
    const { keys, input } = await follow(file, 2, steps);
    expect(keys).to.deep.equal(["1", "1"]);
    expect(input.rejected).to.deep.equal({});
    const saved = { ...input.acknowledged(1) };
    expect(Object.values(saved)[0]?.offset).to.be.above(0);
  });

  it("reads a file from its beginning that has the inode of another one, or other content", async () => {
    writeFileSync(file, `${header}\n${rows(1, 2, 3)}`);
    const { input } = await follow(file, 3);
    const saved = { ...input.acknowledged(3) };
    // The same inode, as a file system gives it to the next file.
    writeFileSync(file, `${header}\n${rows(4, 5, 6, 7)}`);
    const next = await follow(file, 4, [], saved);
    expect(next.keys).to.deep.equal(["4", "5", "6", "7"]);
    expect(next.input.rejected).to.deep.equal({});
  });

  it("takes the header of a file that was truncated, also with other columns", async () => {
    const reversed = (lines: string) =>
      lines
        .trim()
        .split("\n")
        .map((line) => `${line.split(",").reverse().join(",")}\n`)
        .join("");
    writeFileSync(file, `\ufeff"${header.split(",").join('","')}"\n${rows(1, 2)}`);
    const steps = [
      () => undefined,
      () => undefined,
      () => {
        truncateSync(file);
        appendFileSync(file, reversed(`${header}\n${rows(3)}`));
      },
    ];
    const { keys, input } = await follow(file, 3, steps);
    expect(keys).to.deep.equal(["1", "2", "3"]);
    expect(input.rejected).to.deep.equal({});
  });

  it("refuses what is no plain text in UTF-8", async () => {
    const text = `${header}\n${rows(1)}`;
    for (const content of [gzipSync(text), Buffer.from(`\ufeff${text}`, "utf16le")]) {
      writeFileSync(file, content);
      expect(await follow(file, 1).catch(String)).to.include("is no plain text in UTF-8");
    }
  });

  it("takes up files that match a glob later", async () => {
    writeFileSync(file, `${header}\n${rows(1)}`);
    const steps = [
      () => undefined,
      () => {
        writeFileSync(join(folder, "more.csv"), `${header}\n${rows(2)}`);
      },
    ];
    expect((await follow(join(folder, "*.csv"), 2, steps)).keys).to.deep.equal(["1", "2"]);
  });

  it("ends with an error at a line that does not end", async () => {
    writeFileSync(file, `${header}\n${"x".repeat(2 ** 24)}`);
    expect(await follow(file, 1).catch(String)).to.include("has a line of more than");
  });
});
