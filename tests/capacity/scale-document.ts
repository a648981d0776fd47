import { writeFileSync } from "node:fs";
import path from "node:path";
import { format } from "prettier";
import { amount, counted, percent, usd, whole } from "../../capacity/figures";
import { findings } from "../../capacity/findings";
import type { LoadArgs } from "../../capacity/load";
import { recommend, type Recommendation, secondsPerMonth } from "../../capacity/recommendation";

/** docs/scale.md, written by `npm run docs:scale`. */

export const scaleDocumentPath = path.resolve(__dirname, "../../docs/scale.md");

/** The load of the example: small events, three readers, the busiest second twice the average. */
const example = { recordBytes: 500, consumers: 3, peak: 2, retentionHours: 24 } as const;

const rates = [1000, 10_000, 100_000, 1_000_000, 10_000_000] as const;

/** Events of the example that fit into a record of the size that Firehose bills at least. */
const packed = 10;

export async function scaleDocument(): Promise<string> {
  const steps = rates.map((rate) => recommend({ ...example, recordsPerSecond: rate }));
  const packedSteps = rates.map((rate) => recommend(packedLoad(rate)));
  return format(
    [
      introduction(),
      sizeTable(steps),
      "",
      "And what they cost in a month at list prices, in US dollars:",
      "",
      costTable(steps),
      ...steps.flatMap(step),
      "",
      ...packing(steps, packedSteps),
    ].join("\n"),
    { parser: "markdown", printWidth: 100 },
  );
}

function packedLoad(eventsPerSecond: number): LoadArgs {
  return {
    ...example,
    recordsPerSecond: eventsPerSecond / packed,
    recordBytes: example.recordBytes * packed,
    // The job works on events, however they are packed.
    recordsPerSecondPerKpu: 4400 / packed,
    documentsPerRecord: 0.01 * packed,
  };
}

function introduction(): string {
  return [
    "<!-- Made by npm run docs:scale from capacity/; not to be edited. -->",
    "",
    "# From 1,000 to 10,000,000 records a second",
    "",
    `One pipeline, ever more events of ${example.recordBytes} bytes. The busiest second has ${example.peak} times the average; ` +
      `${example.consumers} applications read the stream; it keeps a day. Everything below is the output of ` +
      "`npm run capacity`, which takes your load instead:",
    "",
    "```sh",
    `npm run capacity -- --records-per-second 1000 --record-bytes ${example.recordBytes} --peak ${example.peak} --consumers ${example.consumers}`,
    "```",
    "",
    "Sizes are those of each pipeline where there are several.",
    "",
  ].join("\n");
}

function sizeTable(steps: readonly Recommendation[]): string {
  return table(
    ["Records/s", "Pipelines", "Shards", "Bound by", "KPUs", "Data nodes", "Masters"],
    steps.map(({ load, pipelines, stream, application, search }) => [
      whole(load.recordsPerSecond),
      String(pipelines),
      whole(stream.shardCount),
      `${stream.boundBy}, ${percent(stream.use[stream.boundBy])}`,
      `${application.kpus} + 1`,
      `${search.dataNodes} × ${search.instanceType}`,
      `${search.masters} × ${search.masterType}`,
    ]),
  );
}

function costTable(steps: readonly Recommendation[]): string {
  const parts = steps[0]?.costs.map(({ part }) => part) ?? [];
  return table(
    ["Records/s", ...parts, "Together", "A million records", "The stream on demand"],
    steps.map(({ load, costs, monthlyUsd, onDemandStream }) => [
      whole(load.recordsPerSecond),
      ...costs.map((cost) => usd(cost.usd)),
      usd(monthlyUsd),
      `$${((monthlyUsd / (load.recordsPerSecond * secondsPerMonth)) * 1_000_000).toFixed(2)}`,
      usd(onDemandStream.usd),
    ]),
  );
}

function step(recommendation: Recommendation): readonly string[] {
  const { load, pipelines, stream, application, delivery, search } = recommendation;
  const advice = findings(recommendation);
  return [
    "",
    `## ${whole(load.recordsPerSecond)} records a second`,
    "",
    `${pipelines > 1 ? `Each of ${pipelines} pipelines has` : "The pipeline has"} ` +
      `${counted(stream.shardCount, "shard")}, bound by ${stream.boundBy}, parallelism ${application.parallelism}, ` +
      `${counted(search.dataNodes, "data node")} with ${search.volumeGibibytes} GiB each for ${amount(search.storageGibibytes)} GiB in ` +
      `${counted(search.indexShards, "primary shard")} per day. Firehose ends an object of ${amount(delivery.objectMebibytes)} MiB by ${delivery.endedBy}, ` +
      `at the latest after ${delivery.bufferSeconds} seconds.`,
    "",
    ...advice.map(({ fact, fix }) => `- **${fact}.** ${fix}`),
  ];
}

/** What the limit that binds all along, records instead of bytes, is worth. */
function packing(
  steps: readonly Recommendation[],
  packedSteps: readonly Recommendation[],
): readonly string[] {
  return [
    `## The same events, ${packed} in a record`,
    "",
    "Shards are bound by records and delivery by the size that Firehose bills at least, both of which count records, not " +
      `bytes. With ${packed} events in a record, which its readers take apart again:`,
    "",
    table(
      ["Events/s", "Pipelines", "Shards", "Bound by", "Together", "Saved"],
      packedSteps.map(({ pipelines, stream, monthlyUsd }, index) => {
        const single = steps[index];
        return [
          whole(single?.load.recordsPerSecond ?? 0),
          String(pipelines),
          whole(stream.shardCount),
          stream.boundBy,
          usd(monthlyUsd),
          percent(1 - monthlyUsd / (single?.monthlyUsd ?? monthlyUsd)),
        ];
      }),
    ),
  ];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");
}

if (require.main === module) {
  void scaleDocument().then((text) => {
    writeFileSync(scaleDocumentPath, text);
  });
}
