import { Writable } from "node:stream";
import { expect } from "chai";
import { jsonLine, LineSink } from "../../../producer/replay/line-sink";
import { Progress } from "../../../producer/replay/progress";
import { outgoingRecord } from "../../../producer/events/record";

const record = (position: number) =>
  outgoingRecord(position, position * 1000, "key", Buffer.from(`{"n":${position}}`));

describe("The sink of lines", () => {
  it("writes each record as a line, waits for a slow reader and counts what is written", async () => {
    let text = "";
    const out = new Writable({
      highWaterMark: 20,
      write(chunk: Buffer, _, done) {
        text += chunk.toString();
        setImmediate(done);
      },
    });
    const progress = new Progress(0);
    const sink = new LineSink(out, progress);
    for (let position = 0; position < 5; position += 1) {
      await sink.room();
      sink.offer(record(position));
    }
    await sink.drained();
    await sink.close();
    expect(text).to.equal('{"n":0}\n{"n":1}\n{"n":2}\n{"n":3}\n{"n":4}\n');
    expect([progress.recordsPut, progress.acknowledgedUpTo]).to.deep.equal([5, 5]);
    expect(progress.sentUpTo).to.equal(4000);
  });

  it("writes an event of several lines as one", () => {
    expect(jsonLine(Buffer.from('{\r\n "a": "\u2028\\n",\n\n "b": 1\n}'))).to.equal(
      '{  "a": "\u2028\\n",  "b": 1 }\n',
    );
  });

  it("takes no more than it can hold of a writer that never asks to wait", () => {
    const out = new Writable({ highWaterMark: 1e9, write: () => undefined });
    const sink = new LineSink(out, new Progress(0));
    let offered = 0;
    while (sink.hasRoom) {
      sink.offer(record(offered));
      offered += 1;
    }
    expect(offered).to.equal(1000);
  });

  it("fails with the writer", async () => {
    const broken = new Error("broken");
    const out = new Writable({
      write(_chunk, _encoding, done) {
        done(broken);
      },
    });
    const sink = new LineSink(out, new Progress(0));
    sink.offer(record(0));
    expect(await sink.drained().then(String, String)).to.equal("Error: broken");
    expect(sink.hasRoom).to.equal(false);
    expect(sink.failed.reason).to.equal(broken);
  });
});
